/** What random programs are made of: rings, queues, jobs, and the steps that a program takes. */
import fc from "fast-check";

const ringSpec = fc.record({
  slots: fc.constantFrom(Infinity, Infinity, 1, 3),
  policy: fc.constantFrom("fair" as const, "fifo" as const, "round-robin" as const),
  overlaps: fc.boolean(),
});
const queueSpec = fc.record({
  ring: fc.nat(9),
  credits: fc.constantFrom(Infinity, 1, 5, 8),
  jobs: fc.constantFrom(Infinity, Infinity, 1, 3),
  priority: fc.constantFrom("kernel" as const, "high" as const, "normal" as const, "low" as const),
  onFailedDependency: fc.constantFrom("cancel" as const, "ignore" as const, "ask" as const),
  bypass: fc.constantFrom(false, false, true),
});

const outcomes = [
  ...["pending", "pending", "pending", "pending", "done", "done", "hardware", "hardware", "hardware signalled"],
  ...["throw", "nonsense", "complete itself", "complete another", "submit", "kill", "lose", "cancel a registration"],
] as const;

const jobSpec = fc.record({
  queue: fc.nat(9),
  cost: fc.nat(8),
  outcome: fc.constantFrom(...outcomes),
  after: fc.array(fc.nat(1000), { maxLength: 4 }),
  deadlines: fc.array(fc.nat(100), { maxLength: 2 }),
});

const nat = fc.nat(1000);
const seldom = fc.nat(4).map((number) => number === 0);
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("submit" as const),
      jobs: fc.array(jobSpec, { minLength: 1, maxLength: 5 }),
      byHand: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("fail to submit" as const),
      jobs: fc.array(jobSpec, { minLength: 1, maxLength: 4 }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("complete" as const),
      which: fc.array(nat, { minLength: 1, maxLength: 5 }),
      fails: seldom,
      together: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("complete through" as const), queue: nat, seqno: fc.nat(10) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("gate" as const), which: nat, fails: seldom }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("hardware" as const), which: nat, fails: seldom }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("new gate" as const), which: nat }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("new polled gate" as const),
      which: nat,
      signals: seldom,
      atOnce: seldom,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("advance" as const), which: nat }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("ask" as const), fence: nat }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("register" as const),
      fence: nat,
      cancels: fc.option(nat),
      signals: fc.option(nat),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("cancel" as const), which: nat }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("deadline" as const), fence: nat, time: fc.nat(100) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom("kill" as const, "destroy" as const), queue: nat, really: seldom }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom("lose" as const, "stop" as const, "kill ring" as const),
      ring: nat,
      really: seldom,
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("step" as const), count: fc.nat(6) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("run" as const), ms: fc.nat(3) }) },
);

/** A program: what it opens, and what it does. */
export const program = fc.record({
  rings: fc.array(ringSpec, { minLength: 1, maxLength: 3 }),
  queues: fc.array(queueSpec, { minLength: 1, maxLength: 5 }),
  steps: fc.array(step, { maxLength: 150, size: "max" }),
});

/** One step of a program. */
export type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
export type Program = typeof program extends fc.Arbitrary<infer T> ? T : never;
/** A job as a step describes it. */
export type JobSpec = typeof jobSpec extends fc.Arbitrary<infer T> ? T : never;
