import { ownedDriverFence } from "../../src/rules/owned-driver-fence.ts";
import { program, typedTester } from "../support.ts";

typedTester().run("owned-driver-fence", ownedDriverFence, {
  valid: [
    {
      name: "signalled or failed, on every path",
      code: program`
      declare const good: boolean;
      function both() {
        const made = timeline.fence();
        if (good) made.signal();
        else made.fail(-5);
      }
      function early() {
        const made = timeline.fence();
        if (!good) { made.fail(-5); return; }
        made.signal();
      }
      timeline.fence().signal();
    `,
    },
    {
      name: "bug: a switch that has a case for each",
      code: program`
      enum Stage { First, Last }
      function text(kind: "load" | "save") {
        const made = timeline.fence();
        switch (kind) {
          case "load": made.signal(); return;
          case "save": made.fail(-5); return;
        }
      }
      function member(event: { kind: "a"; n: number } | { kind: "b" } | { kind: null }) {
        const made = timeline.fence();
        switch (event.kind) { case "a": case "b": made.signal(); break; case null: made.fail(-5); }
      }
      function numbers(stage: Stage, flag: boolean) {
        const made = timeline.fence(), second = timeline.fence();
        switch (stage) { case Stage.First: made.signal(); break; case Stage.Last: made.fail(-5); break; }
        switch (flag) { case true: second.signal(); break; case false: second.fail(-5); }
      }
      function narrowed(kind: "x" | "y") {
        const made = timeline.fence();
        if (kind === "x") { made.signal(); return; }
        switch (kind) { case "y": made.signal(); return; }
      }
      function generic<K extends "x" | "y">(kind: K) {
        const made = timeline.fence();
        switch (kind) { case "x": case "y": made.signal(); }
      }
    `,
    },
    {
      name: "bug: behind a call that never answers",
      code: program`
      declare const good: boolean;
      declare function never(value: never): never;
      declare class Failure { static raise(): never }
      function asserted(kind: "load" | "save") {
        const made = timeline.fence();
        switch (kind) { case "load": made.signal(); break; case "save": made.fail(-5); break; default: never(kind); }
      }
      function left() {
        const made = timeline.fence();
        if (!good) process.exit(1);
        made.signal();
      }
      function raised() {
        const made = timeline.fence();
        good ? made.signal() : Failure.raise();
      }
      function caught() {
        const made = timeline.fence();
        try { console.log(good); if (!good) return Failure.raise(); } catch { made.fail(-5); return; }
        made.signal();
      }
      function last() {
        try { console.log(good); const made = timeline.fence(); if (!good) Failure.raise(); made.signal(); } finally { console.log(good); }
      }
    `,
    },
    {
      name: "returned, passed on, kept",
      code: program`
      declare function keep(fence: DriverFence): void;
      class Owner {
        #fence: DriverFence;
        readonly made = timeline.fence();
        readonly all: DriverFence[] = [];
        constructor() {
          this.#fence = timeline.fence();
          const made = timeline.fence();
          this.all.push(made);
          fence.register(Registration.signal(timeline.fence()));
        }
      }
      const make = () => timeline.fence();
      function give() { const made = timeline.fence(); keep(made); return made.fence; }
      function answer() { const made = timeline.fence(); return { made, fence: made.fence }; }
      const list = [timeline.fence(), timeline.fence()];
      export const exported = timeline.fence();
    `,
    },
    {
      name: "captured by a function that signals it",
      code: program`
      declare const socket: { once(name: string, listener: () => void): void };
      function open() {
        const arrived = timeline.fence();
        socket.once("data", () => { arrived.signal(); });
        return arrived.fence;
      }
      function hoisted() {
        const arrived = timeline.fence();
        socket.once("data", done);
        return arrived.fence;
        function done() { arrived.signal(); }
      }
      function before() {
        let arrived: DriverFence;
        socket.once("data", () => { arrived.signal(); });
        arrived = timeline.fence();
      }
    `,
    },
    {
      name: "in a loop, each round its own",
      code: program`
      function many() {
        const fences: DriverFence[] = [];
        for (let i = 0; i < 4; i++) { const made = timeline.fence(); fences.push(made); }
        for (const one of jobs) { const made = timeline.fence(); if (one.signalled) { made.fail(-5); continue; } made.signal(); }
        return fences;
      }
    `,
    },
    {
      name: "a try that ends either way",
      code: program`
      declare function work(): void;
      function attempt() {
        const made = timeline.fence();
        try { work(); made.signal(); } catch (error) { made.fail(-5, error); }
      }
      function always() {
        const made = timeline.fence();
        try { work(); } finally { made.signal(); }
      }
      function swallowed() {
        const made = timeline.fence();
        try { made.signal(); } catch {}
      }
    `,
    },
    {
      name: "one that may be there or not is looked at as a whole",
      code: program`
      declare const wanted: boolean;
      function maybe() {
        let made: DriverFence | undefined;
        if (wanted) made = timeline.fence();
        console.log("working");
        made?.signal();
        if (made !== undefined) made.signal();
      }
    `,
    },
    {
      name: "one that is asked whether it is there",
      code: program`
      declare const wanted: boolean;
      function asked() {
        let made: DriverFence | undefined;
        if (wanted) made = timeline.fence();
        if (made !== undefined) made.signal();
      }
    `,
    },
    {
      name: "a timeline that is signalled as a whole",
      code: program`
      function all() {
        const frames = new Timeline("frames");
        const first = frames.fence(), second = frames.fence();
        frames.fence();
        console.log(frames.fence().fence);
        frames.signalThrough(second.fence.seqno);
      }
      class Device {
        readonly #frames = new Timeline("frames");
        next() { return this.#frames.fence().fence; }
        close() { this.#frames.close(); }
      }
    `,
    },
    {
      name: "an issuer that is asked needs no handle",
      code: program`
      declare const device: { done: number };
      const polled = timeline.fence({ poll: (one) => device.done >= one.seqno }).fence;
      new ForeignTimeline("there").fence(3n, { poll: () => true });
    `,
    },
    {
      name: "another name for it",
      code: program`
      function alias() { const made = timeline.fence(); const same = made; same.signal(); }
      function chosen(x: boolean) { const a = timeline.fence(), b = timeline.fence(); const c = x ? a : b; c.signal(); (x ? b : a).signal(); }
    `,
    },
    {
      name: "what promise() gives is kept or signalled",
      code: program`
      declare const kept: DriverFence[];
      publish(priv, (must) => must.promise("the list is emptied at exit", (fence) => { kept.push(fence); }));
      publish(priv, (must) => must.promise("at once", (fence) => { fence.signal(); }));
      publish(priv, (must) => must.promise("the list is emptied at exit", kept.push));
    `,
    },
    {
      name: "taken on from another thread, and signalled, or owed by a body",
      code: program`
      openDriverFence(handle).signal();
      openDriverFence(handle, (must) => must.signal());
      function work() {
        const done = openDriverFence(handle);
        try { job.register(Registration.post({ postMessage() {} })); done.signal(); } catch { done.fail(-5); }
      }
    `,
    },
    {
      name: "driver fences that were made elsewhere",
      code: program`
      declare const all: Map<number, DriverFence>;
      declare function find(): DriverFence;
      function look(made: DriverFence) { console.log(made.fence.seqno); }
      const found = all.get(3);
      console.log(found?.fence, find().fence);
      find();
    `,
    },
    {
      name: "somebody else's fences, and other things called fence",
      code: `
      import { Timeline } from "other";
      declare const garden: { fence(): { paint(): void } };
      new Timeline("t").fence();
      garden.fence();
      const f = garden.fence();
    `,
    },
    {
      name: "a function that never ends, or throws before it makes one",
      code: program`
      declare const good: boolean;
      function forEver() { const made = timeline.fence(); for (;;) console.log(made.fence); made.signal(); }
      function checked() { if (!good) throw new Error("no"); const made = timeline.fence(); made.signal(); }
    `,
    },
  ],
  invalid: [
    {
      name: "made and dropped",
      code: program`
      timeline.fence();
      void timeline.fence();
      new ForeignTimeline("there").fence(3n);
      openDriverFence(handle);
    `,
      errors: [2, 3, 4, 5].map((line) => ({ messageId: "dropped" as const, line })),
    },
    {
      name: "only the read side kept",
      code: program`
      const gate = timeline.fence().fence;
      const { fence: other2 } = timeline.fence();
      queue.job({ after: timeline.fence().fence });
      console.log(timeline.fence().error);
    `,
      errors: [2, 3, 4, 5].map((line) => ({ messageId: "readSideOnly" as const, line })),
    },
    {
      name: "never signalled, whatever is looked at",
      code: program`
      function look() {
        const made = timeline.fence();
        const { fence } = made;
        made.setError(-5);
        console.log(made.fence, made.error, made === undefined, typeof made);
        return fence;
      }
      function unused() { const made = timeline.fence(); }
      const top = timeline.fence();
      console.log(top.fence);
      const closure = () => { const made = timeline.fence(); return () => made.fence; };
    `,
      errors: [
        { messageId: "never", line: 3, data: { name: "made" } },
        { messageId: "never", line: 9 },
        { messageId: "never", line: 10, data: { name: "top" } },
        { messageId: "never", line: 12 },
      ],
    },
    {
      name: "a path that leaves without",
      code: program`
      declare const good: boolean;
      declare function work(): void;
      function early() {
        const made = timeline.fence();
        if (!good) return;
        made.signal();
      }
      function thrown() {
        const made = timeline.fence();
        if (!good) throw new Error("no");
        made.signal();
      }
      function one() { const made = timeline.fence(); if (good) made.signal(); }
      function some(n: number) {
        const made = timeline.fence();
        switch (n) { case 1: made.signal(); break; case 2: made.fail(-5); }
      }
    `,
      errors: [5, 10, 14, 16].map((line) => ({ messageId: "path" as const, line, data: { name: "made" } })),
    },
    {
      name: "a switch that leaves one out, or whose last case does",
      code: program`
      function out(kind: "load" | "save" | "drop") {
        const made = timeline.fence();
        switch (kind) { case "load": made.signal(); return; case "save": made.fail(-5); return; }
      }
      function last(kind: "load" | "save") {
        const made = timeline.fence();
        switch (kind) { case "load": made.signal(); return; case "save": }
      }
      function open(kind: string) {
        const made = timeline.fence();
        switch (kind) { case "load": made.signal(); return; case "save": made.signal(); return; case kind: made.signal(); }
      }
    `,
      errors: [3, 7, 11].map((line) => ({ messageId: "path" as const, line, data: { name: "made" } })),
    },
    {
      name: "a call that never answers is caught, or is of another function, or may not be made",
      code: program`
      declare const good: boolean, end: (() => never) | undefined;
      declare function never(): never;
      function caught() {
        const made = timeline.fence();
        try { console.log(good); if (!good) never(); } catch { return; }
        made.signal();
      }
      function nested() {
        const made = timeline.fence();
        const leave = () => { never(); };
        if (good) return leave;
        made.signal();
      }
      function perhaps() {
        const made = timeline.fence();
        if (good) { end?.(); return; }
        made.signal();
      }
    `,
      errors: [5, 10, 16].map((line) => ({ messageId: "path" as const, line, data: { name: "made" } })),
    },
    {
      name: "a catch that swallows",
      code: program`
      declare function work(): void;
      function attempt() {
        const made = timeline.fence();
        try { work(); made.signal(); } catch { console.log("lost"); }
      }
    `,
      errors: [{ messageId: "path", line: 4 }],
    },
    {
      name: "overwritten by the next one",
      code: program`
      function twice() {
        let made = timeline.fence();
        made = timeline.fence();
        made.signal();
      }
      function rounds() {
        let made: DriverFence;
        for (const one of jobs) { made = timeline.fence(); if (one.signalled) made.signal(); }
      }
    `,
      errors: [
        { messageId: "path", line: 3 },
        { messageId: "path", line: 9 },
      ],
    },
    {
      name: "a loop that leaves one behind",
      code: program`
      function many() { for (const one of jobs) { const made = timeline.fence(); if (one.signalled) continue; made.signal(); } }
    `,
      errors: [{ messageId: "path", line: 2 }],
    },
    {
      name: "another timeline that is signalled as a whole",
      code: program`
      const mine = new Timeline("mine");
      mine.fence();
      timeline.signalThrough(3);
    `,
      errors: [{ messageId: "dropped", line: 3 }],
    },
    {
      name: "another name that is dropped",
      code: program`
      function alias(good: boolean) { const made = timeline.fence(); const same = made; if (good) same.signal(); }
      function lost() { const made = timeline.fence(); const same = made; console.log(same.fence); }
    `,
      errors: [
        { messageId: "path", line: 2, data: { name: "same" } },
        { messageId: "never", line: 3, data: { name: "same" } },
      ],
    },
    {
      name: "what promise() gives, and nobody keeps",
      code: program`
      declare const good: boolean, kept: DriverFence[];
      publish(priv, (must) => must.promise("it will be", () => {}));
      publish(priv, (must) => must.promise("it will be", (fence) => { console.log(fence.fence); }));
      publish(priv, (must) => must.promise("it will be", (fence) => { if (good) kept.push(fence); }));
    `,
      errors: [
        { messageId: "dropped", line: 3 },
        { messageId: "never", line: 4 },
        { messageId: "path", line: 5 },
      ],
    },
    {
      name: "a fence of a timeline under another name",
      code: `
      import { Timeline as Context } from "signalbox";
      class Frames extends Context {}
      declare const one: Context | undefined;
      new Frames("f").fence();
      one?.fence();
      one!["fence"]();
    `,
      errors: [5, 6, 7].map((line) => ({ messageId: "dropped" as const, line })),
    },
  ],
});
