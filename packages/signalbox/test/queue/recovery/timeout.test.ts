import { describe, expect, it } from "vitest";
import { FenceError, SignalboxError, errno } from "../../../src/errors.ts";
import type { TimeoutVerdict } from "../../../src/driver.ts";
import { Timeline } from "../../../src/fence/timeline.ts";
import { submit } from "../../../src/queue/submission.ts";
import { bench, jobs } from "../../support/bench.ts";
import type { AnyJob, DriverHooks } from "../../support/manual-driver.ts";
import { thrownBy, traced } from "../../support/notes.ts";

/** A bench whose driver answers this for every job that is out of time; `times` says when it was asked about which. */
function timed(
  verdict: TimeoutVerdict | ((job: AnyJob, limit: number) => TimeoutVerdict) = "recovered",
  more: DriverHooks = {},
) {
  const times: string[] = [];
  const made = bench({
    timedOut: (job, limit) => {
      times.push(`${job.label} ${made.platform.now()}`);
      return typeof verdict === "function" ? verdict(job, limit) : verdict;
    },
    ...more,
  });
  return { ...made, times };
}

describe("promise 9: a hung head", () => {
  it("is found within its timeout, however much is submitted behind it", () => {
    const { platform, ring, times } = timed();
    const queue = ring.queue("q", { timeout: 100 });
    submit(queue.job({ label: "hung" }));
    for (let count = 0; count < 50; count++) {
      platform.run(platform.now() + 10);
      submit(queue.job({ label: `behind ${count}` }));
      if (times.length > 0) break;
    }
    expect(times).toEqual(["hung 100"]);
  });

  it("ends with ETIME and a cause that says how long it had", () => {
    const { platform, ring, driver } = timed();
    const [hung, next] = jobs(ring.queue("q", { timeout: 100 }), "hung next");
    submit(hung!, next!);
    platform.run(100);
    const failure = hung!.failure();
    expect([hung!.error, next!.signalled]).toEqual([errno.ETIME, false]);
    expect(failure).toBeInstanceOf(FenceError);
    expect((failure!.cause as Error).message).toBe('[Job "hung"] did not end within 100 ms');
    driver.complete(next);
    expect(next!.status).toBe(1);
  });
});

describe("the clock of a job", () => {
  it("begins when the job before it on the ring has ended, not when it was handed over", () => {
    const { platform, ring, driver, times } = timed();
    const [a, b] = jobs(ring.queue("q", { timeout: 100 }), "a b");
    submit(a!, b!);
    platform.run(90);
    driver.complete(a);
    platform.run(189);
    expect(times).toEqual([]);
    platform.run(200);
    expect(times).toEqual(["b 190"]);
  });

  it("begins behind the job of another queue of the ring, too", () => {
    const { platform, ring, driver, times } = timed();
    const a = ring.queue("slow").job({ label: "a" });
    const b = ring.queue("q", { timeout: 100 }).job({ label: "b" });
    submit(a, b);
    platform.run(90);
    driver.complete(a);
    platform.run(300);
    expect(times).toEqual(["b 190"]);
  });

  it("of a device that runs several at once begins with each start", () => {
    const { platform, ring, times } = timed("recovered", { overlaps: true });
    const queue = ring.queue("q");
    submit(queue.job({ label: "long", timeout: 500 }));
    platform.run(50);
    submit(queue.job({ label: "short", timeout: 100 }));
    platform.run(1_000);
    expect(times).toEqual(["short 150", "long 500"]);
  });

  it("goes by the job's own timeout before its queue's, and by none where that is Infinity", () => {
    const { platform, ring, driver, times } = timed();
    const queue = ring.queue("q", { timeout: 100 });
    submit(queue.job({ label: "mine", timeout: 250 }), queue.job({ label: "for ever", timeout: Infinity }));
    platform.run(10_000);
    expect(times).toEqual(["mine 250"]);
    driver.complete(driver.held[1]);
    submit(queue.job({ label: "short", timeout: 10 }));
    platform.run(20_000);
    expect(times).toEqual(["mine 250", "short 10010"]);
  });

  it.each([Infinity, 5_000])(
    "bug: behind a job that may take %d ms it was never, or too late, out of time",
    (before) => {
      const { platform, ring, driver, times } = timed();
      const queue = ring.queue("q", { timeout: before });
      const first = queue.job({ label: "first" });
      submit(first, queue.job({ label: "second", timeout: 20 }), queue.job({ label: "third", timeout: 100 }));
      platform.run(250);
      expect(times).toEqual([]);
      driver.complete(first);
      platform.run(10_000);
      expect(times).toEqual(["second 270", "third 370"]);
    },
  );

  it("bug: a job that was started before anything on its ring had a timeout broke the timers", () => {
    const { platform, ring, driver, times } = timed();
    const queue = ring.queue("q");
    const first = queue.job({ label: "first" });
    submit(first);
    platform.run(5);
    submit(queue.job({ label: "second", timeout: 20 }));
    platform.run(100);
    driver.complete(first);
    platform.run(1_000);
    expect(times).toEqual(["second 120"]);
  });

  it("stops when nothing runs, so that it keeps no process alive", () => {
    const { platform, ring, finish } = timed();
    const queue = ring.queue("q", { timeout: 100 });
    submit(...jobs(queue, "a b"));
    finish();
    expect([platform.idle, platform.now()]).toEqual([true, 0]);
  });
});

