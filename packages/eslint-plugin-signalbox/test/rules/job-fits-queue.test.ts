import { jobFitsQueue } from "../../src/rules/job-fits-queue.ts";
import { program, typedTester } from "../support.ts";

typedTester().run("job-fits-queue", jobFitsQueue, {
  valid: [
    {
      name: "within the credits, or without any",
      code: program`
      const narrow = device.queue("narrow", { credits: 4 }), wide = device.queue("wide"), open = device.queue("open", {});
      narrow.job({}); narrow.job({ cost: 0 }); narrow.job({ cost: 4 });
      wide.job({ cost: 1e6 }); open.job({ cost: 64 * 1024 });
      queue.job({ cost: 9 });
    `,
    },
    {
      name: "numbers that only the running program knows",
      code: program`
      declare const bytes: Uint8Array, limit: number, more: { cost: number }, name: "cost";
      const narrow = device.queue("narrow", { credits: 4 });
      narrow.job({ cost: bytes.byteLength }); narrow.job(more); narrow.job({ cost: 9, ...more }); narrow.job({ cost: 9, [name]: 1 });
      device.queue("x", { credits: limit }).job({ cost: 9 });
      let credits = 4; credits = 16;
      device.queue("y", { credits }).job({ cost: 9 });
      const options = { credits: 4 }; options.credits = 16;
      device.queue("z", options).job({ cost: 9 });
    `,
    },
    {
      name: "another queue of the same name",
      code: program`
      let lane = device.queue("a", { credits: 4 });
      lane = device.queue("b", { credits: 16 });
      lane.job({ cost: 9 });
      { const lane = device.queue("c", { credits: 16 }); lane.job({ cost: 9 }); }
      function f(lane: JobQueue) { lane.job({ cost: 9 }); }
    `,
    },
    {
      name: "a queue is given jobs of its own, or nobody knows whose",
      code: program`
      const [left, right] = [device.queue("left"), device.queue("right")];
      const same = left;
      publish(priv, (must) => must.transferTo(left, left.job({})));
      publish(priv, (must) => must.transferTo(left, same.job({}).after(a)));
      publish(priv, (must) => must.transferTo(queue, left.job({})));
      publish(priv, (must) => must.transferTo(left, a));
      publish(priv, (must) => must.transferTo(workQueue, (there) => there.signal()));
      function f(one: JobQueue, two: JobQueue) { publish(priv, (must) => must.transferTo(one, two.job({}))); }
      left.complete(left.job({}));
      left.complete(a);
      console.log(right);
    `,
    },
    {
      name: "somebody else's queues",
      code: `
      const device = { queue: (name: string, options: object) => ({ job: (spec: object) => spec }) };
      device.queue("x", { credits: 4 }).job({ cost: 9 });
    `,
    },
  ],
  invalid: [
    {
      name: "more than the credits",
      code: program`
      const narrow = device.queue("narrow", { credits: 4 });
      narrow.job({ cost: 5 });
      const KIB = 1024, size = 5 * KIB, options = { credits: 4 * KIB } as const;
      const lane = ring.queue("lane", options);
      const same = lane;
      same.job({ label: "big", cost: size });
      sim.queue("x", { "credits": 2 }).job({ "cost": 3 });
      function f() { return narrow.job({ cost: 6 }); }
    `,
      errors: [
        { messageId: "tooMuch", line: 3, column: 26, data: { cost: "5", credits: "4" } },
        { messageId: "tooMuch", line: 7, data: { cost: "5120", credits: "4096" } },
        { messageId: "tooMuch", line: 8 },
        { messageId: "tooMuch", line: 9 },
      ],
    },
    {
      name: "no number of credits at all",
      code: program`
      queue.job({ cost: -1 });
      queue.job({ cost: 0.5 });
      queue.job({ cost: 2 ** 60 });
    `,
      errors: [
        { messageId: "noCost", line: 2 },
        { messageId: "noCost", line: 3 },
        { messageId: "noCost", line: 4 },
      ],
    },
    {
      name: "a job of another queue",
      code: program`
      const [left, right] = [device.queue("left"), device.queue("right")];
      const one = right.job({}).after(a);
      publish(priv, (must) => must.transferTo(left, right.job({})));
      publish(priv, (must) => must.transferTo(left as JobQueue, one as Job));
      left.complete(one);
    `,
      errors: [
        { messageId: "otherQueue", line: 4, column: 53, data: { queue: "left", what: "takes obligations with" } },
        { messageId: "otherQueue", line: 5 },
        { messageId: "otherQueue", line: 6, data: { queue: "left", what: "completes" } },
      ],
    },
  ],
});
