import { noEarlyWait } from "../../src/rules/no-early-wait.ts";
import { program, typedTester } from "../support.ts";

/** A queue whose jobs never start inside `submit`, and one where they may. */
const queues = 'const plain = device.queue("plain"), eager = device.queue("eager", { bypass: true });';

typedTester().run("no-early-wait", noEarlyWait, {
  valid: [
    {
      name: "submitted, waited for, read",
      code: program`
      async function f() {
        const put = queue.job({});
        submit(put);
        await put.wait();
        put.register(Registration.signal(timeline.fence()));
        return put.result;
      }
      async function g() { const [done] = submit(queue.job({})); await done!.wait(); }
    `,
    },
    {
      name: "submitted by somebody who was given it",
      code: program`
      declare const send: (job: unknown) => void, list: unknown[];
      async function f() { const one = queue.job({}); send(one); await one.wait(); }
      async function g() { const one = queue.job({}); list.push(one); await one.wait(); }
      async function h() { const one = queue.job({}); send({ one }); await one.wait(); return one.result; }
      async function i() { const one = queue.job({}); const same = one; send(same); await one.wait(); }
      async function j() { const one = queue.job({}); submit(one.after(a)); await one.wait(); }
      async function k() { const [one, two] = [queue.job({}), queue.job({})]; send([one, two]); await two!.wait(); }
      async function l() { const one = queue.job({}); publish(priv, (must) => must.transferTo(queue, one)); await one.wait(); }
    `,
    },
    {
      name: "submitted by a function that was given it, or has it",
      code: program`
      async function f() { const one = queue.job({}); const go = () => { submit(one); }; go(); await one.wait(); }
      async function g() { const one = queue.job({}); go(); await one.wait(); function go() { submit(one); } }
      async function h() { const one = queue.job({}); submission((section) => { section.push(section.arm(one)); }); await one.wait(); }
      async function i() { const one = queue.job({}); await withReservations([reservation], (locks) => submitWith({ locks }, one)); return one.result; }
      async function j() { const one = queue.job({}); const same = one; const go = () => { submit(same); }; go(); await one.wait(); }
    `,
    },
    {
      name: "waited for by what runs later",
      code: program`
      const one = queue.job({});
      const done = () => one.wait();
      setTimeout(() => { void one.wait(); }, 0);
      submit(one);
      export { done };
    `,
    },
    {
      name: "exported, imported: somebody else's to submit",
      code: program`
      import { shared } from "./reexport.ts";
      export const one = queue.job({});
      const two = queue.job({});
      await one.wait();
      await two.wait();
      await shared.wait();
      export { two };
    `,
    },
    {
      name: "submitted on one way",
      code: program`
      declare const ready: boolean;
      async function f() { const one = queue.job({}); if (ready) submit(one); if (ready) await one.wait(); }
      async function g() { const one = queue.job({}); try { submit(one); } catch {} await one.wait(); }
      async function h() { const one = queue.job({}); for (let i = 0; i < 2; i++) { if (i > 0) await one.wait(); else submit(one); } }
    `,
    },
    {
      name: "a job that came from somewhere",
      code: program`
      async function f(one: Job) { await one.wait(); return one.result; }
      async function g() { await job.wait(); submit(job); let one = queue.job({}); one = a; await one.wait(); return one.result; }
      declare const make: () => Job;
      async function h() { const one = make(); await one.wait(); return one.result; }
    `,
    },
    {
      name: "read after something may have run",
      code: program`
      ${queues}
      declare const sim2: { run(): void; readonly now: number }, advance: () => void;
      async function f() { const one = plain.job({}); submit(one); await 1; return one.result; }
      async function g() { const one = plain.job({}); submit(one); await plain.drain(); return one.result; }
      async function* h() { const one = plain.job({}); submit(one); yield 1; return one.result; }
      function i() { const one = plain.job({}); submit(one); sim2.run(); return one.result; }
      function j() { const one = plain.job({}); submit(one); advance(); return one.result; }
      function k() { const one = plain.job({}); submit(one); while (!one.signalled) advance(); return one.result; }
      function l() { const one = plain.job({}); submit(one); return one.signalled ? one.result : undefined; }
      function m() { const one = plain.job({}); submit(one); deliver(() => { plain.complete(one); }); return one.result; }
      async function n() { const one = plain.job({}); submit(one); for await (const x of [1]) console.log(x); return one.result; }
      function o() { const one = plain.job({}); submit(one); new Ring(driver); return one.result; }
      declare const driver: Driver;
    `,
    },
    {
      name: "submitted to a queue that may start it at once",
      code: program`
      ${queues}
      function f() { const one = eager.job({}); submit(one); return one.result; }
      function g() { const one = queue.job({}); submit(one); return one.result; }
      function h() { const one = plain.job({}); submit(one, eager.job({})); return one.result; }
      function i() { const one = plain.job({}); submit(one); submit(eager.job({})); return one.result; }
      function j(options: object) { const lane = device.queue("x", options); const one = lane.job({}); submit(one); return one.result; }
      function k(more: object) { const lane = device.queue("x", { ...more }); const one = lane.job({}); submit(one); return one.result; }
    `,
    },
    {
      name: "somebody else's jobs",
      code: `
      declare const queue: { job(spec: object): { wait(): void; result: number } };
      const one = queue.job({});
      one.wait();
      console.log(one.result);
    `,
    },
  ],
  invalid: [
    {
      name: "waited for before it is submitted",
      code: program`
      async function f() { const one = queue.job({}); await one.wait(); submit(one); }
      async function g() { const one = queue.job({}).after(a); one.after(b); const same = one; await same.wait({ timeout: 5 }); }
      function h() { const [one, two] = [queue.job({}), queue.job({})]; submit(one!); void Promise.all([one!.wait(), two!.wait()]); }
      function i() { const one = queue.job({}); one.register(Registration.signal(timeline.fence())); submit(one); }
    `,
      errors: [
        { messageId: "notSubmitted", line: 2, column: 61 },
        { messageId: "notSubmitted", line: 3 },
        { messageId: "notSubmitted", line: 4, column: 118 },
        { messageId: "notSubmitted", line: 5 },
      ],
    },
    {
      name: "waited for by another job makes no difference",
      code: program`
      async function f() { const one = queue.job({}); const next = queue.job({ after: [one] }).after(one); await one.wait(); return next; }
    `,
      errors: [{ messageId: "notSubmitted", line: 2 }],
    },
    {
      name: "in each round, its own",
      code: program`
      async function f() { for (const spec of [{}, {}]) { const one = queue.job(spec); await one.wait(); submit(one); } }
    `,
      errors: [{ messageId: "notSubmitted", line: 2 }],
    },
    {
      name: "a result that can't be there yet",
      code: program`
      ${queues}
      function f() { const one = plain.job({}); submit(one); return one.result; }
      function g() { const one = plain.job({}); submit(one, plain.job({ after: one })); console.log(one.result); }
      function h(lane: JobQueue) { const one = lane.job({}); return one.result; }
      async function i() { const one = queue.job({}); await a.wait(); return one.result; }
      async function j() { const lane = device.queue("x", { credits: 4 }); const one = lane.job({}); await a.wait(); submit(one); const r = one.result; return r; }
      async function k() { await a.wait(); const one = plain.job({}); submit(one); return one.result; }
    `,
      errors: [
        { messageId: "notWaited", line: 3, column: 69 },
        { messageId: "notWaited", line: 4 },
        { messageId: "noResult", line: 5 },
        { messageId: "noResult", line: 6 },
        { messageId: "notWaited", line: 8 },
      ],
    },
  ],
});
