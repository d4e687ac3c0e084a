/**
 * Random batches over shared objects: jobs that wait for and signal points of sync objects, read and write reservations, have
 * slots, arrays and starts among their dependencies. A model says what each job must wait for; the witness watches that it
 * does; and a batch that fails must leave everything as it was.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { errno } from "../../src/errors.ts";
import type { RunOutcome } from "../../src/driver.ts";
import { fenceArray } from "../../src/fence/array.ts";
import type { Fence } from "../../src/fence/fence.ts";
import type { FenceSink } from "../../src/fence/sink.ts";
import type { Tracer } from "../../src/hooks.ts";
import { SimPlatform } from "../../src/platform/simulated.ts";
import type { JobQueue } from "../../src/queue/job-queue.ts";
import { Ring } from "../../src/queue/ring.ts";
import type { Slot } from "../../src/queue/slot.ts";
import { submission, submit } from "../../src/queue/submission.ts";
import type { Submission } from "../../src/queue/submission.ts";
import type { ArmedJob } from "../../src/queue/submitted-job.ts";
import { Reservation } from "../../src/sync/reservation/reservation.ts";
import { tryLockAll } from "../../src/sync/reservation/with-reservations.ts";
import { SyncObject } from "../../src/sync/sync-object.ts";
import type { AnyJob, ManualJob } from "../support/manual-driver.ts";
import { nameOf, thrownBy, traced } from "../support/notes.ts";
import { Witness } from "../support/witness.ts";
import type { Witnessed } from "../support/witness.ts";

const OBJECTS = 3;
const RESERVATIONS = 3;
const QUEUES = 5;

const some = (max: number) => fc.array(fc.nat(max - 1), { maxLength: 2 });
const jobSpec = fc.record({
  queue: fc.nat(QUEUES - 1),
  /** Of objects with something in them; even ones as binary, odd ones at one of the points so far. */
  waits: fc.array(fc.record({ object: fc.nat(OBJECTS - 1), point: fc.nat(9) }), { maxLength: 2 }),
  signals: some(OBJECTS),
  reads: some(RESERVATIONS),
  writes: some(RESERVATIONS),
  looks: some(RESERVATIONS),
  fences: fc.array(fc.nat(99), { maxLength: 2 }),
  starts: fc.array(fc.nat(99), { maxLength: 1 }),
  array: fc.array(fc.nat(99), { maxLength: 3 }),
  slot: fc.option(fc.nat(99)),
  done: fc.boolean(),
});
const batch = { jobs: fc.array(jobSpec, { minLength: 1, maxLength: 5 }), byHand: fc.boolean() };
const failures = ["missing point", "sink", "empty slot", "locked", "stranger", "destroyed"] as const;
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("submit" as const), ...batch }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("fail" as const), ...batch, by: fc.constantFrom(...failures) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant("complete" as const), which: fc.nat(99), fails: fc.nat(9) }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("run" as const), steps: fc.nat(6) }) },
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
type JobSpec = typeof jobSpec extends fc.Arbitrary<infer T> ? T : never;

/** What a job must wait for, and what it leaves, as the model has it. */
interface Plan {
  readonly job: AnyJob;
  readonly slot: { readonly slot: Slot; readonly fence: Fence } | undefined;
  readonly signals: readonly { readonly object: number; readonly point: bigint }[];
  readonly reads: ReadonlySet<number>;
  readonly writes: ReadonlySet<number>;
}

/** What was left where, in order: nothing is ever taken away here. */
interface Model {
  /** Even objects are binary: the last fence. Odd ones are timelines: all fences up to each point. */
  readonly points: { point: bigint; fence: Fence }[][];
  readonly used: { write: boolean; fence: Fence }[][];
}

