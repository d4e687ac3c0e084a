import { balancedSubmission } from "../../src/rules/balanced-submission.ts";
import { program, typedTester } from "../support.ts";

typedTester().run("balanced-submission", balancedSubmission, {
  valid: [
    {
      name: "arm, arm, push, push",
      code: program`
      submission((section) => { section.arm(a); section.arm(b); section.push(a); section.push(b); });
      submission((section) => { section.arm(a); section.push(a); section.arm(b); section.push(b); });
      submission(() => {});
    `,
    },
    {
      name: "each of a list, by whatever loop",
      code: program`
      submission((section) => { for (const one of jobs) section.arm(one); for (const one of jobs) section.push(one); });
      submission((section) => { jobs.forEach((one) => { section.arm(one); }); for (const one of jobs) section.push(one); });
      submission((section) => { for (let i = 0; i < jobs.length; i++) section.arm(jobs[i]!); for (const one of jobs) section.push(one); });
      submission((section) => { for (const one of jobs) { section.arm(one); section.push(one); } });
      submission((section) => { for (const one of jobs) section.arm(one); section.arm(a); for (const one of jobs) section.push(one); section.push(a); });
    `,
    },
    {
      name: "each of a list whose members have the jobs",
      code: program`
      declare const flushes: { job: Job; pair: [Job, Job]; slot: Slot }[];
      submission((section) => {
        for (const { job, slot } of flushes) { section.fill(slot, a); section.arm(job); }
        for (const { job: one } of flushes) section.push(one);
      });
      submission((section) => { flushes.forEach((flush) => { section.arm(flush.job); }); for (const { job } of flushes) section.push(job); });
      submission((section) => {
        for (const flush of flushes) { const one = flush.job; section.arm(one); }
        for (const flush of flushes) { const { job } = flush; section.push(job); }
      });
      submission((section) => { for (const { pair: [first] } of flushes) section.arm(first); for (const flush of flushes) section.push(flush.pair[0]); });
    `,
    },
    {
      name: "bug: each of a list is pushed where it is armed, in one expression",
      code: program`
      submission((section) => { for (const one of jobs) section.push(section.arm(one)); });
      submission((section) => jobs.forEach((one) => section.push(section.arm(one))));
      submission((section) => { for (let i = 0; i < jobs.length; i++) { section.push(section.arm(jobs[i]!)); } });
    `,
    },
    {
      name: "made in the loop that arms and pushes it",
      code: program`
      submission((section) => { for (const one of jobs) { const made = queue.job({ after: one }); section.arm(made); section.push(made); } });
    `,
    },
    {
      name: "the same under another name",
      code: program`
      submission((section) => { const same = a; section.arm(a); section.push(same); });
      submission((section) => { const { length } = jobs; const [first] = jobs; section.arm(first!); section.push(jobs[0]!); console.log(length); });
    `,
    },
    {
      name: "a variable that is another job later",
      code: program`
      submission((section) => { let one = a; section.arm(one); one = b; section.arm(one); section.push(a); section.push(b); });
    `,
    },
    {
      name: "under a condition and under its opposite",
      code: program`
      declare const first: boolean;
      submission((section) => { if (first) section.arm(a); if (!first) section.arm(a); section.push(a); });
      submission((section) => { section.arm(a); if (first) section.push(a); console.log("or"); if (!first) section.push(a); });
    `,
    },
    {
      name: "two of one name in blocks of their own",
      code: program`
      submission((section) => {
        { const one = queue.job({}); section.arm(one); section.push(one); }
        { const one = queue.job({}); section.arm(one); section.push(one); }
      });
    `,
    },
    {
      name: "both under the same condition",
      code: program`
      declare const both: boolean, n: number;
      submission((section) => {
        section.arm(a);
        if (both) section.arm(b);
        section.push(a);
        if (both) section.push(b);
      });
      submission((section) => {
        if (n > 3) section.arm(a); else section.arm(b);
        console.log("armed");
        if (n > 3) section.push(a); else section.push(b);
      });
      submission((section) => { both && section.arm(a); both && section.push(a); });
    `,
    },
    {
      name: "a way out before the arm, or by a throw, which takes it all back",
      code: program`
      declare const ready: boolean;
      submission((section) => { if (!ready) return; section.arm(a); section.push(a); });
      submission((section) => { section.arm(a); if (!ready) throw new Error("no"); section.push(a); });
      submission((section) => { if (ready) { section.arm(a); section.push(a); return; } section.arm(b); section.push(b); });
    `,
    },
    {
      name: "what arm answers is pushed",
      code: program`
      declare const send: (armed: unknown) => void;
      submission((section) => { const first = section.arm(a), second = section.arm(b); section.push(first); section.push(second); });
      submission((section) => { section.push(section.arm(a)); });
      submission((section) => { const armed = section.arm(queue.job({})); section.push(armed); });
      submission((section) => { section.push(section.arm(queue.job({}))); });
      submission((section) => { const armed = jobs.map((one) => section.arm(one)); for (const one of armed) section.push(one); });
      submission((section) => { const armed: ArmedJob[] = []; for (const one of jobs) armed.push(section.arm(one)); for (const one of armed) section.push(one); });
      submission((section) => { const armed: ArmedJob[] = []; armed.push(section.arm(queue.job({}))); for (const one of armed) section.push(one); });
      submission((section) => { const armed = section.arm(a); const all = [armed]; for (const one of all) section.push(one); });
      submission((section) => { const armed = section.arm(a); section.fill(b.reserveSlot(), armed); section.push(armed); });
      submission((section) => { jobs.forEach((one) => section.arm(one)); for (const one of jobs) section.push(one); });
      submission((section) => { for (const one of jobs) { const armed = section.arm(one); console.log(armed.seqno); section.push(armed); } });
    `,
    },
    {
      name: "conditions of a loop can't be told",
      code: program`
      submission((section) => {
        for (const one of jobs) if (!one.signalled) section.arm(one);
        for (const one of jobs) { if (one.signalled) continue; section.push(one); }
      });
      submission((section) => { for (const one of jobs.filter((x) => x.signalled)) section.arm(one); });
    `,
    },
    {
      name: "a token that is handed on",
      code: program`
      function armAll(section: Submission, list: Job[]) { for (const one of list) section.arm(one); }
      submission((section) => { armAll(section, [a, b]); section.push(a); section.push(b); });
      submission((section) => { section.arm(a); const finish = () => { section.push(a); }; finish(); });
    `,
    },
    {
      name: "a helper has one half only",
      code: program`
      function armOne(section: Submission, one: Job) { section.arm(one); }
      const pushOne = (section: Submission, one: Job) => { section.push(one); };
    `,
    },
    {
      name: "slots are filled in between",
      code: program`
      declare const slot: Slot;
      submission((section) => { section.arm(a); section.fill(slot, a); section.arm(b); section.push(a); section.push(b); });
    `,
    },
    {
      name: "members, and what is computed",
      code: program`
      class Pair {
        first = a; second = b;
        submit() { submission((section) => { section.arm(this.first); section.arm(this.second); section.push(this.first); section.push(this.second); }); }
      }
      declare function next(): Job;
      submission((section) => { section.arm(next()); section.push(a); });
      submission((section) => { let one = a; section.arm(one); one = b; section.push(one); });
      submission((section) => { section.arm(jobs[0]!); section.push(jobs[0]!); });
    `,
    },
    {
      name: "by its name",
      code: program`
      const body = (section: Submission) => { section.arm(a); section.push(a); };
      submission(body);
    `,
    },
    {
      name: "somebody else's submission",
      code: `
      import { submission } from "other";
      import type { Job } from "other";
      declare const a: Job;
      submission((section) => { section.arm(a); });
    `,
    },
    {
      name: "an arm that is no token's",
      code: program`
      declare const robot: { arm(job: Job): void };
      submission((section) => { robot.arm(a); });
    `,
    },
    {
      name: "an array that is taken apart in the callback",
      code: program`
      submission((section) => { const [first, second] = [a, b]; section.arm(first!); section.push(first!); section.arm(second!); section.push(second!); });
    `,
    },
  ],
  invalid: [
    {
      name: "what arm answers is not pushed, or twice",
      code: program`
      submission((section) => { const armed = section.arm(a); });
      submission((section) => { const armed = section.arm(a); section.push(armed); section.push(a); });
      submission((section) => { const armed = section.arm(queue.job({})); });
      submission((section) => { section.arm(queue.job({})); });
      submission((section) => { const first = section.arm(a), second = section.arm(a); section.push(first); section.push(b); });
    `,
      errors: [
        { messageId: "notPushed", line: 2 },
        { messageId: "pushedTwice", line: 3 },
        { messageId: "notPushed", line: 4 },
        { messageId: "noHandle", line: 5 },
        { messageId: "armedTwice", line: 6 },
        { messageId: "notArmed", line: 6 },
      ],
    },
    {
      name: "armed and not pushed",
      code: program`
      submission((section) => { section.arm(a); });
      submission((section) => { section.arm(a); section.arm(b); section.push(a); });
    `,
      errors: [
        { messageId: "notPushed", line: 2, data: { job: "a" } },
        { messageId: "notPushed", line: 3, data: { job: "b" } },
      ],
    },
    {
      name: "pushed and not armed, or only after",
      code: program`
      submission((section) => { section.push(a); });
      submission((section) => { section.push(a); section.arm(a); });
    `,
      errors: [
        { messageId: "notArmed", line: 2, data: { job: "a" } },
        { messageId: "notArmed", line: 3 },
        { messageId: "notPushed", line: 3 },
      ],
    },
    {
      name: "a path between arm and push that returns",
      code: program`
      declare const ready: boolean;
      submission((section) => { section.arm(a); if (!ready) return; section.push(a); });
      submission((section) => { section.arm(a); if (ready) section.push(a); });
      submission((section) => { if (ready) section.arm(a); section.push(a); });
    `,
      errors: [
        { messageId: "notPushed", line: 3 },
        { messageId: "notPushed", line: 4 },
        { messageId: "notArmed", line: 5 },
      ],
    },
    {
      name: "twice",
      code: program`
      declare const again: boolean;
      submission((section) => { section.arm(a); section.arm(a); section.push(a); });
      submission((section) => { section.arm(a); section.push(a); section.push(a); });
      submission((section) => { section.arm(a); section.push(a); if (again) { section.push(a); } });
    `,
      errors: [
        { messageId: "armedTwice", line: 3, column: 49 },
        { messageId: "pushedTwice", line: 4 },
        { messageId: "pushedTwice", line: 5 },
      ],
    },
    {
      name: "one job in a loop",
      code: program`
      submission((section) => { for (const one of jobs) section.arm(a); section.push(a); });
    `,
      errors: [
        { messageId: "armedTwice", line: 2 },
        { messageId: "notArmed", line: 2 },
      ],
    },
    {
      name: "a list of which only one half is done",
      code: program`
      submission((section) => { for (const one of jobs) section.arm(one); });
      submission((section) => { jobs.forEach((one) => section.push(one)); });
    `,
      errors: [
        { messageId: "notPushed", line: 2, data: { job: "one" } },
        { messageId: "notArmed", line: 3 },
      ],
    },
    {
      name: "each of a list is pushed before it is armed",
      code: program`
      submission((section) => { for (const one of jobs) { section.push(one); section.arm(one); } });
    `,
      errors: [
        { messageId: "notArmed", line: 2 },
        { messageId: "notPushed", line: 2 },
      ],
    },
    {
      name: "made in a loop, and armed only",
      code: program`
      submission((section) => { for (const one of jobs) { const made = queue.job({ after: one }); section.arm(made); } });
    `,
      errors: [{ messageId: "notPushed", line: 2, data: { job: "made" } }],
    },
    {
      name: "made anew before the last one was pushed",
      code: program`
      submission((section) => {
        for (;;) { const made = queue.job({}); section.arm(made); if (made.signalled) { section.push(made); return; } }
      });
    `,
      errors: [{ messageId: "notPushed", line: 3 }],
    },
    {
      name: "another member of each",
      code: program`
      declare const flushes: { job: Job; other: Job }[];
      submission((section) => { for (const { job } of flushes) section.arm(job); for (const { other } of flushes) section.push(other); });
    `,
      errors: [
        { messageId: "notPushed", line: 3 },
        { messageId: "notArmed", line: 3 },
      ],
    },
    {
      name: "a job without a name",
      code: program`
      submission((section) => { section.arm(queue.job({ label: "lost" })); });
    `,
      errors: [{ messageId: "noHandle", line: 2 }],
    },
    {
      name: "other conditions",
      code: program`
      declare const x: boolean, y: boolean;
      submission((section) => { if (x) section.arm(a); if (y) section.push(a); });
    `,
      errors: [
        { messageId: "notPushed", line: 3 },
        { messageId: "notArmed", line: 3 },
      ],
    },
    {
      name: "by its name, renamed, re-exported",
      code: `
      import { submission as s } from "signalbox";
      import { submission as t } from "./reexport.ts";
      import type { Job } from "signalbox";
      import type { Token } from "./reexport.ts";
      declare const a: Job;
      function before(section: Token) { section.arm(a); }
      s(before);
      s(after);
      const after2 = (section: Token) => { section.arm(a); };
      t(after2);
      t((token) => { token?.["arm"](a!); });
      function after(section: Token) { section.push(a); }
    `,
      errors: [
        { messageId: "notPushed", line: 7 },
        { messageId: "notPushed", line: 10 },
        { messageId: "notPushed", line: 12 },
        { messageId: "notArmed", line: 13 },
      ],
    },
    {
      name: "armed on both ways and pushed on one",
      code: program`
      declare const x: boolean;
      submission((section) => { if (x) { section.arm(a); section.push(a); } else { section.arm(a); } });
    `,
      errors: [{ messageId: "notPushed", line: 3 }],
    },
  ],
});
