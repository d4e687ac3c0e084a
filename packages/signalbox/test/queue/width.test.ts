import { describe, expect, it } from "vitest";
import { errno } from "../../src/errors.ts";
import type { FenceError } from "../../src/errors.ts";
import type { RunOutcome } from "../../src/driver.ts";
import type { Fence } from "../../src/fence/fence.ts";
import { chainFence } from "../../src/fence/chain.ts";
import { fenceArray } from "../../src/fence/array.ts";
import { Timeline } from "../../src/fence/timeline.ts";
import { submit } from "../../src/queue/submission.ts";
import { bench } from "../support/bench.ts";
import type { Bench } from "../support/bench.ts";
import { noteAll, thrownBy } from "../support/notes.ts";

/** Timelines of a device's rings, and a queue over them. */
function rings(count: number, width = count): Bench & { queue: ReturnType<Bench["ring"]["queue"]>; rings: Timeline[] } {
  const one = bench();
  const timelines = Array.from(
    { length: count },
    (_, index) => new Timeline(`ring${index}`, { platform: one.platform }),
  );
  return { ...one, queue: one.ring.queue("q", { width, credits: 10 }), rings: timelines };
}

describe("Q40: a queue of width n", () => {
  it("completes a job when all n fences have signalled, in any order", () => {
    const { queue, rings: lanes, work } = rings(3);
    const fences = lanes.map((lane) => lane.fence());
    const job = queue.job({ run: () => fences.map(({ fence }) => fence) });
    submit(job);
    work();
    for (const at of [2, 0]) fences[at]!.signal();
    expect([job.stage, queue.creditsInFlight]).toEqual(["running", 1]);
    fences[1]!.signal();
    expect([job.stage, job.status, queue.creditsInFlight]).toEqual(["complete", 1, 0]);
  });

  it("fences that have signalled already count, all of them or some", () => {
    const { queue, rings: lanes, work } = rings(2);
    const [a, b] = [lanes[0]!.fence(), lanes[1]!.fence()];
    const [c, d] = [lanes[0]!.fence(), lanes[1]!.fence()];
    for (const each of [a, b, c]) each.signal();
    const all = queue.job({ run: [a.fence, b.fence] });
    const some = queue.job({ run: [c.fence, d.fence] });
    submit(all, some);
    work();
    expect([all.status, some.status]).toEqual([1, 0]);
    d.signal();
    expect(some.status).toBe(1);
  });

  it("the first error to come wins, and the job still waits for the others: the device has it until then", () => {
    const { queue, rings: lanes, work } = rings(3);
    const fences = lanes.map((lane) => lane.fence());
    const job = queue.job({ run: fences.map(({ fence }) => fence) });
    submit(job);
    work();
    fences[2]!.fail(errno.ENODEV, "the third ring");
    fences[0]!.fail(errno.EIO, "the first ring");
    expect(job.stage).toBe("running");
    fences[1]!.signal();
    expect(job.error).toBe(errno.ENODEV);
    expect((job.failure()?.cause as FenceError).cause).toBe("the third ring");
  });

  it("jobs signal in order, though the rings finish the later one first (promise 2)", () => {
    const { queue, rings: lanes, work } = rings(4, 2);
    const other = [new Timeline("x"), new Timeline("y")];
    const [first, second] = [0, 1].map((at) => [lanes[0]!.fence(), [lanes[1]!, lanes[1]!][at]!.fence()]);
    const jobs = [first!, second!].map((fences) => queue.job({ run: fences.map(({ fence }) => fence) }));
    expect(other).toHaveLength(2);
    submit(...jobs);
    const seen = noteAll(jobs);
    work();
    lanes[0]!.signalThrough(2);
    expect(seen).toEqual([]);
    lanes[1]!.signalThrough(2);
    expect(seen).toEqual(["q:1", "q:2"]);
  });

  it('takes an array fence of all n for the n fences, and "pending" and "done" as any queue does', () => {
    const { queue, rings: lanes, driver, work } = rings(2);
    const fences = lanes.map((lane) => lane.fence());
    const jobs = [fenceArray(fences.map(({ fence }) => fence)), "done" as const, "pending" as const].map((run) =>
      queue.job({ run }),
    );
    submit(...jobs);
    work();
    driver.complete();
    for (const fence of fences) fence.signal();
    expect(jobs.map(({ status }) => status)).toEqual([1, 1, 1]);
  });

  it("the timelines are the same n for every job, in any order; others fail the job, and only that one", () => {
    const { queue, rings: lanes, work } = rings(3, 2);
    const answers = [
      [lanes[0]!.fence().fence, lanes[1]!.fence().fence],
      [lanes[1]!.fence().fence, lanes[2]!.fence().fence],
      [lanes[1]!.fence().fence, lanes[0]!.fence().fence],
    ];
    const jobs = answers.map((run) => queue.job({ run }));
    submit(...jobs);
    work();
    expect(jobs.map(({ stage }) => stage)).toEqual(["running", "complete", "running"]);
    for (const lane of lanes) lane.signalThrough(lane.lastSeqno);
    expect(jobs.map(({ status }) => status)).toEqual([1, errno.EIO, 1]);
    expect((jobs[1]!.failure()?.cause as Error).message).toBe(
      'Driver "manual" answered ring1:2, ring2:1: other timelines than for the jobs before, and the rings of a queue stay the same',
    );
  });

  it("says how wide it is, and takes a whole number from 1", () => {
    const { ring } = bench();
    expect([ring.queue("a").width, ring.queue("b", { width: 4 }).width]).toEqual([1, 4]);
    for (const width of [0, -1, 1.5, NaN, Infinity, "2" as unknown as number]) {
      const error = thrownBy(() => ring.queue("c", { width }));
      expect(error).toBeInstanceOf(RangeError);
      expect(error.message).toContain(`(got ${width})`);
    }
  });
});