describe("what a driver answers", () => {
  it("running: the clock begins anew", () => {
    let extensions = 2;
    const { platform, ring, times } = timed(() => (extensions-- > 0 ? "running" : "recovered"));
    submit(ring.queue("q", { timeout: 100 }).job({ label: "slow" }));
    platform.run(1_000);
    expect(times).toEqual(["slow 100", "slow 200", "slow 300"]);
  });

  it("running since: the clock began then, and anew if the time is over already", () => {
    const starts = [60, 10];
    const { platform, ring, times } = timed(() => {
      const runningSince = starts.shift();
      return runningSince === undefined ? "recovered" : { runningSince };
    });
    submit(ring.queue("q", { timeout: 100 }).job({ label: "late" }));
    platform.run(1_000);
    expect(times).toEqual(["late 100", "late 160", "late 260"]);
  });

  it("gone: the job ends with ETIME, everything else on the ring with EIO, and new jobs are refused", () => {
    const { platform, ring } = timed("gone");
    const queue = ring.queue("q", { timeout: 100 });
    const [a, b] = jobs(queue, "a b");
    const c = ring.queue("other").job({ label: "c" });
    submit(a!, b!, c);
    platform.run(100);
    expect([a!.error, b!.error, c.error]).toEqual([errno.ETIME, errno.EIO, errno.EIO]);
    expect(thrownBy(() => queue.job({})).code).toBe("ENODEV");
  });

  it("reset, where nothing can be reset: the same as gone", () => {
    const { platform, ring } = timed("reset");
    const [a, b] = jobs(ring.queue("q", { timeout: 100 }), "a b");
    submit(a!, b!);
    platform.run(100);
    expect([a!.error, b!.error]).toEqual([errno.ETIME, errno.EIO]);
  });

  it("nothing, since the job was completed while it looked: that is the outcome", () => {
    const made = timed((job) => {
      made.driver.complete(job);
      return "recovered";
    });
    const [a] = submit(made.ring.queue("q", { timeout: 100 }).job({}));
    made.platform.run(100);
    expect(a.status).toBe(1);
  });

  it("an error: it is heard of, and counts as a reset", () => {
    const { platform, ring } = timed(() => {
      throw new Error("of a driver");
    });
    const [a] = submit(ring.queue("q", { timeout: 100 }).job({}));
    expect(() => platform.run(100)).toThrow("of a driver");
    expect(a.error).toBe(errno.ETIME);
  });

  it("a word that is none: it is heard of, and the job goes on", () => {
    const { platform, ring } = timed("later" as "running");
    const [a] = submit(ring.queue("q", { timeout: 100 }).job({}));
    expect(() => platform.run(100)).toThrow('Driver "manual" answered "later" for a timeout');
    expect(a.signalled).toBe(false);
  });
});

describe("a completion that races the timeout", () => {
  it("in the same ms is the outcome if it comes first, and late if it doesn't", () => {
    const { platform, ring, driver, times } = timed();
    const queue = ring.queue("q", { timeout: 100 });
    const [a, b] = jobs(queue, "a b");
    submit(a!, b!);
    platform.setTimer(() => void driver.complete(a), 100);
    platform.run(100);
    expect([a!.status, times]).toEqual([1, []]);
    platform.run(200);
    expect([b!.error, queue.complete(b!)]).toEqual([errno.ETIME, false]);
  });
});