class World {
  readonly witness = new Witness();
  readonly violations: string[] = [];
  readonly #platform = new SimPlatform({ auto: false });
  readonly #queues: JobQueue<ManualJob>[] = [];
  readonly #objects = Array.from({ length: OBJECTS }, () => new SyncObject({ platform: this.#platform }));
  readonly #reservations = Array.from({ length: RESERVATIONS }, (_, index) => new Reservation(`r${index}`));
  #model: Model = {
    points: this.#objects.map(() => []),
    used: this.#reservations.map(() => []),
  };
  /** What each job has asked to wait for. */
  readonly #asked = new Map<AnyJob, ReadonlySet<Fence>>();
  readonly #jobs: AnyJob[] = [];
  readonly #held: AnyJob[] = [];
  readonly #done = new Set<AnyJob>();

  constructor() {
    for (const overlaps of [false, true]) {
      const driver = this.witness.driver(overlaps, (seen) => this.#onRun(seen));
      const ring = new Ring<ManualJob>(driver, { name: `ring ${overlaps}`, platform: this.#platform });
      this.witness.watchRing(ring);
      for (let index = overlaps ? 1 : 0; index < QUEUES; index += 2) {
        this.#queues[index] = ring.queue(`q${index}`, index === 2 ? { onFailedDependency: "ignore" } : {});
      }
    }
  }

  /** The witness's, but that starts have gaps in their seqnos and no job is a start. */
  get tracer(): Partial<Tracer> {
    const lastStart = new Map<number, number>();
    return {
      ...this.witness.tracer,
      fenceSignalled: (fence) => {
        if (!fence.timelineName.endsWith(" started")) {
          this.witness.tracer.fenceSignalled?.(fence);
          return;
        }
        if (fence.seqno <= (lastStart.get(fence.context) ?? 0)) this.#broken(`${nameOf(fence)} signals out of order`);
        lastStart.set(fence.context, fence.seqno);
      },
      jobDependency: (job, fence) => {
        if (!this.#asked.get(job)!.has(fence))
          this.#broken(`${nameOf(job)} waits for ${nameOf(fence)}, which nobody asked for`);
      },
    };
  }

  run(steps: readonly Step[]): void {
    for (const one of steps) {
      switch (one.kind) {
        case "submit":
          this.#submit(one.jobs, one.byHand);
          break;
        case "fail":
          this.#fail(one.jobs, one.byHand, one.by);
          break;
        case "complete":
          this.#complete(one.which, one.fails === 0);
          break;
        case "run":
          for (let count = 0; count < one.steps; count++) this.#platform.step();
          break;
      }
      this.witness.check();
    }
    for (let round = 0; round < 1000 && !this.#idle(); round++) {
      this.#platform.run(this.#platform.now());
      this.#complete(round, false);
    }
    this.#platform.run();
    this.witness.checkEnd(this.#queues);
    for (const job of this.#jobs)
      if (!job.started.signalled) this.#broken(`the start of ${nameOf(job)} never signalled`);
  }

  #idle(): boolean {
    this.#platform.run(this.#platform.now());
    return this.#held.length === 0;
  }

  #submit(specs: readonly JobSpec[], byHand: boolean): void {
    const before = this.#snapshot();
    const model = copyOf(this.#model);
    const plans: Plan[] = [];
    for (const spec of specs) plans.push(this.#plan(spec, model, plans));
    this.#publish(plans, model, byHand, before);
  }

  #publish(plans: readonly Plan[], model: Model, byHand: boolean, before: unknown): void {
    if (byHand || plans.some(({ slot }) => slot !== undefined)) {
      submission((section) => {
        for (const armed of armAll(section, plans)) section.push(armed);
        expect(this.#snapshot()).toEqual(before);
      });
    } else {
      submit(...plans.map(({ job }) => job));
    }
    this.#model = model;
    this.#jobs.push(...plans.map(({ job }) => job));
    this.#checkObjects();
  }

  /** A batch whose last job makes it fail; then everything is as before, and the others can be submitted. */
  #fail(specs: readonly JobSpec[], byHand: boolean, by: (typeof failures)[number]): void {
    const before = this.#snapshot();
    const model = copyOf(this.#model);
    const plans: Plan[] = [];
    for (const spec of specs) plans.push(this.#plan(spec, model, plans));
    const last = this.#queues[0]!;
    const locks = by === "locked" ? tryLockAll(this.#reservations) : null;
    let bad: AnyJob;
    switch (by) {
      case "missing point":
        bad = last.job({ after: this.#objects[1]!.at(1_000_000n) });
        break;
      case "sink":
        bad = last.job({ signals: [this.#objects[0]!.at(), refusing] });
        break;
      case "locked":
        bad = last.job({ writes: this.#reservations });
        break;
      case "empty slot":
        bad = last.job({});
        bad.reserveSlot();
        break;
      case "stranger":
        bad = last.job({ after: this.#quietJob(last) });
        break;
      case "destroyed": {
        const gone = last.ring.queue("gone");
        bad = gone.job({});
        void gone.destroy();
        break;
      }
    }
    this.witness.made(bad, []);
    this.#asked.set(bad, new Set());
    const error = thrownBy(() =>
      submission((section) => {
        armAll(section, plans);
        section.arm(bad);
      }),
    );
    expect(error.message).not.toBe("");
    locks?.release();
    expect(this.#snapshot()).toEqual(before);
    for (const { job, slot } of plans) {
      expect([job.state, job.seqno, job.started.state, slot?.slot.filled ?? false]).toEqual([
        "fresh",
        0,
        "fresh",
        false,
      ]);
    }
    this.#publish(plans, model, byHand, before);
  }

  #quietJob(queue: JobQueue<ManualJob>): AnyJob {
    const job = queue.job({});
    this.witness.made(job, []);
    return job;
  }

  /** Everything of the shared objects and the queues that could be seen, fences by identity. */
  #snapshot(): unknown {
    return {
      objects: this.#objects.map(({ fence, lastSubmitted }) => [fence === null ? null : idOf(fence), lastSubmitted]),
      reservations: this.#reservations.map((each) => [
        each.holder === "a submission" ? null : each.holder,
        ...[...each.entries()].map(({ fence, usage }) => `${usage} ${idOf(fence)}`),
      ]),
      pushed: this.#queues.map(({ stats }) => stats.pushed),
    };
  }

  #plan(spec: JobSpec, model: Model, mates: readonly Plan[]): Plan {
    const known = [...this.#jobs, ...mates.map(({ job }) => job)];
    const pick = (indices: readonly number[]): AnyJob[] =>
      known.length === 0 ? [] : indices.map((index) => known[index % known.length]!);
    const asked = new Set<Fence>();
    const points = spec.waits.filter(({ object }) => model.points[object]!.length > 0);
    const after: ManualJob["after"] = [
      ...points.map(({ object, point }) => this.#waitAt(model, object, point, mates, asked)),
      ...spec.looks.map((index) => {
        for (const { write, fence } of model.used[index]!) if (write) asked.add(fence);
        return this.#reservations[index]!.at("write");
      }),
      ...pick(spec.fences).map((job) => (asked.add(job), job)),
      ...pick(spec.starts).map((job) => (asked.add(job.started), job.started)),
    ];
    const published = spec.array.filter(() => this.#jobs.length > 0).map((at) => this.#jobs[at % this.#jobs.length]!);
    for (const job of published) asked.add(job);
    const array = published.length > 0 ? [fenceArray(published)] : [];
    const reads = new Set(spec.reads);
    const writes = new Set(spec.writes);
    for (const index of [...reads, ...writes]) {
      for (const { write, fence } of model.used[index]!) if (write || writes.has(index)) asked.add(fence);
    }
    const signals = [...new Set(spec.signals)].map((object) => ({ object, point: nextPoint(model, object) }));
    const job = this.#queues[spec.queue]!.job({
      after: [...after, ...array],
      signals: signals.map(({ object, point }) => this.#objects[object]!.at(point)),
      reads: [...reads].map((index) => this.#reservations[index]!),
      writes: [...writes].map((index) => ({ reservation: this.#reservations[index]! })),
    });
    expect(job.started.state).toBe("fresh");
    const [filler] = spec.slot === null ? [] : pick([spec.slot]);
    if (filler !== undefined) asked.add(filler);
    const slot = filler === undefined ? undefined : { slot: job.reserveSlot(), fence: filler };
    this.#asked.set(job, asked);
    if (spec.done) this.#done.add(job);
    this.witness.made(job, [...asked]);
    for (const { object, point } of signals) model.points[object]!.push({ point, fence: job });
    for (const index of new Set([...reads, ...writes]))
      model.used[index]!.push({ write: writes.has(index), fence: job });
    return { job, slot, signals, reads, writes };
  }

  /** B1: in the batch the very same point, else what the object has for it. */
  #waitAt(model: Model, object: number, at: number, mates: readonly Plan[], asked: Set<Fence>) {
    const points = model.points[object]!;
    const wanted = object % 2 === 0 ? points.at(-1)! : points[at % points.length]!;
    const mate = mates.some(({ job }) => job === wanted.fence);
    for (const { point, fence } of object % 2 === 0 || mate ? [wanted] : points) {
      if (point <= wanted.point) asked.add(fence);
    }
    return this.#objects[object]!.at(wanted.point);
  }

  #checkObjects(): void {
    for (const [index, object] of this.#objects.entries()) {
      const last = this.#model.points[index]!.at(-1);
      if (last === undefined) continue;
      if (index % 2 === 0) expect(object.fence).toBe(last.fence);
      else expect(object.lastSubmitted).toBe(last.point);
    }
    for (const [index, reservation] of this.#reservations.entries()) {
      expect(reservation.holder).toBe(null);
      const inside = reservation.fences("read");
      // R4: what is not in there any more has signalled, or a later one of its timeline stands for it.
      for (const { fence } of this.#model.used[index]!) {
        if (fence.signalled || inside.some((each) => each.context === fence.context && each.seqno >= fence.seqno))
          continue;
        this.#broken(`${nameOf(fence)} is not in ${reservation.name}`);
      }
    }
  }

  #complete(which: number, fails: boolean): void {
    if (this.#held.length === 0) return;
    const [job] = this.#held.splice(which % this.#held.length, 1) as [AnyJob];
    this.witness.jobs.get(job)!.onDevice = false;
    job.queue.complete(job, fails ? errno.EIO : 0);
  }

  #onRun(seen: Witnessed): RunOutcome {
    if (!this.#done.has(seen.job)) {
      this.#held.push(seen.job);
      return "pending";
    }
    seen.onDevice = false;
    return "done";
  }

  #broken(sentence: string): void {
    this.violations.push(sentence);
  }
}

const refusing: FenceSink = {
  _prepare: () => {
    throw new Error("full");
  },
};

function armAll(section: Submission, plans: readonly Plan[]): readonly ArmedJob[] {
  return plans.map(({ job, slot }) => {
    if (slot !== undefined) section.fill(slot.slot, slot.fence);
    return section.arm(job);
  });
}

function copyOf({ points, used }: Model): Model {
  return { points: points.map((each) => [...each]), used: used.map((each) => [...each]) };
}

function nextPoint({ points }: Model, object: number): bigint {
  return object % 2 === 0 ? 0n : (points[object]!.at(-1)?.point ?? 0n) + 2n;
}

function idOf(fence: Fence): string {
  return `${fence.context}:${fence.point}`;
}

describe("random batches over shared objects", () => {
  it("wait for what they must and for nothing else, show nothing before the end, and leave no trace when they fail", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40, size: "max" }), (steps) => {
        const world = new World();
        traced(world.tracer, () => world.run(steps));
        expect([...world.violations, ...world.witness.violations]).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});