describe("Q2: a driver's answer that makes no sense fails its job with EIO and a cause", () => {
  function causeOf(width: number, answer: (lanes: Timeline[]) => unknown): string {
    const { queue, rings: lanes, work } = rings(3, width);
    const fences = answer(lanes);
    const job = queue.job({ run: () => fences as RunOutcome });
    const next = queue.job({ run: "done" });
    submit(job, next);
    work();
    expect([job.error, next.status]).toEqual([errno.EIO, 1]);
    const cause = job.failure()?.cause as Error & { code: string };
    expect(cause.code).toBe("EINVAL");
    return cause.message;
  }
  const fenceOf = (lane: Timeline | undefined): Fence => lane!.fence().fence;

  it("on a queue of width 1: a container, a list", () => {
    expect(causeOf(1, (lanes) => fenceArray(lanes.map(fenceOf)))).toContain("answered a container (array ");
    expect(causeOf(1, (lanes) => chainFence(null, fenceOf(lanes[0]), 1n))).toContain("answered a container (chain ");
    expect(causeOf(1, (lanes) => lanes.slice(0, 1).map(fenceOf))).toBe(
      'Driver "manual" answered 1 fences, and queue "q" is of width 1 (`queue(name, { width })`)',
    );
  });

  it("on a queue of width n: one fence, too few, too many, a container among them, what is no fence, an array of any, a chain", () => {
    expect(causeOf(2, (lanes) => fenceOf(lanes[0]))).toBe(
      'Driver "manual" answered one fence where queue "q" is of width 2',
    );
    expect(causeOf(2, (lanes) => [fenceOf(lanes[0])])).toContain("answered 1 fences where");
    expect(causeOf(2, (lanes) => lanes.map(fenceOf))).toContain("answered 3 fences where");
    expect(causeOf(2, (lanes) => fenceArray(lanes.map(fenceOf)))).toContain("answered 3 fences where");
    expect(causeOf(2, (lanes) => [fenceOf(lanes[0]), fenceArray(lanes.map(fenceOf))])).toContain("a container (array ");
    expect(causeOf(2, (lanes) => [fenceOf(lanes[0]), undefined])).toContain('a list with "undefined" in it');
    expect(causeOf(2, (lanes) => fenceArray(lanes.slice(0, 2).map(fenceOf), { any: true }))).toContain("one fence");
    expect(causeOf(2, (lanes) => chainFence(null, fenceOf(lanes[0]), 1n))).toContain("one fence");
    expect(causeOf(2, () => "later")).toContain('answered "later" where');
  });

  it("a fence that can't signal before the job: its own, that of a later job, one that nobody submitted", () => {
    const { queue, ring, work } = rings(1);
    const stranger = ring.queue("r").job({});
    const lane = new Timeline("lane").fence().fence;
    const wide = ring.queue("wide", { width: 2 });
    const jobs = [
      queue.job({ run: (job) => job }),
      queue.job({ run: () => stranger }),
      wide.job({ run: (job) => [lane, job] }),
    ];
    submit(...jobs);
    work();
    for (const job of jobs) {
      expect(job.error).toBe(errno.EIO);
      expect((job.failure()?.cause as Error).message).toContain("which can't signal before the job itself has");
    }
  });
});
