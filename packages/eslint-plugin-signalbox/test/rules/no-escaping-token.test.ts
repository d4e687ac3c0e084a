import { noEscapingToken } from "../../src/rules/no-escaping-token.ts";
import { program, typedTester } from "../support.ts";

typedTester().run("no-escaping-token", noEscapingToken, {
  valid: [
    {
      name: "used where it is valid",
      code: program`
      submission((section) => { section.arm(a); section.push(a); });
      publish(priv, (must) => must.signal());
      publish(priv, (must) => { if (a.signalled) return must.signal(); return must.fail(-5); });
      publish(priv, (must) => a.signalled ? must.signal() : must.fail(-5));
      publish(priv, (must) => { const proof = must.transferTo(queue, job); return proof; });
    `,
    },
    {
      name: "passed down, by itself or in an object",
      code: program`
      function armAll(section: Submission, list: Job[]) { for (const one of list) section.arm(one); }
      function armIn({ section }: { section: Submission }) { section.arm(a); }
      function finish<S>(must: MustBeSignalled<S>): WillBeSignalled<S> { return must.signal(); }
      const chain = (section: Submission): Submission => { section.arm(a); return section; };
      submission((section) => { armAll(section, jobs); armIn({ section }); chain(section).push(a); console.log(section); });
      publish(priv, (must) => finish(must));
      publish(priv, (must) => { const same = must; return same.signal(); });
    `,
    },
    {
      name: "captured by what runs here",
      code: program`
      function each(list: Job[], act: (job: Job) => void) { for (const one of list) act(one); }
      submission((section) => {
        jobs.forEach((one) => { section.arm(one); });
        each(jobs, (one) => { section.push(one); });
        (() => { section.arm(a); })();
        const push = (one: Job) => { section.push(one); };
        push(a);
        jobs.map(push);
        function armed(one: Job) { section.arm(one); return one; }
        const all = jobs.map(armed);
        signallingSection(() => { section.arm(b); });
      });
    `,
    },
    {
      name: "captured by what somebody else's function may do with it: nobody can tell",
      code: program`
      declare function visit(tree: object, act: (job: Job) => void): void;
      submission((section) => { visit({}, (one) => { section.arm(one); }); });
    `,
    },
    {
      name: "one of several functions that somebody else may call, once",
      code: program`
      declare function choose<T>(ways: (() => T)[]): T;
      publish(priv, (must) => choose([() => must.signal(), () => must.fail(-5)]));
      publish(priv, (must) => {
        const fail = () => must.fail(-5);
        if (a.signalled) return fail();
        return must.signal();
      });
    `,
    },
    {
      name: "a proof through a plain section",
      code: program`
      publish(priv, (must) => signallingSection(() => must.signal()));
      publish(priv, (must) => { const proof = signallingSection(() => { return must.signal(); }); return proof; });
    `,
    },
    {
      name: "signalled, or failed where that went wrong",
      code: program`
      declare function work(): void;
      publish(priv, (must) => { try { work(); return must.signal(); } catch (error) { return must.fail(-5, error); } });
      publish(priv, (must) => {
        let proof;
        try { proof = must.signal(); } catch (error) { proof = must.fail(-5, error); }
        return proof;
      });
    `,
    },
    {
      name: "one for each round",
      code: program`
      declare const privs: PrivateFence[];
      for (const one of privs) publish(one, (must) => must.signal());
      privs.forEach((one) => { publish(one, (must) => must.signal()); });
    `,
    },
    {
      name: "nested, each its own proof",
      code: program`
      publish(priv, (outer) => { publish(priv, (inner) => inner.signal()); return outer.signal(); });
      publish(priv, (outer) => outer.transferTo(workQueue, (inner) => { const same = inner; return same.signal(); }));
    `,
    },
    {
      name: "somebody else's",
      code: `
      import { submission, publish } from "other";
      import type { Submission, PrivateFence } from "other";
      declare const priv: PrivateFence;
      let kept: Submission;
      submission((section) => { kept = section; setTimeout(() => { section.arm; }, 1); });
      publish(priv, (must) => { must.signal(); return must.signal(); });
    `,
    },
    {
      name: "a submission of the program's own",
      code: `
      class Submission { arm() {} }
      const all: Submission[] = [];
      function keep(section: Submission) { all.push(section); return () => section.arm(); }
    `,
    },
    {
      name: "a log and an assertion only look",
      code: program`
      declare function expect(value: unknown): { toBeDefined(): void };
      publish(priv, (must) => { console.log(must); expect(must).toBeDefined(); const proof = must.signal(); console.log(proof); return proof; });
    `,
    },
    {
      name: "a token kept in a local object",
      code: program`
      submission((section) => { const context = { section, jobs }; for (const one of context.jobs) context.section.arm(one); });
    `,
    },
    {
      name: "either of two, by a switch",
      code: program`
      declare const n: number;
      publish(priv, (must) => { switch (n) { case 1: return must.signal(); case 2: return must.fail(-5); default: return must.transferTo(queue, job); } });
    `,
    },
    {
      name: "an async helper before it awaits anything",
      code: program`
      submission((section) => { void (async () => { section.arm(a); await fence.wait(); })(); });
    `,
    },
  ],
  invalid: [
    {
      name: "stored: in a variable from outside, a field, a list",
      code: program`
      let kept: Submission | undefined;
      const all: unknown[] = [], held = new Map<string, unknown>();
      const box: { token?: Submission } = {};
      class Batch {
        token: Submission | undefined;
        start() { submission((section) => { this.token = section; }); }
      }
      submission((section) => { kept = section; box.token = section; });
      submission((section) => { all.push(section); held.set("token", { section }); new WeakRef(section); new Set([section]); });
      publish(priv, (must) => { all.push(must); return must.signal(); });
      publish(priv, (must) => { const proof = must.signal(); all.push(proof); return proof; });
    `,
      errors: [
        { messageId: "stored", line: 7, data: { what: "The submission's token", name: "section" } },
        { messageId: "stored", line: 9 },
        { messageId: "stored", line: 9 },
        { messageId: "stored", line: 10 },
        { messageId: "stored", line: 10 },
        { messageId: "stored", line: 10 },
        { messageId: "stored", line: 10 },
        { messageId: "stored", line: 11, data: { what: "The obligation", name: "must" } },
        { messageId: "stored", line: 12, data: { what: "The proof", name: "proof" } },
      ],
    },
    {
      name: "stored by a function that it is passed to",
      code: program`
      let last: Submission;
      class Builder { #section: Submission; constructor(section: Submission) { this.#section = section; } }
      function remember(section: Submission) { last = section; }
    `,
      errors: [
        { messageId: "stored", line: 3 },
        { messageId: "stored", line: 4 },
      ],
    },
    {
      name: "answered",
      code: program`
      const leaked = signallingSection(() => publish(priv, (must) => { return must as never; }));
      submission((section) => section);
      submission((section) => ({ section }));
      const box = signallingSection(() => { let token; submission((section) => { token = section; return [section]; }); return token; });
    `,
      errors: [
        { messageId: "returned", line: 2, data: { what: "The obligation", name: "must" } },
        { messageId: "returned", line: 3 },
        { messageId: "returned", line: 4 },
        { messageId: "stored", line: 5 },
        { messageId: "returned", line: 5 },
      ],
    },
    {
      name: "captured by what runs later",
      code: program`
      declare const emitter: { handler: () => void };
      submission((section) => {
        setTimeout(() => { section.push(a); }, 10);
        queueMicrotask(() => section.push(a));
        void fence.wait().then(() => { section.push(a); });
        emitter.handler = () => { section.push(a); };
        new WorkItem(workQueue, () => { section.push(a); return false; });
        platform.microtask(() => { section.push(a); });
        void withReservations([reservation], () => { section.push(a); });
        const later = () => { section.push(a); };
        setTimeout(later, 10);
        void (async () => { await fence.wait(); section.push(a); })();
      });
      publish(priv, (must) => { setTimeout(() => { must.signal(); }, 1); return must.signal(); });
    `,
      errors: [
        ...[4, 5, 6, 7, 8, 9, 10, 11, 13].map((line) => ({ messageId: "captured" as const, line })),
        { messageId: "captured", line: 15, data: { what: "The obligation", name: "must" } },
      ],
    },
    {
      name: "captured by the section that it was handed on to",
      code: program`
      publish(priv, (outer) => outer.transferTo(workQueue, (inner) => { outer.signal(); return inner.signal(); }));
    `,
      errors: [{ messageId: "captured", line: 2, data: { what: "The obligation", name: "outer" } }],
    },
    {
      name: "captured by a function that is answered",
      code: program`
      const make = (section: Submission) => () => { section.arm(a); };
      function make2(section: Submission) { return () => { section.arm(a); }; }
    `,
      errors: [
        { messageId: "captured", line: 2 },
        { messageId: "captured", line: 3 },
      ],
    },
    {
      name: "used twice",
      code: program`
      declare function finish<S>(must: MustBeSignalled<S>): WillBeSignalled<S>;
      declare const slow: boolean;
      publish(priv, (must) => { must.signal(); return must.signal(); });
      publish(priv, (must) => { if (slow) must.fail(-5); return must.transferTo(queue, job); });
      publish(priv, (must) => { finish(must); return must.signal(); });
      publish(priv, (must) => { const same = must; must.signal(); return same.signal(); });
      publish(priv, (must) => { try { must.signal(); } finally { must.fail(-5); } return null as never; });
    `,
      errors: [4, 5, 6, 7, 8].map((line) => ({ messageId: "usedTwice" as const, line })),
    },
    {
      name: "a proof used twice",
      code: program`
      declare function take<S>(proof: WillBeSignalled<S>): void;
      publish(priv, (must) => { const proof = must.signal(); take(proof); return proof; });
    `,
      errors: [{ messageId: "usedTwice", line: 3, data: { what: "The proof", name: "proof" } }],
    },
    {
      name: "used in each round",
      code: program`
      publish(priv, (must) => { for (const one of jobs) must.transferTo(queue, one); return null as never; });
      publish(priv, (must) => { jobs.forEach((one) => { must.transferTo(queue, one); }); return null as never; });
    `,
      errors: [
        { messageId: "usedInLoop", line: 2 },
        { messageId: "usedInLoop", line: 3 },
      ],
    },
    {
      name: "another section's proof, which the types let through",
      code: program`
      publish(priv, (outer) => { publish(priv, (inner) => outer.signal()); return outer.signal(); });
      publish(priv, (outer) => {
        const proof = outer.signal();
        publish(priv, (inner) => { return proof; });
        return proof;
      });
      publish(priv, (outer) => { openDriverFence(handle, (inner) => outer.signal()); return outer.signal(); });
    `,
      errors: [
        { messageId: "foreignProof", line: 2, data: { opener: "publish" } },
        { messageId: "usedTwice", line: 2 },
        { messageId: "foreignProof", line: 5 },
        { messageId: "usedTwice", line: 6 },
        { messageId: "foreignProof", line: 8, data: { opener: "openDriverFence" } },
        { messageId: "usedTwice", line: 8 },
      ],
    },
    {
      name: "renamed, re-exported, through a namespace",
      code: `
      import * as sb from "signalbox";
      import type { Token } from "./reexport.ts";
      let kept: Token;
      sb.submission((section) => { kept = section; });
      function keep(section: Token | undefined) { if (section !== undefined) kept = section; }
      class Own<T extends Token> { held: T | undefined; keep(section: T) { this.held = section; } }
    `,
      errors: [5, 6, 7].map((line) => ({ messageId: "stored" as const, line })),
    },
  ],
});
