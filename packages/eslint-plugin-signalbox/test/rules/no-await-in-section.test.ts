import { noAwaitInSection } from "../../src/rules/no-await-in-section.ts";
import { program, typedTester } from "../support.ts";

typedTester().run("no-await-in-section", noAwaitInSection, {
  valid: [
    {
      name: "a synchronous body",
      code: program`
      deliver(() => { for (const done of jobs) queue.complete(done); });
      signallingSection(() => 1);
      submission((section) => { section.arm(a); section.push(a); });
      publish(priv, (must) => must.signal());
    `,
    },
    {
      name: "an await before the section, and after",
      code: program`
      async function main() {
        await fence.wait();
        deliver(() => queue.complete(job));
        await other.wait();
      }
    `,
    },
    {
      name: "a section inside an async function has its own function",
      code: program`
      export const main = async () => {
        for (const job of jobs) deliver(() => { queue.complete(job); });
        await fence.wait();
      };
    `,
    },
    {
      name: "what runs later may await: a timer, a reaction, a work item",
      code: program`
      deliver(() => {
        setTimeout(async () => { await fence.wait(); }, 1);
        void Promise.resolve().then(async () => { await fence.wait(); });
        new WorkItem(workQueue, () => { void (async () => 1); return false; });
      });
    `,
    },
    {
      name: "an async function that is only started, and not answered",
      code: program`
      async function report() { await fence.wait(); }
      deliver(() => { void report(); });
    `,
    },
    {
      name: "a nested async function that nobody calls here",
      code: program`
      let later: () => Promise<void>;
      deliver(() => { later = async () => { await fence.wait(); }; });
    `,
    },
    {
      name: "a generator inside, which is iterated at once",
      code: program`
      deliver(() => {
        function* numbers() { yield 1; }
        for (const n of numbers()) console.log(n);
      });
    `,
    },
    {
      name: "somebody else's deliver",
      code: `
      import { deliver } from "other";
      deliver(async () => { await 1; });
    `,
    },
    {
      name: "somebody else's driver, ops and token",
      code: `
      import type { Driver, FenceOps, Job, Submission } from "other";
      class Theirs implements Driver { name = "x"; async run() { await 1; return "done" as const; } async cancel() { await 1; } }
      const ops: FenceOps = { setDeadline: async () => { await 1; } };
      async function armAll(section: Submission) { await 1; }
    `,
    },
    {
      name: "a function of the program's own with the same name",
      code: `
      function deliver(body: () => Promise<void>) { return body(); }
      deliver(async () => { await 1; });
    `,
    },
    {
      name: "a run that is no driver's",
      code: program`
      const runner = { name: "x", async run(job: Job) { await job.wait(); }, async cancel() {} };
      class Runner { async run() { await fence.wait(); } }
    `,
    },
    {
      name: "a driver's members that are called outside every section",
      code: program`
      const driver = { name: "x", run: () => "done", cancel() {}, async flush() { await fence.wait(); } } satisfies Driver;
    `,
    },
    {
      name: "a static run of a driver's class",
      code: program`
      class MyDriver implements Driver {
        name = "mine";
        static async run() { await fence.wait(); }
        run(): RunOutcome { return "done"; }
        cancel() {}
      }
    `,
    },
    {
      name: "a body that may answer a promise or not is the program's affair",
      code: program`
      declare const maybe: () => Promise<void> | number;
      declare const anything: any;
      signallingSection(maybe);
      deliver(anything);
    `,
    },
    {
      name: "an async function that takes a job, not a token",
      code: program`
      async function render(job: Job, name = "x") { await job.wait(); }
    `,
    },
  ],
  invalid: [
    {
      name: "an await in each kind of section",
      code: program`
      deliver(async () => { await fence.wait(); });
      signallingSection(async () => { await fence.wait(); });
      submission(async (section) => { section.arm(a); await fence.wait(); section.push(a); });
      publish(priv, async (must) => { await fence.wait(); return must.signal(); });
      openDriverFence(handle, async (must) => { await fence.wait(); return must.signal(); });
    `,
      errors: [
        { messageId: "await", line: 2, data: { title: "the body of `deliver`" } },
        { messageId: "await", line: 3 },
        { messageId: "await", line: 4, data: { title: "the body of `submission`" } },
        { messageId: "await", line: 5 },
        { messageId: "await", line: 6, data: { title: "the body of `openDriverFence`" } },
      ],
    },
    {
      name: "async without an await: the word can go",
      code: program`
      deliver(async () => { queue.complete(job); });
      deliver(async function () { queue.complete(job); });
    `,
      errors: [
        {
          messageId: "asyncBody",
          line: 2,
          data: { title: "The body of `deliver`" },
          suggestions: [
            {
              messageId: "removeAsync",
              output: program`
      deliver(() => { queue.complete(job); });
      deliver(async function () { queue.complete(job); });
    `,
            },
          ],
        },
        {
          messageId: "asyncBody",
          line: 3,
          suggestions: [
            {
              messageId: "removeAsync",
              output: program`
      deliver(async () => { queue.complete(job); });
      deliver(function () { queue.complete(job); });
    `,
            },
          ],
        },
      ],
    },
    {
      name: "a generator, and a yield",
      code: program`
      deliver(function* () { queue.complete(job); });
      deliver(function* () { yield 1; });
    `,
      errors: [
        { messageId: "generatorBody", line: 2 },
        { messageId: "yield", line: 3 },
      ],
    },
    {
      name: "for await, and await using",
      code: program`
      declare const stream: AsyncIterable<Job>;
      declare function open(): AsyncDisposable;
      deliver(async () => { for await (const done of stream) queue.complete(done); });
      deliver(async () => { await using file = open(); });
    `,
      errors: [
        { messageId: "await", line: 4 },
        { messageId: "await", line: 5 },
      ],
    },
    {
      name: "a body by its name",
      code: program`
      async function onInterrupt() { await fence.wait(); }
      const onOther = async () => { await fence.wait(); };
      deliver(onInterrupt);
      deliver(onOther);
    `,
      errors: [
        { messageId: "await", line: 2 },
        { messageId: "await", line: 3 },
      ],
    },
    {
      name: "a body that is a method, bound",
      code: program`
      class Device {
        async #drain() { await fence.wait(); }
        interrupt() { deliver(this.#drain.bind(this)); }
      }
    `,
      errors: [{ messageId: "await", line: 3 }],
    },
    {
      name: "a body from elsewhere that answers a promise",
      code: program`
      declare function flush(): Promise<void>;
      deliver(flush);
      deliver(() => flush());
      signallingSection(() => { return flush(); });
    `,
      errors: [
        { messageId: "answersPromise", line: 3 },
        { messageId: "answersPromise", line: 4 },
        { messageId: "answersPromise", line: 5 },
      ],
    },
    {
      name: "renamed, through a namespace, a constant, and re-exported",
      code: `
      import { deliver as d } from "signalbox";
      import * as sb from "signalbox";
      import { interrupt, signalbox } from "./reexport.ts";
      const own = d;
      d(async () => { await 1; });
      sb.deliver(async () => { await 1; });
      own(async () => { await 1; });
      interrupt(async () => { await 1; });
      signalbox.deliver(async () => { await 1; });
    `,
      errors: [6, 7, 8, 9, 10].map((line) => ({ messageId: "await" as const, line })),
    },
    {
      name: "declared by an ambient module",
      code: `
      /// <reference path="./ambient.d.ts" />
      import { deliver } from "signalbox/ambient";
      deliver(async () => { await 1; });
    `,
      errors: [{ messageId: "await", line: 4 }],
    },
    {
      name: "a nested function that runs here: at once, and for each",
      code: program`
      deliver(() => {
        void (async () => { await fence.wait(); })();
        jobs.forEach(async (done) => { await done.wait(); });
      });
    `,
      errors: [
        { messageId: "await", line: 3 },
        { messageId: "await", line: 4 },
      ],
    },
    {
      name: "a section in a section is reported once",
      code: program`
      signallingSection(() => { deliver(async () => { await fence.wait(); }); });
    `,
      errors: [{ messageId: "await", line: 2, data: { title: "the body of `deliver`" } }],
    },
    {
      name: "a driver, whatever way it is typed",
      code: program`
      const typed: Driver = { name: "a", async run(job) { await job.wait(); return "done"; }, cancel() {} };
      const satisfied = { name: "b", run: async (job) => { await job.wait(); return "done"; }, cancel() {} } satisfies Driver;
      new Ring({ name: "c", run: () => "done", async cancel(job) { await job.wait(); } });
      class Echo implements Driver {
        name = "d";
        async run(job: Job) { await job.wait(); return "done" as const; }
        cancel = async (job: Job) => { await job.wait(); };
      }
      class Loud extends Echo { override async run(job: Job) { await job.wait(); return "done" as const; } }
      interface GpuDriver extends Driver { reset(): void }
      function make(): GpuDriver {
        const cancel = async (job: Job) => { await job.wait(); };
        return { name: "e", reset() {}, run() { return "done"; }, cancel };
      }
    `,
      errors: [2, 3, 4, 7, 8, 10, 13].map((line) => ({ messageId: "await" as const, line })),
    },
    {
      name: "a driver's async method without an await",
      code: program`
      const driver: Driver = { name: "a", run() { return "done"; }, async cancel() {} };
    `,
      errors: [
        {
          messageId: "asyncBody",
          line: 2,
          data: { title: "The `cancel` of a `Driver`" },
          suggestions: [
            {
              messageId: "removeAsync",
              output: program`
      const driver: Driver = { name: "a", run() { return "done"; }, cancel() {} };
    `,
            },
          ],
        },
      ],
    },
    {
      name: "the ops of a fence",
      code: program`
      timeline.fence({ poll() { return true; }, setDeadline: async () => { await fence.wait(); } });
    `,
      errors: [{ messageId: "await", line: 2, data: { title: "the `setDeadline` of a `FenceOps`" } }],
    },
    {
      name: "a function that takes the token",
      code: program`
      async function armAll(section: Submission, jobs: Job[]) {
        for (const job of jobs) { section.arm(job); await job.wait(); }
      }
    `,
      errors: [{ messageId: "await", line: 3, data: { title: "a function that takes a section's `Submission`" } }],
    },
    {
      name: "what an obligation is transferred to, and what keeps it",
      code: program`
      publish(priv, (must) => must.transferTo(workQueue, async (inner) => { await fence.wait(); return inner.signal(); }));
      publish(priv, (must) => must.promise("the socket closes in the end", async (kept) => { await fence.wait(); kept.signal(); }));
    `,
      errors: [
        { messageId: "await", line: 2 },
        { messageId: "await", line: 3 },
      ],
    },
  ],
});
