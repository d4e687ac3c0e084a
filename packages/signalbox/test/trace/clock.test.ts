import { describe, expect, test } from "vitest";
import { Registration, Ring, Timeline, deliver, realPlatform, submit } from "../../src/index.ts";
import type { Platform } from "../../src/index.ts";
import { ofType, traced } from "./support.ts";

/** A platform whose clock moves by 1 ms with each reading, so that readings can be counted. */
function counting(): { platform: Platform; readings: () => number; at: () => number } {
  let now = 0;
  return { platform: { ...realPlatform, now: () => ++now }, readings: () => now, at: () => now };
}

describe("the clock", () => {
  test("is read once for all completions of one interrupt, and not again for their signals", async () => {
    const { platform, readings } = counting();
    const ring = new Ring({ name: "batch", run: () => "pending", cancel: () => {} }, { platform });
    const queue = ring.queue("work");
    const jobs = Array.from({ length: 50 }, () => queue.job({}));
    submit(...jobs);
    await Promise.resolve();
    const trace = traced();
    const before = readings();
    queue.completeThrough(50);
    expect(readings() - before).toBe(1);
    expect(ofType(trace, "jobCompleted")).toHaveLength(50);
    expect(new Set(trace.events().map(({ time }) => time)).size).toBe(1);
  });

  test("is read once for a submission, whatever its length", () => {
    const { platform, readings } = counting();
    const ring = new Ring({ name: "batch", run: () => "pending", cancel: () => {} }, { platform });
    const queue = ring.queue("work", { jobs: 1 });
    const gate = new Timeline("gate", { platform }).fence().fence;
    const jobs = Array.from({ length: 50 }, () => queue.job({ after: gate }));
    traced();
    const before = readings();
    submit(...jobs);
    expect(readings() - before).toBe(1);
  });

  test("is read for each start, since the driver worked in between", async () => {
    const { platform, at } = counting();
    const work = (): void => {
      for (let turn = 0; turn < 10; turn++) platform.now();
    };
    const ring = new Ring({ name: "slow", run: () => (work(), "done"), cancel: () => {} }, { platform });
    const queue = ring.queue("work");
    const trace = traced();
    submit(queue.job({}), queue.job({}), queue.job({}));
    await queue.drain();
    const starts = ofType(trace, "jobStarted").map(({ time }) => time);
    const ends = ofType(trace, "jobCompleted").map(({ time }) => time);
    for (const [index, end] of ends.entries()) expect(end - starts[index]!).toBeGreaterThanOrEqual(10);
    for (const [index, start] of starts.slice(1).entries()) expect(start).toBeGreaterThan(ends[index]!);
    expect(at()).toBeGreaterThan(30);
  });

  test("never goes back, though a signal's timestamp may be older than what was recorded since", async () => {
    const { platform } = counting();
    const trace = traced();
    const ring = new Ring({ name: "mixed", run: () => "done", cancel: () => {} }, { platform });
    const queues = [ring.queue("a"), ring.queue("b")];
    const chained = new Timeline("chained", { platform }).fence();
    const jobs = queues.flatMap((queue) => [queue.job({}), queue.job({}), queue.job({})]);
    jobs[0]!.after(); // No dependency: only the shape of the call.
    submit(...jobs);
    jobs[2]!.register(Registration.signal(chained));
    await Promise.all(queues.map((queue) => queue.drain()));
    const times = trace.events().map(({ time }) => time);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times.length).toBeGreaterThan(30);
  });
});

describe("the clock of a trace that reads it once for each batch", () => {
  /** A ring whose jobs are completed by hand, on such a clock; `work` is what the driver does in `run`. */
  function opened(work: (platform: Platform) => void = () => {}) {
    const { platform, readings } = counting();
    const ring = new Ring({ name: "batch", run: () => (work(platform), "pending"), cancel: () => {} }, { platform });
    return { platform, readings, queue: ring.queue("work"), trace: traced({ clock: "batch" }) };
  }

  test("is read once for what a program makes and submits in one piece, at the first of it", () => {
    const { platform, readings, queue, trace } = opened();
    const gate = new Timeline("gate", { platform }).fence().fence;
    // To be shown as the head is a delivery, in which the gate might have signalled.
    submit(queue.job({ after: gate }));
    const before = readings();
    for (let index = 0; index < 50; index++) submit(queue.job({ after: gate }));
    expect(readings() - before).toBe(1);
    const times = trace.events().flatMap((event) => ("job" in event && event.job.seqno > 1 ? [event.time] : []));
    expect(times).toHaveLength(200);
    expect(new Set(times)).toEqual(new Set([before + 1]));
  });

  test("is read again for what the program does later, though no fence has signalled meanwhile", async () => {
    const { platform, queue, trace } = opened();
    const gate = new Timeline("gate", { platform }).fence().fence;
    submit(queue.job({ after: gate }));
    submit(queue.job({ after: gate }));
    await new Promise((resolve) => setTimeout(resolve, 1));
    const later = platform.now();
    submit(queue.job({ after: gate }));
    expect(ofType(trace, "jobMade").map(({ time }) => time > later)).toEqual([false, false, true]);
  });

  test("is read once for all jobs that start together, whatever the driver does in `run`", async () => {
    const { queue, trace } = opened((platform) => void platform.now());
    submit(...Array.from({ length: 20 }, () => queue.job({})));
    await Promise.resolve();
    const starts = ofType(trace, "jobStarted").map(({ time }) => time);
    expect(starts).toHaveLength(20);
    expect(new Set(starts).size).toBe(1);
    expect(starts[0]).toBeGreaterThan(ofType(trace, "jobPublished")[0]!.time);
  });

  test("is read for each delivery, whose fences and completions share the reading, and never goes back", async () => {
    const { platform, queue, trace } = opened();
    const jobs = Array.from({ length: 6 }, () => queue.job({}));
    submit(...jobs);
    await Promise.resolve();
    for (const through of [3, 6]) {
      platform.now();
      deliver(() => void queue.completeThrough(through));
    }
    await queue.drain();
    const ends = ofType(trace, "jobCompleted").map(({ time }) => time);
    expect(new Set(ends.slice(0, 3)).size).toBe(1);
    expect(new Set(ends.slice(3)).size).toBe(1);
    expect(ends[3]).toBeGreaterThan(ends[0]!);
    expect(ofType(trace, "fenceSignalled").map(({ time }) => time)).toEqual(ends);
    expect(jobs.map(({ timestamp }) => timestamp)).toEqual(ends);
    const times = trace.events().map(({ time }) => time);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  test("takes each platform's own time, where two are told of in turn", () => {
    const slow = counting();
    const fast = counting();
    for (let reading = 0; reading < 1000; reading++) fast.platform.now();
    const [first, second] = [slow, fast].map(({ platform }) => new Timeline("frames", { platform }));
    const trace = traced({ clock: "batch" });
    for (const timeline of [first!, second!, first!, second!]) timeline.fence();
    expect(trace.events().map(({ time }) => time > 1000)).toEqual([false, true, false, true]);
    const late = new Timeline("late", { platform: fast.platform }).fence();
    deliver(() => {
      first!.fence();
      late.signal(5000); // Somebody else's reading.
      first!.fence();
    });
    const times = trace.events().map(({ time }) => time);
    expect(times.slice(-2)[0]).toBe(5000);
    expect(times.at(-1)).toBe(times.at(-3));
  });
});
