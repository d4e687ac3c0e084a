import { filledSlots } from "../../src/rules/filled-slots.ts";
import { program, typedTester } from "../support.ts";

typedTester().run("filled-slots", filledSlots, {
  valid: [
    {
      name: "filled before its job is armed",
      code: program`
      const slot = b.reserveSlot();
      submission((section) => { section.arm(a); section.fill(slot, a); section.arm(b); section.push(a); section.push(b); });
    `,
    },
    {
      name: "with the armed job's own value",
      code: program`
      const slot = b.reserveSlot();
      submission((section) => {
        const first = section.arm(a);
        section.fill(slot, first);
        const second = section.arm(b);
        section.push(first);
        section.push(second);
      });
    `,
    },
    {
      name: "kept for whoever fills it",
      code: program`
      const slots: Slot[] = [], kept = new Map<Job, Slot>();
      slots.push(a.reserveSlot());
      kept.set(b, b.reserveSlot());
      const flush = { job, slot: job.reserveSlot() };
      function reserve(one: Job) { return one.reserveSlot(); }
      export const open = a.reserveSlot();
      const inside = a.reserveSlot();
      const fill = (section: Submission) => { section.fill(inside, b); };
      console.log(flush, reserve, fill);
    `,
    },
    {
      name: "reserved on one way only, and on another job",
      code: program`
      declare const late: boolean;
      function f(x: Job) { if (late) { const slot = x.reserveSlot(); send(x, slot); return; } submit(x); }
      function g(x: Job) { const slot = late ? x.reserveSlot() : undefined; if (slot === undefined) submit(x); }
      function h(x: Job, y: Job) { const slot = x.reserveSlot(); submit(y); send(x, slot); }
      function i() { for (const x of jobs) { submit(x); } for (const x of jobs) { const slot = x.reserveSlot(); send(x, slot); } }
      declare const send: (job: Job, slot: Slot) => void;
    `,
    },
    {
      name: "filled on a way where the job is not armed yet",
      code: program`
      declare const late: boolean;
      const slot = b.reserveSlot();
      submission((section) => {
        if (late) { section.arm(b); section.push(b); return; }
        section.fill(slot, a); section.arm(b); section.push(b);
      });
    `,
    },
    {
      name: "somebody else's slots",
      code: `
      declare const a: { reserveSlot(): object };
      a.reserveSlot();
      const slot = a.reserveSlot();
    `,
    },
  ],
  invalid: [
    {
      name: "nobody has it",
      code: program`
      a.reserveSlot();
      void b.reserveSlot();
      submit(a);
    `,
      errors: [
        { messageId: "dropped", line: 2, column: 7, data: { job: "a" } },
        { messageId: "dropped", line: 3 },
      ],
    },
    {
      name: "a name that nobody reads",
      code: program`
      const slot = a.reserveSlot();
      submission((section) => { section.push(section.arm(a)); });
    `,
      errors: [{ messageId: "never", line: 2, data: { slot: "slot" } }],
    },
    {
      name: "submitted by what fills no slots",
      code: program`
      const slots: Slot[] = [];
      slots.push(a.reserveSlot());
      submit(b, a);
      const slot = b.reserveSlot();
      submitWith({}, b);
      console.log(slot);
      slots.push(job.reserveSlot());
      publish(priv, (must) => must.transferTo(queue, job));
      submit(job);
    `,
      errors: [
        { messageId: "notFilled", line: 4, column: 17, data: { job: "a", call: "submit" } },
        { messageId: "notFilled", line: 6 },
        { messageId: "notFilled", line: 10 },
      ],
    },
    {
      name: "filled too late",
      code: program`
      const slot = b.reserveSlot();
      submission((section) => { section.arm(a); section.arm(b); section.fill(slot, a); section.push(a); section.push(b); });
    `,
      errors: [{ messageId: "late", line: 3, column: 65, data: { job: "b" } }],
    },
  ],
});
