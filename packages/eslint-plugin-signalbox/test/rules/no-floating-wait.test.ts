import { noFloatingWait } from "../../src/rules/no-floating-wait.ts";
import { program, typedTester } from "../support.ts";

typedTester().run("no-floating-wait", noFloatingWait, {
  valid: [
    {
      name: "awaited, returned, kept, passed on",
      code: program`
      declare function test(name: string, body: () => Promise<void> | void): void;
      declare function track(promise: Promise<void>): void;
      async function main() {
        await fence.wait();
        const done = fence.wait({ timeout: 10 });
        track(fence.wait());
        await done;
        const all = { done: fence.wait(), list: [fence.wait()] };
        return fence.wait();
      }
      const answer = () => fence.wait();
      test("x", () => fence.wait());
      test("y", async () => { await fence.wait(); });
    `,
    },
    {
      name: "with somebody who hears of the failure",
      code: program`
      fence.wait().then(() => {}, (error: unknown) => { console.error(error); });
      fence.wait().catch(console.error);
      fence.wait().then(() => {}).catch(() => {});
      fence.wait().finally(() => {}).catch(() => {});
      fence.wait().catch(() => {}).finally(() => {});
      void fence.wait().catch(() => {});
    `,
    },
    {
      name: "gathered, and awaited or handled",
      code: program`
      async function main() {
        await Promise.all([fence.wait(), other.wait()]);
        await Promise.all(jobs.map((one) => one.wait()));
        await Promise.race(jobs.map((one) => { return one.wait(); }));
        const waiting = jobs.map((one) => one.wait());
        await Promise.all(waiting);
      }
      Promise.all([fence.wait()]).catch(() => {});
      Promise.allSettled([fence.wait(), other.wait()]);
      Promise.allSettled(jobs.map((one) => one.wait()));
    `,
    },
    {
      name: "other people's waits",
      code: `
      import type { Fence } from "other";
      declare const fence: Fence, process: { wait(): Promise<void> };
      fence.wait();
      void process.wait();
    `,
    },
    {
      name: "a wait on the left of an operator is looked at",
      code: program`
      const has = (fence.wait() as unknown) ?? other;
      if (fence.wait() instanceof Promise) console.log("as promised");
    `,
    },
    {
      name: "a completion, whose wait can't fail",
      code: program`
      void new Completion().wait().then(() => { console.log("done"); });
    `,
    },
    {
      name: "void, where it is allowed",
      options: [{ allowVoid: true }],
      code: program`
      void fence.wait();
      jobs.forEach((one) => void one.wait());
    `,
    },
    {
      name: "in a reaction, whose result the reaction's promise has",
      code: program`
      async function main() { await Promise.resolve().then(() => fence.wait()); }
    `,
    },
  ],
  invalid: [
    {
      name: "a statement, in and out of async functions",
      code: program`
      function main() { fence.wait(); }
      async function other2() { fence.wait({ timeout: 10 }); }
    `,
      errors: [
        { messageId: "floating", line: 2, data: { call: "fence.wait" } },
        {
          messageId: "floating",
          line: 3,
          suggestions: [
            {
              messageId: "addAwait",
              output: program`
      function main() { fence.wait(); }
      async function other2() { await fence.wait({ timeout: 10 }); }
    `,
            },
          ],
        },
      ],
    },
    {
      name: "at the top of a module",
      code: program`
      fence.wait();
    `,
      errors: [
        {
          messageId: "floating",
          line: 2,
          suggestions: [
            {
              messageId: "addAwait",
              output: program`
      await fence.wait();
    `,
            },
          ],
        },
      ],
    },
    {
      name: "void is not an answer",
      code: program`
      async function main() { void fence.wait(); }
    `,
      errors: [
        {
          messageId: "floatingVoid",
          line: 2,
          suggestions: [
            {
              messageId: "addAwait",
              output: program`
      async function main() { await fence.wait(); }
    `,
            },
          ],
        },
      ],
    },
    {
      name: "void without a place to await",
      code: program`
      const go = () => { void fence.wait(); };
      const short = () => void fence.wait();
    `,
      errors: [
        { messageId: "floatingVoid", line: 2 },
        { messageId: "floatingVoid", line: 3 },
      ],
    },
    {
      name: "reactions that hear of no failure",
      code: program`
      function main() {
        fence.wait().then(() => {});
        fence.wait().then(() => {}, undefined);
        fence.wait().finally(() => {});
        fence.wait().catch();
        void fence.wait().then(() => {}).finally(() => {});
      }
    `,
      errors: [
        { messageId: "floating", line: 3 },
        { messageId: "floating", line: 4 },
        { messageId: "floating", line: 5 },
        { messageId: "floating", line: 6 },
        { messageId: "floatingVoid", line: 7 },
      ],
    },
    {
      name: "behind a condition",
      code: program`
      declare const hurry: boolean;
      async function main() { hurry && fence.wait(); hurry ? fence.wait() : other.wait(); }
    `,
      errors: [
        {
          messageId: "floating",
          line: 3,
          suggestions: [
            {
              messageId: "addAwait",
              output: program`
      declare const hurry: boolean;
      async function main() { await (hurry && fence.wait()); hurry ? fence.wait() : other.wait(); }
    `,
            },
          ],
        },
        {
          messageId: "floating",
          line: 3,
          suggestions: [
            {
              messageId: "addAwait",
              output: program`
      declare const hurry: boolean;
      async function main() { hurry && fence.wait(); await (hurry ? fence.wait() : other.wait()); }
    `,
            },
          ],
        },
        {
          messageId: "floating",
          line: 3,
          suggestions: [
            {
              messageId: "addAwait",
              output: program`
      declare const hurry: boolean;
      async function main() { hurry && fence.wait(); await (hurry ? fence.wait() : other.wait()); }
    `,
            },
          ],
        },
      ],
    },
    {
      name: "a callback whose result is thrown away",
      code: program`
      jobs.forEach((one) => one.wait());
      setTimeout(() => fence.wait(), 10);
      deliver(() => { return fence.wait(); });
    `,
      errors: [2, 3, 4].map((line) => ({ messageId: "unheard" as const, line })),
    },
    {
      name: "gathered, and dropped together",
      code: program`
      function main() {
        Promise.all([fence.wait(), other.wait()]);
        void Promise.all(jobs.map((one) => one.wait()));
        jobs.map((one) => one.wait());
      }
    `,
      errors: [
        { messageId: "floating", line: 3 },
        { messageId: "floating", line: 3 },
        { messageId: "floatingVoid", line: 4 },
        { messageId: "floating", line: 5 },
      ],
    },
    {
      name: "whatever waits",
      code: program`
      declare const object: SyncObject;
      function main() { object.wait(); waitAll([object]); reservation.wait("read"); job.wait(); }
    `,
      errors: Array.from({ length: 4 }, () => ({ messageId: "floating" as const, line: 3 })),
    },
    {
      name: "renamed, optional, by index, cast",
      code: `
      import type { Promised } from "./reexport.ts";
      declare const fence: Promised | undefined;
      function main() { fence?.wait(); fence!["wait"](); (fence!.wait() as Promise<unknown>); }
    `,
      errors: Array.from({ length: 3 }, () => ({ messageId: "floating" as const, line: 4 })),
    },
    {
      name: "at the end of a sequence, and before it",
      code: program`
      function main() { console.log(1), fence.wait(); fence.wait(), console.log(1); }
    `,
      errors: [
        { messageId: "floating", line: 2 },
        { messageId: "floating", line: 2 },
      ],
    },
    {
      name: "a function called at once",
      code: program`
      function main() { (() => fence.wait())(); }
    `,
      errors: [{ messageId: "floating", line: 2 }],
    },
  ],
});
