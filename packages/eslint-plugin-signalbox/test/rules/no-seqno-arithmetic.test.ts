import { noSeqnoArithmetic } from "../../src/rules/no-seqno-arithmetic.ts";
import { program, typedTester } from "../support.ts";

const sb = (text: string): string =>
  `import { isLater } from "signalbox"; import type { Fence } from "signalbox"; declare const a: Fence, b: Fence;${text}`;

typedTester().run("no-seqno-arithmetic", noSeqnoArithmetic, {
  valid: [
    {
      name: "the timeline's own order",
      code: sb(`
      if (isLater(a, b)) console.log("later");
    `),
    },
    {
      name: "the same seqno, or not",
      code: program`
      if (fence.seqno === other.seqno || fence.point !== other.point) console.log("twins");
    `,
    },
    {
      name: "whether it has one: 0 is fresh in every width",
      code: program`
      if (fence.seqno > 0 || fence.point > 0n) console.log("armed");
    `,
    },
    {
      name: "in a text, as a key, handed on",
      code: program`
      console.log("fence " + fence.seqno, \`\${String(fence.seqno)}\`, fence.seqno);
      const byPoint = new Map([[fence.point, fence]]);
      timeline.signalThrough(fence.seqno);
      const seqnos = jobs.map((one) => one.seqno);
    `,
    },
    {
      name: "what only tells fences apart: a place in a ring, a sum to check",
      code: program`
      const slot = fence.seqno % 16, cell = fence.seqno & 15, sum = jobs.reduce((total, one) => total + one.seqno, 0);
    `,
    },
    {
      name: "the points of a chain, which are the program's own and never wrap",
      code: program`
      import { FenceChain } from "signalbox";
      declare const chain: FenceChain;
      if (chain.point > 3n || (fence instanceof FenceChain && fence.point <= chain.point)) console.log(chain.point - 1n);
    `,
    },
    {
      name: "an issuer that asks its own device how far it is",
      code: program`
      declare const device: { done: number };
      timeline.fence({ poll: (one) => device.done >= one.seqno });
      class Ops implements FenceOps { poll(one: Fence) { return one.seqno <= device.done; } }
    `,
    },
    {
      name: "other numbers",
      code: program`
      declare const packet: { seqno: number; point: number }, curve: { point: bigint };
      if (packet.seqno > 3 || packet.point - 1 > 2 || curve.point > 4n) console.log(packet.seqno + 1);
      const { seqno } = packet;
      console.log(seqno < 3, fence.context < other.context, timeline.lastSeqno + 1);
    `,
    },
    {
      name: "somebody else's fence",
      code: `
      import type { Fence } from "other";
      declare const a: Fence, b: Fence;
      if (a.seqno > b.seqno) console.log(a.seqno - b.seqno, Math.max(a.seqno, b.seqno));
    `,
    },
    {
      name: "a variable that was a seqno once",
      code: program`
      let last = fence.seqno;
      last = 4;
      console.log(last > 3);
    `,
    },
  ],
  invalid: [
    {
      name: "each comparison, with the call that says the same",
      code: sb(`
      a.seqno > b.seqno;
      a.seqno < b.seqno;
      a.seqno >= b.seqno;
      a.point <= b.point;
    `),
      errors: [
        {
          messageId: "compare",
          line: 2,
          suggestions: [
            {
              messageId: "useIsLater",
              output: sb(`
      isLater(a, b);
      a.seqno < b.seqno;
      a.seqno >= b.seqno;
      a.point <= b.point;
    `),
            },
          ],
        },
        {
          messageId: "compare",
          line: 3,
          suggestions: [
            {
              messageId: "useIsLater",
              output: sb(`
      a.seqno > b.seqno;
      isLater(b, a);
      a.seqno >= b.seqno;
      a.point <= b.point;
    `),
            },
          ],
        },
        {
          messageId: "compare",
          line: 4,
          suggestions: [
            {
              messageId: "useIsLater",
              output: sb(`
      a.seqno > b.seqno;
      a.seqno < b.seqno;
      !isLater(b, a);
      a.point <= b.point;
    `),
            },
          ],
        },
        {
          messageId: "compare",
          line: 5,
          suggestions: [
            {
              messageId: "useIsLater",
              output: sb(`
      a.seqno > b.seqno;
      a.seqno < b.seqno;
      a.seqno >= b.seqno;
      !isLater(a, b);
    `),
            },
          ],
        },
      ],
    },
    {
      name: "of one timeline for certain: fixed",
      code: sb(`
      const later = a.context === b.context && a.seqno > b.seqno;
      const not = b.context === a.context && ready && a.seqno <= b.seqno;
    `),
      errors: [
        { messageId: "compare", line: 2 },
        { messageId: "compare", line: 3 },
      ],
      output: sb(`
      const later = a.context === b.context && isLater(a, b);
      const not = b.context === a.context && ready && !isLater(a, b);
    `),
    },
    {
      name: "of one timeline, but other fences: not fixed",
      code: sb(`
      declare const c: Fence;
      const later = a.context === c.context && a.seqno > b.seqno;
      const either = a.context === b.context || a.seqno > b.seqno;
    `),
      errors: [
        {
          messageId: "compare",
          line: 3,
          suggestions: [
            {
              messageId: "useIsLater",
              output: sb(`
      declare const c: Fence;
      const later = a.context === c.context && isLater(a, b);
      const either = a.context === b.context || a.seqno > b.seqno;
    `),
            },
          ],
        },
        {
          messageId: "compare",
          line: 4,
          suggestions: [
            {
              messageId: "useIsLater",
              output: sb(`
      declare const c: Fence;
      const later = a.context === c.context && a.seqno > b.seqno;
      const either = a.context === b.context || isLater(a, b);
    `),
            },
          ],
        },
      ],
    },
    {
      name: "adds the import, or uses the name that there is",
      code: `
      import { Timeline } from "signalbox";
      const t = new Timeline("t");
      const a = t.fence(), b = t.fence();
      a.fence.seqno > b.fence.seqno;
    `,
      errors: [
        {
          messageId: "compare",
          line: 5,
          suggestions: [
            {
              messageId: "useIsLater",
              output: `
      import { Timeline, isLater } from "signalbox";
      const t = new Timeline("t");
      const a = t.fence(), b = t.fence();
      isLater(a.fence, b.fence);
    `,
            },
          ],
        },
      ],
    },
    {
      name: "a renamed import",
      code: `
      import { isLater as after, type Fence } from "signalbox";
      declare const a: Fence, b: Fence;
      a.seqno > b.seqno;
    `,
      errors: [
        {
          messageId: "compare",
          line: 4,
          suggestions: [
            {
              messageId: "useIsLater",
              output: `
      import { isLater as after, type Fence } from "signalbox";
      declare const a: Fence, b: Fence;
      after(a, b);
    `,
            },
          ],
        },
      ],
    },
    {
      name: "no suggestion where there is nothing to add to, the name is taken, or a fence is computed",
      code: `
      import type { Fence } from "signalbox";
      declare const a: Fence, b: Fence;
      declare function next(): Fence;
      a.seqno > b.seqno;
      next().seqno > b.seqno;
      a.seqno > b.point;
      function own(isLater: boolean) { return a.seqno > b.seqno; }
    `,
      errors: [5, 6, 7, 8].map((line) => ({ messageId: "compare" as const, line })),
    },
    {
      name: "no suggestion where the name means something else",
      code: `
      import { type Fence, laterOf } from "signalbox";
      declare const a: Fence, b: Fence;
      function own(isLater: boolean) { return isLater && a.seqno > b.seqno ? laterOf(a, b) : a; }
    `,
      errors: [{ messageId: "compare", line: 4 }],
    },
    {
      name: "against a number, the timeline's, or a constant that is one",
      code: program`
      const { seqno } = fence;
      const last = other.seqno;
      console.log(fence.seqno > 3, timeline.lastSeqno >= fence.seqno, seqno < 4, 4 <= last, last > seqno);
    `,
      errors: Array.from({ length: 5 }, () => ({ messageId: "compare" as const, line: 4 })),
    },
    {
      name: "differences and neighbours",
      code: program`
      const next = fence.seqno + 1;
      const wrapped = (fence.seqno - other.seqno) | 0;
      jobs.sort((x, y) => x.seqno - y.seqno);
      const before = 1n + fence.point;
      const big = fence.point - other.point;
    `,
      errors: [2, 3, 4, 5, 6].map((line) => ({ messageId: "arithmetic" as const, line })),
    },
    {
      name: "the greatest and the least",
      code: program`
      const last = Math.max(fence.seqno, other.seqno);
      const first = Math.min(...[], fence.seqno);
    `,
      errors: [
        { messageId: "extreme", line: 2 },
        { messageId: "extreme", line: 3 },
      ],
    },
    {
      name: "jobs are fences; so is what extends them",
      code: `
      import type { Job } from "signalbox";
      import type { Promised } from "./reexport.ts";
      interface Frame extends Promised { n: number }
      declare const job: Job, frame: Frame, list: Promised[];
      function latest<F extends Promised>(one: F) { return one.seqno > 3; }
      console.log(job.seqno > 3, frame.seqno > 3, list[0]!.seqno > 3, job["seqno"] > 3);
    `,
      errors: [6, 7, 7, 7, 7].map((line) => ({ messageId: "compare" as const, line })),
    },
  ],
});
