import { submissionOrder } from "../../src/rules/submission-order.ts";
import { program, typedTester } from "../support.ts";

typedTester().run("submission-order", submissionOrder, {
  valid: [
    {
      name: "behind what was submitted, or stands earlier in the batch",
      code: program`
      const [put, blur] = [queue.job({}), queue.job({})];
      submit(put, blur.after(put));
      submit(queue.job({ after: [put, blur] }), queue.job({}).after(put, blur));
      const one = queue.job({ after: a }), two = queue.job({ after: one });
      submit(one, two);
    `,
    },
    {
      name: "a dependency that somebody may have submitted",
      code: program`
      declare const send: (job: Job) => void;
      function f(first: Job) { submit(queue.job({ after: first })); submit(a.after(b)); }
      function g() { const first = queue.job({}); send(first); submit(queue.job({ after: first })); }
      function h() { const first = queue.job({}); submit(first); submit(queue.job({}).after(first)); }
      function i() { const first = queue.job({}); const all = [first, queue.job({ after: first })]; submit(...all); }
      function j() { const first = queue.job({}); submit(...[first], queue.job({ after: first })); }
      function k() { const first = queue.job({}); const go = () => { submit(first); }; go(); submit(queue.job({ after: first })); }
    `,
    },
    {
      name: "in this order on one way and in that on another",
      code: program`
      declare const flip: boolean;
      function f(x: Job, y: Job) { if (flip) { x.after(y); submit(y, x); } else { y.after(x); submit(x, y); } }
      function g(x: Job, y: Job) { if (flip) x.after(y); if (!flip) submit(x, y); }
      function h(x: Job, y: Job) { flip && x.after(y); submit(x, y); }
      function i(x: Job, y: Job) { try { x.after(y); } catch {} submit(x, y); }
    `,
    },
    {
      name: "a chain through a variable that moves on",
      code: program`
      let last = a;
      for (const one of jobs) { one.after(last); last = one; }
      for (const spec of [{}, {}]) { const one = queue.job(spec); const next = queue.job({ after: one }); submit(one, next); }
      jobs.reduce((one, next) => next.after(one));
    `,
    },
    {
      name: "two of one name",
      code: program`
      function f() { { const x = queue.job({}); submit(x); a.after(x); } { const x = queue.job({}); submit(a, x); } }
      function g(one: Job) { submit(one); function inner(one: Job) { one.after(a); } inner(queue.job({})); }
    `,
    },
    {
      name: "the jobs of another queue in their own order",
      code: program`
      const [left, right] = [device.queue("left"), device.queue("right")];
      const [x, y, z] = [left.job({}), right.job({}), left.job({})];
      submission((section) => {
        section.arm(x); section.arm(y); section.arm(z);
        section.push(y); section.push(x); section.push(z);
      });
      submission((section) => { section.arm(a); section.arm(b); section.push(b); section.push(a); });
    `,
    },
    {
      name: "a callback that does more than arm and push",
      code: program`
      declare const flip: boolean, all: (section: Submission) => void;
      const [x, y] = [queue.job({}), queue.job({})];
      submission((section) => { section.arm(x); all(section); section.push(x); });
      submission((section) => { if (flip) section.arm(x); section.arm(y); section.push(y); if (flip) section.push(x); });
    `,
    },
    {
      name: "reached by nothing",
      code: program`
      function f() { return; a.after(b); submit(a, b); }
    `,
    },
    {
      name: "somebody else's jobs",
      code: `
      import { submit } from "other";
      import type { Job } from "other";
      declare const a: Job, b: Job & { after(x: object): void };
      b.after(b); b.after(a); submit(b, a);
      const own = { after(x: object) {} };
      own.after(own);
    `,
    },
  ],
  invalid: [
    {
      name: "itself",
      code: program`
      a.after(a);
      submit(b.after(job, b));
      const same = a;
      a.after(same);
      a.after(a.started);
      submission((section) => { job.after(job); const armed = section.arm(job); section.push(armed); });
    `,
      errors: [
        { messageId: "itself", line: 2, column: 15 },
        { messageId: "itself", line: 3, column: 27 },
        { messageId: "itself", line: 5 },
        { messageId: "itself", line: 6 },
        { messageId: "itself", line: 7 },
      ],
    },
    {
      name: "a younger one of the batch",
      code: program`
      const [first, second] = [queue.job({}), queue.job({})];
      first.after(second);
      submit(first, second);
      const x = queue.job({ after: a }), y = queue.job({}).after(b);
      submit(x, a);
      submitWith({}, y, b);
      submit(queue.job({ after: [job] }), job);
    `,
      errors: [
        { messageId: "younger", line: 4, column: 14, data: { job: "first", other: "second" } },
        { messageId: "younger", line: 6 },
        { messageId: "younger", line: 7 },
        { messageId: "younger", line: 8 },
      ],
    },
    {
      name: "a younger one, by hand",
      code: program`
      submission((section) => {
        a.after(b);
        console.log("armed");
      });
      a.after(b);
      submission((section) => { section.arm(a); section.arm(b); section.push(a); section.push(b); });
    `,
      errors: [{ messageId: "younger", line: 7, column: 45 }],
    },
    {
      name: "one that nobody has submitted",
      code: program`
      function f() { const put = queue.job({}), blur = queue.job({ after: put }); submit(blur); }
      function g() { const put = queue.job({}); a.after(put); submit(a); }
      function h() { const put = queue.job({}); submit(b, queue.job({}).after(put)); submit(put); }
      publish(priv, (must) => { const put = queue.job({}); return must.transferTo(queue, queue.job({ after: put })); });
    `,
      errors: [
        { messageId: "notSubmitted", line: 2, column: 90, data: { job: "blur", other: "put" } },
        { messageId: "notSubmitted", line: 3 },
        { messageId: "notSubmitted", line: 4 },
        { messageId: "notSubmitted", line: 5 },
      ],
    },
    {
      name: "pushed before what was armed first",
      code: program`
      const [x, y] = [queue.job({}), queue.job({})];
      submission((section) => { section.arm(x); section.arm(y); section.push(y); section.push(x); });
      function f(lane: JobQueue) {
        const one = lane.job({}), two = lane.job({});
        submission((section) => {
          const [armed, other] = [section.arm(one), 1];
          const first = section.arm(one), second = section.arm(two);
          section.push(second);
          section.push(first);
        });
      }
      function g(lane: JobQueue) {
        const one = lane.job({}), two = lane.job({});
        submission((section) => {
          const first = section.arm(one), second = section.arm(two);
          section.push(second);
          section.push(first);
        });
      }
    `,
      errors: [
        { messageId: "pushedEarly", line: 3, data: { job: "y", other: "x" } },
        { messageId: "pushedEarly", line: 17, data: { job: "second", other: "one" } },
      ],
    },
  ],
});