it("tells the driver what the job may take: its own limit before its queue's, and nothing if it is to end now", () => {
  const limits: string[] = [];
  const { platform, ring } = timed((job, limit) => {
    limits.push(`${job.label} ${limit}`);
    return "recovered";
  });
  const queue = ring.queue("q", { timeout: 100 });
  submit(queue.job({ label: "queue's" }), queue.job({ label: "own", timeout: 30 }), queue.job({ label: "now" }));
  platform.run(130);
  queue.triggerTimeout();
  expect(limits).toEqual(["queue's 100", "own 30", "now 0"]);
});

describe("recovered", () => {
  it("said later by the driver ends the job with ETIME and the driver's cause, once", () => {
    const { platform, ring, driver } = timed("running");
    const queue = ring.queue("q", { timeout: 100 });
    const [hung, behind] = jobs(queue, "hung behind");
    submit(hung!, behind!);
    platform.run(150);
    expect(hung!.signalled).toBe(false);
    const cause = new Error("stopped");
    expect(queue.recovered(hung!, cause)).toBe(true);
    expect(hung!.failure()).toMatchObject({ code: "ETIME", cause });
    expect([queue.recovered(hung!, cause), driver.complete(hung), behind!.signalled]).toEqual([false, false, false]);
    driver.complete(behind);
    expect(behind!.status).toBe(1);
  });

  it("counts for banAfter, said now or later; what ends by itself meanwhile does not", () => {
    const { platform, ring, driver } = timed((job) => (job.label === "now" ? "recovered" : "running"));
    const queue = ring.queue("q", { timeout: 100, banAfter: 2 });
    const [now, well, later, behind, queued] = jobs(queue, "now well later behind queued");
    submit(now!, well!, later!, behind!, queued!.after(new Timeline("never").fence().fence));
    platform.run(250);
    expect([now!.error, queue.state]).toEqual([errno.ETIME, "usable"]);
    driver.complete(well);
    expect(queue.recovered(well!)).toBe(false);
    expect(queue.state).toBe("usable");
    queue.recovered(later!);
    expect([later!.error, queue.state]).toEqual([errno.ETIME, "destroyed"]);
    expect(thrownBy(() => queue.job({})).message).toBe('[Queue "q"] was destroyed and takes no job');
    driver.complete(behind);
    expect(behind!.status).toBe(1);
  });
});

describe("triggerTimeout", () => {
  it("has the oldest running job judged now (P12)", () => {
    const { ring, work, times } = timed();
    const queue = ring.queue("q");
    expect(queue.triggerTimeout()).toBe(false);
    const [a, b] = jobs(queue, "a b");
    submit(a!, b!);
    work();
    expect([queue.triggerTimeout(), times, a!.error]).toEqual([true, ["a 0"], errno.ETIME]);
    expect((a!.failure()!.cause as Error).message).toBe('[Job "a"] was ended before its time');
    expect(b!.signalled).toBe(false);
  });
});

describe("a timeout that makes no sense", () => {
  it.each([0, -1, NaN])("%d is a RangeError, of a queue and of a job", (timeout) => {
    const { ring } = timed();
    expect(thrownBy(() => ring.queue("q", { timeout }))).toBeInstanceOf(RangeError);
    expect(thrownBy(() => ring.queue("q").job({ timeout }))).toBeInstanceOf(RangeError);
  });

  it("is EINVAL on a device that can't end a job", () => {
    const { ring } = bench();
    for (const body of [
      () => ring.queue("q", { timeout: 10 }),
      () => ring.queue("q").job({ timeout: 10 }),
      () => ring.queue("q").triggerTimeout(),
    ]) {
      const error = thrownBy(body);
      expect(error).toBeInstanceOf(SignalboxError);
      expect([error.code, error.message]).toEqual([
        "EINVAL",
        '[Queue "q"] takes no timeouts: driver "manual" can\'t end a job',
      ]);
    }
  });
});

it("tells the tracer before the driver is asked", () => {
  const told: string[] = [];
  const { platform, ring } = timed(() => {
    told.push("asked");
    return "recovered";
  });
  traced({ jobTimedOut: (job) => void told.push(`told ${job.label}`) }, () => {
    submit(ring.queue("q", { timeout: 100 }).job({ label: "a" }));
    platform.run(100);
  });
  expect(told).toEqual(["told a", "asked"]);
});
