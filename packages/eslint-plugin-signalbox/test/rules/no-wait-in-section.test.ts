import { noWaitInSection } from "../../src/rules/no-wait-in-section.ts";
import { program, typedTester } from "../support.ts";

typedTester().run("no-wait-in-section", noWaitInSection, {
  valid: [
    {
      name: "waits, locks and pools outside every section",
      code: program`
      declare const pool: PoolClass;
      async function main() {
        await fence.wait();
        await withReservations([reservation], (locks) => { submit(a, b); });
        pool.taking();
        deliver(() => { queue.complete(job); });
      }
    `,
    },
    {
      name: "the clock, and loops that work until their time is up",
      code: program`
      declare function step(): boolean;
      deliver(() => {
        const end = Date.now() + 5;
        while (Date.now() < end) step();
        for (; step() && performance.now() < end;) { step(); }
        while (step());
      });
      while (Date.now() < 5);
    `,
    },
    {
      name: "a port that is not known to be a registration's",
      code: program`
      const port = { postMessage: () => { submit(job); } };
      port.postMessage();
      Registration.post({ postMessage: () => { setTimeout(() => submit(job)); } });
    `,
    },
    {
      name: "what runs later may wait",
      code: program`
      deliver(() => {
        setTimeout(() => { void fence.wait(); }, 10);
        queueMicrotask(() => { void fence.wait(); });
        new WorkItem(workQueue, () => { void fence.wait(); return false; }).schedule();
        platform.setTimer(() => { void fence.wait(); }, 10);
        Promise.resolve().then(() => fence.wait());
      });
    `,
    },
    {
      name: "a callback of a function of the same file that has it run later, or keeps it",
      code: program`
      const kept: (() => void)[] = [];
      function later(act: () => void) { setTimeout(() => { act(); }, 1); }
      function keep(act: () => void) { kept.push(act); }
      async function eventually(act: () => void) { await fence.wait(); act(); }
      deliver(() => { later(() => { void fence.wait(); }); keep(() => { void fence.wait(); }); });
      queueMicrotask(() => { void eventually(() => { void fence.wait(); }); });
    `,
    },
    {
      name: "a function that is only named, and one that nobody calls",
      code: program`
      const helper = () => fence.wait();
      deliver(() => {
        const later = helper;
        function never() { void fence.wait(); }
        class Waiter { wait() { return fence.wait(); } }
      });
    `,
    },
    {
      name: "what an async function does after its first await is outside",
      code: program`
      const driver: Driver = {
        name: "async",
        run(job) { void start(job); return "pending"; },
        cancel() {},
      };
      async function start(job: Job) {
        await Promise.resolve();
        await fence.wait();
        submit(a);
      }
    `,
    },
    {
      name: "calling a generator runs nothing of it",
      code: program`
      function* waits() { yield fence.wait(); }
      deliver(() => { const later = waits(); });
    `,
    },
    {
      name: "a pool that is only tried, a lock that is released, a look at a fence",
      code: program`
      declare const pool: PoolClass;
      declare const mutex: LockClass;
      deliver(() => { pool.tryTaking(); mutex.released(); if (fence.signalled) queue.complete(job); });
    `,
    },
    {
      name: "other people's waits, locks and pools",
      code: program`
      declare const cluster: { wait(): void; lock(): void; taken(): void; taking(): void; submit(): void };
      class Form { submit() {} wait() {} }
      deliver(() => { cluster.wait(); cluster.lock(); cluster.taken(); cluster.taking(); new Form().submit(); new Form().wait(); });
    `,
    },
    {
      name: "a fence of somebody else's package",
      code: `
      import { deliver } from "signalbox";
      import type { Fence } from "other";
      declare const fence: Fence;
      deliver(() => { void fence.wait(); });
    `,
    },
    {
      name: "a section of somebody else's package",
      code: `
      import { deliver } from "other";
      import type { Fence } from "signalbox";
      declare const fence: Fence;
      deliver(() => { void fence.wait(); });
    `,
    },
    {
      name: "functions that call one another without an end",
      code: program`
      function even(n: number): void { if (n > 0) odd(n - 1); }
      function odd(n: number): void { if (n > 0) even(n - 1); }
      deliver(() => even(4));
    `,
    },
    {
      name: "a lock that was free, a spin lock, and a pool that no fence refills, wherever they were declared",
      code: program`
      import { heap, spinning } from "./reexport.ts";
      declare const mutex: LockClass;
      const own = declarePool("own", { refilledByFences: false });
      class Device {
        readonly #cells = declareLock("cells", { spin: true });
        interrupt() { deliver(() => { this.#cells.wanted(); spinning.wanted(); heap.taking(); own.taking(); mutex.taken(); }); }
      }
    `,
    },
    {
      name: "Atomics that don't block",
      code: program`
      declare const cells: Int32Array;
      deliver(() => { Atomics.notify(cells, 0); Atomics.add(cells, 0, 1); });
    `,
    },
    {
      name: "a driver's members outside sections",
      code: program`
      class MyDriver implements Driver {
        name = "mine";
        run(): RunOutcome { return "done"; }
        cancel() {}
        flush() { void fence.wait(); }
        check() { submit(a); }
      }
    `,
    },
    {
      name: "a nested section's own submission is the nested section's affair, not the token's",
      code: program`
      submission((section) => { section.arm(a); section.push(a); });
    `,
    },
  ],
  invalid: [
    {
      name: "a wait in each kind of section",
      code: program`
      deliver(() => { void fence.wait(); });
      signallingSection(() => fence.wait({ timeout: 0 }));
      submission((section) => { void job.wait(); });
      publish(priv, (must) => { void fence.wait(); return must.signal(); });
    `,
      errors: [
        { messageId: "wait", line: 2, data: { call: "fence.wait", title: "the body of `deliver`" } },
        { messageId: "wait", line: 3 },
        { messageId: "wait", line: 4 },
        { messageId: "wait", line: 5 },
      ],
    },
    {
      name: "whatever waits: sync objects, reservations, completions, all of several",
      code: program`
      declare const object: SyncObject;
      deliver(() => {
        void object.wait(3n);
        void reservation.wait("write");
        void new Completion().wait();
        void waitAll([object]);
      });
    `,
      errors: [4, 5, 6, 7].map((line) => ({ messageId: "wait" as const, line })),
    },
    {
      name: "locks, pools, submissions and blocking the thread",
      code: program`
      declare const pool: PoolClass;
      declare const mutex: LockClass;
      declare const locks: ReservationLoopLocks;
      declare const cells: Int32Array;
      deliver(() => {
        void withReservations([reservation], () => 1);
        void locks.lock(reservation);
        mutex.wanted();
        pool.refilling(() => 1);
        pool.taking();
        submit(a, b);
        submission((section) => { section.arm(a); section.push(a); });
        Atomics.wait(cells, 0, 0);
      });
    `,
      errors: [
        { messageId: "lock", line: 7 },
        { messageId: "lock", line: 8 },
        { messageId: "lock", line: 9 },
        { messageId: "pool", line: 10 },
        { messageId: "pool", line: 11 },
        { messageId: "submit", line: 12 },
        { messageId: "submit", line: 13 },
        { messageId: "block", line: 14 },
      ],
    },
    {
      name: "a lock that isn't a spin lock, and a pool that fences refill, wherever they were declared",
      code: program`
      import { credits, sleeping } from "./reexport.ts";
      declare const options: object;
      const dynamic = declarePool("x", options), spread = declareLock("y", { ...options });
      deliver(() => { credits.taking(); sleeping.wanted(); dynamic.taking(); spread.wanted(); declareLock("z").wanted(); });
    `,
      errors: (["pool", "lock", "pool", "lock", "lock"] as const).map((messageId) => ({ messageId, line: 5 })),
    },
    {
      name: "a queue's jobs, a worker's work, a point that is yet to be submitted",
      code: program`
      import type { SyncPoint, WorkerClass } from "signalbox";
      declare const point: SyncPoint, worker: WorkerClass;
      deliver(() => { void queue.drain(); worker.waiting(); void point.submitted(); });
    `,
      errors: [4, 4, 4].map((line) => ({ messageId: "wait" as const, line })),
    },
    {
      name: "through a function of the same file, wherever it stands",
      code: program`
      const waits = () => { void fence.wait(); };
      deliver(() => { waits(); });
      deliver(() => hoisted());
      function hoisted() { waits(); }
    `,
      errors: [
        {
          messageId: "waitThrough",
          line: 3,
          data: { first: "waits", title: "the body of `deliver`", call: "fence.wait", line: 2, way: "" },
        },
        {
          messageId: "waitThrough",
          line: 4,
          data: {
            first: "hoisted",
            title: "the body of `deliver`",
            call: "fence.wait",
            line: 2,
            way: ", through `waits`",
          },
        },
      ],
    },
    {
      name: "through methods, private ones, fields and constructors",
      code: program`
      class Device {
        interrupt() { deliver(() => { this.#drain(); this.log(); new Batch(); }); }
        #drain() { void fence.wait(); }
        log = () => { void fence.wait(); };
      }
      class Batch { constructor() { submit(a); } }
    `,
      errors: [
        { messageId: "waitThrough", line: 3, column: 39 },
        { messageId: "waitThrough", line: 3, column: 54 },
        { messageId: "submitThrough", line: 3, column: 66 },
      ],
    },
    {
      name: "an async function before its first await, which is a wait itself",
      code: program`
      class Slow implements Driver {
        name = "slow";
        run(job: Job) { void this.#start(job); return "pending" as const; }
        cancel() {}
        async #start(job: Job) { await fence.wait(); await other.wait(); }
      }
    `,
      errors: [
        {
          messageId: "waitThrough",
          line: 4,
          data: { first: "this.#start", title: "the `run` of a `Driver`", call: "fence.wait", line: 6, way: "" },
        },
      ],
    },
    {
      name: "in a callback that runs here",
      code: program`
      function each(list: Job[], act: (job: Job) => void) { for (const one of list) act(one); }
      deliver(() => {
        jobs.forEach((done) => { void done.wait(); });
        each(jobs, (done) => { void done.wait(); });
        (() => { void fence.wait(); })();
        void new Promise(() => { void fence.wait(); });
      });
    `,
      errors: [4, 5, 6, 7].map((line) => ({ messageId: "wait" as const, line })),
    },
    {
      name: "a body by its name, and a function that takes the token",
      code: program`
      function onInterrupt() { void fence.wait(); }
      deliver(onInterrupt);
      const armAll = (section: Submission, list: Job[]) => { for (const one of list) { void one.wait(); section.arm(one); } };
    `,
      errors: [
        { messageId: "wait", line: 2 },
        {
          messageId: "wait",
          line: 4,
          data: { call: "one.wait", title: "a function that takes a section's `Submission`" },
        },
      ],
    },
    {
      name: "renamed, taken apart, optional, by index",
      code: `
      import { deliver as d, submit as s } from "signalbox";
      import type { Job as Work } from "signalbox";
      import type { Promised } from "./reexport.ts";
      declare const job: Work, fence: Promised | undefined;
      interface Frame extends Promised { n: number }
      declare const frame: Frame;
      const go = s;
      d(() => { go(job); void job["wait"](); void fence?.wait(); void frame.wait(); });
      d(() => { const { wait } = job; void wait.call(job); void wait(); });
    `,
      errors: [
        { messageId: "submit", line: 9 },
        { messageId: "wait", line: 9 },
        { messageId: "wait", line: 9 },
        { messageId: "wait", line: 9 },
        { messageId: "wait", line: 10 },
      ],
    },
    {
      name: "one that two sections share is reported at both",
      code: program`
      const waits = () => { void fence.wait(); };
      deliver(() => waits());
      deliver(() => waits());
    `,
      errors: [
        { messageId: "waitThrough", line: 3 },
        { messageId: "waitThrough", line: 4 },
      ],
    },
    {
      name: "the members of a fence's ops, by their names",
      code: program`
      const poll = () => { void fence.wait(); return true; };
      timeline.fence({ poll });
    `,
      errors: [{ messageId: "wait", line: 2, data: { call: "fence.wait", title: "the `poll` of a `FenceOps`" } }],
    },
    {
      name: "a loop that waits for the clock",
      code: program`
      import { performance as clock } from "node:perf_hooks";
      deliver(() => {
        for (const end = Date.now() + 5; Date.now() < end;);
        while (clock.now() < 5) {}
      });
    `,
      errors: [
        { messageId: "spin", line: 4 },
        { messageId: "spin", line: 5 },
      ],
    },
    {
      name: "what a registration posts to",
      code: program`
      Registration.post({ postMessage: () => void submit(job) });
      Registration.post({ postMessage() { void fence.wait(); } });
    `,
      errors: [
        { messageId: "submit", line: 2, data: { call: "submit", title: "the `postMessage` of a `PostTarget`" } },
        { messageId: "wait", line: 3 },
      ],
    },
  ],
});
