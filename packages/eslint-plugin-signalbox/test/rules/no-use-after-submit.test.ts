import { noUseAfterSubmit } from "../../src/rules/no-use-after-submit.ts";
import { program, typedTester } from "../support.ts";

typedTester().run("no-use-after-submit", noUseAfterSubmit, {
  valid: [
    {
      name: "submitted once, and then waited for, depended on, read",
      code: program`
      async function f() {
        const put = queue.job({});
        put.after(other);
        const slot = put.reserveSlot();
        const [done] = submit(put, queue.job({ after: put }).after(put));
        await Promise.all([done!.wait(), put.wait()]);
        put.register(Registration.signal(timeline.fence()));
        console.log(put.result, slot, put.started);
        submit(queue.job({ after: put }));
      }
    `,
    },
    {
      name: "a new job of the same name in each round",
      code: program`
      for (const spec of [{}, {}]) { const one = queue.job(spec); submit(one); }
      for (const one of jobs) submit(one);
      for (const [one, two] of [[a, b]]) { one!.after(two!); submit(one!, two!); }
      for (let i = 0; i < 3; i++) { var old = queue.job({}); submit(old); }
      jobs.forEach((one) => { one.after(a); submit(one); });
      while (jobs.length > 0) { const one = jobs.pop(); if (one) submit(one); }
    `,
    },
    {
      name: "a variable that is another job later",
      code: program`
      let frame = queue.job({});
      submit(frame);
      frame = queue.job({});
      frame.after(a);
      submit(frame);
      class Screen { job = queue.job({}); draw() { submit(this.job); this.job = queue.job({}); submit(this.job); } }
      submit(jobs[0]!); jobs.shift(); submit(jobs[0]!);
    `,
    },
    {
      name: "another module's variable, which that may change",
      code: program`
      import { shared } from "./reexport.ts";
      submit(shared);
      submit(shared);
    `,
    },
    {
      name: "two of one name in blocks and functions of their own",
      code: program`
      { const one = queue.job({}); submit(one); }
      { const one = queue.job({}); one.after(a); submit(one); }
      const one = queue.job({});
      submit(one);
      function again(one: Job) { one.after(a); submit(one); }
      again(queue.job({}));
    `,
    },
    {
      name: "on one way or the other",
      code: program`
      declare const first: boolean, which: number;
      function f() { if (first) submit(a); else submit(a); }
      function g() { if (first) { submit(a); return; } submit(a); }
      function h() { switch (which) { case 1: submit(a); break; default: submit(a); } }
      function i() { if (first) submit(a); if (!first) { a.after(b); submit(a); } }
      function j() { first ? submit(a) : submit(a); }
      function k() { first && submit(a); first || submit(a); }
    `,
    },
    {
      name: "again, when the first has thrown and was rolled back",
      code: program`
      function f() { try { submit(a); } catch { a.after(b); submit(a); } }
      function g() { try { submit(a); console.log("submitted"); } catch {} submit(a); }
      function h() { for (const wait of [1, 10]) { try { submit(a); return; } catch { console.log(wait); } } }
      function i() { for (let left = 3; left > 0; left--) { try { submit(a); break; } catch {} } }
    `,
    },
    {
      name: "in a loop that stops, or doesn't always come there",
      code: program`
      declare const ready: () => boolean;
      async function f() { while (true) { if (ready()) { submit(a); break; } await 1; } }
      async function g() { let sent = false; for (const x of [1, 2]) { if (!sent) submit(a); sent = true; console.log(x); } }
      function h() { do { submit(a); } while (!a); }
      function i() { for (const x of [1, 2]) { submit(b); if (x > 1) return; } }
      function j() { for (const x of [1, 2]) { submit(b); if (x > 0) throw new Error("enough"); } }
    `,
    },
    {
      name: "in functions that run nobody knows when",
      code: program`
      const send = () => { submit(a); };
      const retry = () => { submit(a); };
      button.onclick = send;
      submit(b);
      setTimeout(() => { b.after(a); }, 0);
      declare const button: { onclick: () => void };
    `,
    },
    {
      name: "by hand, armed and pushed once",
      code: program`
      submission((section) => { a.after(b); const armed = section.arm(a); section.push(armed); });
      submission((section) => { section.arm(b); section.push(b); });
      declare const ready: boolean;
      function f(job: Job) { submission((section) => { if (!ready) return; section.arm(job); section.push(job); }); submit(job); }
    `,
    },
    {
      name: "somebody else's submit, and what only looks like a job",
      code: `
      import { submit } from "other";
      import type { Job } from "other";
      declare const a: Job;
      submit(a); submit(a);
      function own(x: unknown) {}
      own(a); own(a);
    `,
    },
    {
      name: "a list, whose members change",
      code: program`
      submit(...jobs); jobs.length = 0; jobs.push(queue.job({})); submit(...jobs);
    `,
    },
  ],
  invalid: [
    {
      name: "submitted twice, however",
      code: program`
      submit(a);
      submit(a);
      submitWith({}, a);
      publish(priv, (must) => must.transferTo(queue, b));
      submit(b); submit(b);
    `,
      errors: [
        { messageId: "again", line: 3, column: 14 },
        { messageId: "again", line: 4 },
        { messageId: "again", line: 6, column: 25 },
      ],
    },
    {
      name: "twice in one list",
      code: program`
      submit(a, b, a);
    `,
      errors: [{ messageId: "again", line: 2, column: 20 }],
    },
    {
      name: "under another name",
      code: program`
      const same = a;
      submit(a);
      submit(same);
      const [one, two] = [queue.job({}), queue.job({})];
      const chained = one.after(b);
      submit(chained, two);
      submit(one!);
    `,
      errors: [
        { messageId: "again", line: 4 },
        { messageId: "again", line: 8 },
      ],
    },
    {
      name: "whichever way was taken",
      code: program`
      declare const first: boolean;
      if (first) submit(a, b); else submit(b, a);
      submit(a);
    `,
      errors: [{ messageId: "again", line: 4 }],
    },
    {
      name: "a dependency or a slot too late",
      code: program`
      submit(a, b);
      a.after(b);
      submit(queue.job({}), job.after(b));
      b.reserveSlot();
      job.after(b);
    `,
      errors: [
        { messageId: "dependency", line: 3, column: 7 },
        { messageId: "slot", line: 5 },
        { messageId: "dependency", line: 6 },
      ],
    },
    {
      name: "by hand",
      code: program`
      submission((section) => { section.arm(a); a.after(b); section.push(a); });
      submission((section) => { section.push(section.arm(b)); });
      submission((section) => { const armed = section.arm(job); section.push(armed); });
      submit(a);
      submission((section) => { section.arm(b); section.push(b); });
      job.after(a);
    `,
      errors: [
        { messageId: "dependency", line: 2 },
        { messageId: "again", line: 5 },
        { messageId: "again", line: 6 },
        { messageId: "dependency", line: 7 },
      ],
    },
    {
      name: "the same job in each round",
      code: program`
      async function f(upload: Job) { for (const one of jobs) { submit(upload, one); await one.wait(); } }
      for (let i = 0; i < 3; i++) submit(a);
    `,
      errors: [
        { messageId: "inLoop", line: 2 },
        { messageId: "inLoop", line: 3 },
      ],
    },
    {
      name: "renamed, reached through a namespace",
      code: program`
      import { submit as send } from "signalbox"; import * as sb from "signalbox";
      send(a);
      sb.submit(a);
    `,
      errors: [{ messageId: "again", line: 4 }],
    },
  ],
});
