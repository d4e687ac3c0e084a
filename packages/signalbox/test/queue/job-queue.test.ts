import { describe, expect, it } from "vitest";
import { errno } from "../../src/errors.ts";
import { deliver, insideDelivery } from "../../src/fence/delivery.ts";
import type { Fence } from "../../src/fence/fence.ts";
import { ForeignTimeline } from "../../src/fence/foreign-timeline.ts";
import { Registration } from "../../src/fence/registration.ts";
import { Timeline } from "../../src/fence/timeline.ts";
import { submit } from "../../src/queue/submission.ts";
import { bench, jobs } from "../support/bench.ts";
import { noteAll, thrownBy, traced } from "../support/notes.ts";
import type { AnyJob, ManualJob } from "../support/manual-driver.ts";

describe("opening a queue", () => {
  it("limits that make no sense are RangeErrors that name them", () => {
    const { ring } = bench();
    for (const credits of [0, -1, NaN]) {
      expect(() => ring.queue("q", { credits })).toThrow(RangeError);
      expect(() => ring.queue("q", { credits })).toThrow(`got ${credits}`);
    }
    for (const limit of [0, -1, 1.5, NaN]) {
      expect(() => ring.queue("q", { jobs: limit })).toThrow(RangeError);
      expect(() => ring.queue("q", { jobs: limit })).toThrow(`got ${limit}`);
    }
    expect(ring.queues).toEqual([]);
  });

  it("words that are none of the list are EINVAL", () => {
    const { ring } = bench();
    expect(thrownBy(() => ring.queue("q", { priority: "urgent" as "high" }))).toMatchObject({ code: "EINVAL" });
    expect(thrownBy(() => ring.queue("q", { onFailedDependency: "panic" as "ask" }))).toMatchObject({ code: "EINVAL" });
    expect(thrownBy(() => ring.queue(""))).toMatchObject({ code: "EINVAL" });
    expect(ring.queues).toEqual([]);
  });

  it("says what it was opened with", () => {
    const { ring } = bench();
    const [bounded, unbounded] = [ring.queue("bounded", { credits: 5 }), ring.queue("unbounded")];
    expect([bounded.name, bounded.credits, unbounded.credits, bounded.state]).toEqual([
      "bounded",
      5,
      Infinity,
      "usable",
    ]);
    expect([bounded.ring, ring.queues]).toEqual([ring, [bounded, unbounded]]);
    const zeros = { pushed: 0, done: 0, failed: 0, cancelled: 0, peakCredits: 0 };
    expect([bounded.creditsInFlight, bounded.stats]).toEqual([0, zeros]);
  });
});

describe("the order of a queue", () => {
  it("Q2: jobs start in the order of their pushes; the first that is blocked stops all behind it", () => {
    const { ring, driver, work, gates } = bench();
    const queue = ring.queue("q");
    const gate = gates.fence();
    const [a, b, c] = jobs(queue, "a b c");
    b!.after(gate.fence);
    submit(a!, b!, c!);
    work();
    expect(driver.called("run")).toEqual(["a"]);
    gate.signal();
    work();
    expect(driver.called("run")).toEqual(["a", "b", "c"]);
  });

  it("promise 2: jobs that complete out of order signal in the order of their seqnos", () => {
    const { ring, driver, work } = bench();
    const queue = ring.queue("q");
    const fences = submit(...jobs(queue, "a b c d"));
    const ran = noteAll(fences);
    work();
    const [a, b, c, d] = driver.held as [AnyJob, AnyJob, AnyJob, AnyJob];
    driver.complete(c);
    driver.complete(b, errno.EIO);
    expect([ran, b.stage, c.stage, b.state]).toEqual([[], "complete", "complete", "published"]);
    driver.complete(a);
    expect(ran).toEqual(["q:1", "q:2 -5", "q:3"]);
    driver.complete(d);
    expect(ran).toEqual(["q:1", "q:2 -5", "q:3", "q:4"]);
  });

  it("promise 2: a cancelled job is held back by those before it as well", () => {
    const { ring, driver, work } = bench();
    const queue = ring.queue("q", { jobs: 1 });
    const ran = noteAll(submit(...jobs(queue, "a b c")));
    work();
    queue.kill();
    work();
    expect([driver.called("cancel"), ran]).toEqual([["b killed", "c killed"], []]);
    driver.complete();
    expect(ran).toEqual(["q:1", "q:2 -125", "q:3 -125"]);
  });

  it("credits of a job that is held back are free for others", () => {
    const { ring, driver, work } = bench();
    const queue = ring.queue("q", { jobs: 2 });
    submit(...jobs(queue, "a b c"));
    work();
    driver.complete(driver.held[1]);
    work();
    expect(driver.called("run")).toEqual(["a", "b", "c"]);
  });
});

describe("completing jobs", () => {
  it("answers true once, and false from then on, whatever is said", () => {
    const { ring, driver, work } = bench();
    const queue = ring.queue("q", { credits: 3 });
    const [job] = jobs(queue, "j", { cost: 3 });
    submit(job!);
    work();
    expect(driver.complete(job)).toBe(true);
    expect([queue.complete(job!), queue.complete(job!, errno.EIO), queue.creditsInFlight]).toEqual([false, false, 0]);
    work();
    expect([job!.stage, queue.complete(job!), job!.status, queue.creditsInFlight]).toEqual(["released", false, 1, 0]);
    expect(queue.stats).toMatchObject({ done: 1, failed: 0 });
  });

  it("of a job that was not started, or of another queue, changes nothing and answers false", () => {
    const { ring, work, gates } = bench();
    const [queue, other] = [ring.queue("q"), ring.queue("other")];
    const [running, waiting, made] = jobs(queue, "running waiting made");
    waiting!.after(gates.fence().fence);
    submit(running!, waiting!);
    work();
    expect([queue.complete(waiting!), queue.complete(made!), other.complete(running!)]).toEqual([false, false, false]);
    expect([running!.stage, waiting!.stage, made!.stage]).toEqual(["running", "queued", "made"]);
    expect(other.stats.done + queue.stats.done).toBe(0);
  });

  it("an error that can't be one is a RangeError, and the job runs on", () => {
    const { ring, driver, work } = bench();
    const queue = ring.queue("q");
    const [job] = jobs(queue, "j");
    submit(job!);
    work();
    for (const wrong of [5, -4096, 0.5, NaN]) expect(() => queue.complete(job!, wrong)).toThrow(RangeError);
    expect([job!.stage, queue.stats.done, queue.stats.failed]).toEqual(["running", 0, 0]);
    driver.complete(job);
    expect(job!.status).toBe(1);
  });

  it("`completeThrough` completes what runs up to a seqno, in one delivery, and leaves the rest", () => {
    const { ring, driver, work } = bench();
    const queue = ring.queue("q", { jobs: 4 });
    const fences = submit(...jobs(queue, "a b c d e f"));
    const seen: number[] = [];
    fences[0]!.register(
      // The registrations of the first run when all that the call completes has signalled.
      noteSignalled(fences, seen),
    );
    work();
    driver.complete(driver.held[1], errno.EIO);
    expect(queue.completeThrough(3)).toBe(2);
    expect([seen, fences.map((fence) => fence.status)]).toEqual([[3], [1, errno.EIO, 1, 0, 0, 0]]);
    expect(queue.completeThrough(Infinity)).toBe(1);
    expect(queue.completeThrough(0)).toBe(0);
    work();
    expect(driver.called("run")).toEqual(["a", "b", "c", "d", "e", "f"]);
  });

  it("many completions in one delivery: the consequences run once, when it ends", () => {
    const { ring, driver, work } = bench();
    const queue = ring.queue("q");
    const fences = submit(...jobs(queue, "a b c"));
    const seen: number[] = [];
    fences[0]!.register(noteSignalled(fences, seen));
    work();
    deliver(() => {
      for (const job of [...driver.held].reverse()) driver.complete(job);
      expect(seen).toEqual([]);
    });
    expect(seen).toEqual([3]);
  });
});

describe("what `run` answers", () => {
  const outcome = (run: ManualJob["run"]) => {
    const set = bench();
    const queue = set.ring.queue("q", { credits: 5 });
    const job = queue.job(run === undefined ? { label: "j", cost: 5 } : { label: "j", cost: 5, run });
    const after = queue.job({ label: "after", cost: 5, run: "done" });
    submit(job, after);
    set.work();
    return { ...set, queue, job, after };
  };

  it('"pending": the job runs until it is completed', () => {
    const { job, after, queue, driver, work } = outcome("pending");
    expect([job.stage, after.stage, queue.creditsInFlight]).toEqual(["running", "queued", 5]);
    driver.complete();
    work();
    expect([job.status, after.status, queue.creditsInFlight]).toEqual([1, 1, 0]);
  });

  it('"done": it is complete at once; the credits are back', () => {
    const { job, after, queue, driver } = outcome("done");
    expect([job.status, after.status, queue.creditsInFlight]).toEqual([1, 1, 0]);
    expect(driver.calls).toEqual(["run j", "run after", "flush", "release j", "release after"]);
  });

  it('11.3 (5): "pending", completed from inside `run`: it is done, and its credits come back once', () => {
    const { job, after, queue } = outcome((self) => {
      expect(self.queue.creditsInFlight).toBe(5);
      expect(self.queue.complete(self, 0, undefined, "early")).toBe(true);
      expect(self.queue.creditsInFlight).toBe(0);
      return "pending";
    });
    expect([job.status, after.status, queue.creditsInFlight, job.result]).toEqual([1, 1, 0, "early"]);
  });

  it('completed from inside `run`, then "done": the first counts', () => {
    const { job } = outcome((self) => {
      self.queue.complete(self, errno.ENODATA);
      return "done";
    });
    expect(job.error).toBe(errno.ENODATA);
  });

  it("a throw: the job fails with EIO and what was thrown; its credits are back, the next one runs", () => {
    const wrong = new Error("no such kernel");
    const { job, after, queue } = outcome(() => {
      throw wrong;
    });
    expect(job.failure()).toMatchObject({ code: "EIO", cause: wrong });
    expect([after.status, queue.creditsInFlight, insideDelivery()]).toEqual([1, 0, false]);
    expect(queue.stats).toMatchObject({ done: 1, failed: 1 });
  });

  it("Q2: a fence of the device's own: the job completes when it signals, with its error", () => {
    for (const error of [0, errno.ETIME]) {
      const hardware = new Timeline("hardware").fence();
      const { job, queue, work } = outcome(hardware.fence);
      expect([job.stage, queue.creditsInFlight]).toEqual(["running", 5]);
      if (error === 0) hardware.signal();
      else hardware.fail(error, "too slow");
      expect([job.stage, job.error, queue.stats.done + queue.stats.failed]).toEqual(["complete", error, 1]);
      if (error !== 0) expect(job.failure()?.cause).toMatchObject({ timeline: "hardware", cause: "too slow" });
      work();
      expect(queue.creditsInFlight).toBe(0);
    }
  });

  it("Q2, 11.3 (5): a fence that has signalled already: the job is complete at once, with its error", () => {
    for (const error of [0, errno.ETIME]) {
      const hardware = new Timeline("hardware").fence();
      if (error === 0) hardware.signal();
      else hardware.fail(error);
      const { job, after, queue } = outcome(hardware.fence);
      expect([job.stage, job.error, after.status, queue.creditsInFlight]).toEqual(["released", error, 1, 0]);
    }
  });

  it("Q2, 11.3 (6): hardware fences of several timelines, signalled in any order: the done fences signal in order", () => {
    const { ring, work } = bench();
    const queue = ring.queue("q");
    const hardware = ["x", "y", "z"].map((name) => new Timeline(name).fence());
    const ran = noteAll(submit(...hardware.map(({ fence }) => queue.job({ run: fence }))));
    work();
    hardware[2]!.signal();
    hardware[0]!.fail(errno.EIO);
    expect(ran).toEqual(["q:1 -5"]);
    hardware[1]!.signal();
    expect(ran).toEqual(["q:1 -5", "q:2", "q:3"]);
  });

  it("one fence for several jobs completes them all", () => {
    const { ring, work } = bench();
    const queue = ring.queue("q");
    const hardware = new Timeline("hardware").fence();
    const fences = submit(...[1, 2, 3].map(() => queue.job({ run: hardware.fence })));
    work();
    hardware.signal();
    expect(fences.map((fence) => fence.status)).toEqual([1, 1, 1]);
  });

  it("what is no outcome fails the job with EIO, and says what came", () => {
    for (const wrong of [undefined, null, 5, "finished", Promise.resolve(), [], [new Timeline("t").fence().fence]]) {
      const { job, after } = outcome(() => wrong as unknown as Fence);
      expect(job.failure()).toMatchObject({ code: "EIO", cause: { code: "EINVAL" } });
      expect(job.failure()?.message).toContain('Driver "manual" answered');
      expect(after.status).toBe(1);
    }
  });

  it("promise 1: a fence that can't signal before the job itself has is refused: itself, a later one, one that was not submitted", () => {
    const { ring, work } = bench();
    const [queue, other] = [ring.queue("q"), ring.queue("other")];
    const answers: Fence[] = [];
    const all = [0, 1, 2].map((index) => queue.job({ label: `${index}`, run: () => answers[index]! }));
    const later = queue.job({ label: "later", run: "done" });
    answers.push(all[0]!, later, other.job({}));
    submit(...all, later);
    work();
    for (const job of all) {
      expect(job.failure()).toMatchObject({
        code: "EIO",
        cause: { code: "EINVAL", message: expect.stringMatching(/can't signal before/) },
      });
    }
    expect(later.status).toBe(1);
  });
});

describe("Q19: a dependency that failed", () => {
  it("is waited for with all the others before anything is decided", () => {
    const { ring, driver, work, gates } = bench();
    const [gate, other] = [gates.fence(), new Timeline("other").fence()];
    submit(ring.queue("q").job({ label: "j", after: [other.fence, gate.fence] }));
    gate.fail(errno.ETIME);
    work();
    expect(driver.calls).toEqual([]);
    other.signal();
    work();
    expect(driver.called("cancel")).toEqual(["j dependency"]);
  });

  for (const policy of [undefined, "cancel"] as const) {
    it(`cancels the job with ECANCELED and the cause (policy ${policy ?? "left out"}); the next one runs`, () => {
      const { ring, gates, work, driver } = bench();
      const gate = gates.fence();
      const queue = ring.queue("q", policy === undefined ? {} : { onFailedDependency: policy });
      const [job, behind] = [queue.job({ label: "j", after: gate.fence }), queue.job({ label: "behind", run: "done" })];
      submit(job, behind);
      gate.fail(errno.ETIME, "stuck");
      work();
      expect(driver.calls).toEqual(["cancel j dependency", "run behind", "flush", "release j", "release behind"]);
      expect(job.failure()).toMatchObject({ code: "ECANCELED", cause: { code: "ETIME", cause: "stuck" } });
      expect([behind.status, queue.stats]).toEqual([
        1,
        { pushed: 2, done: 1, failed: 0, cancelled: 1, peakCredits: 1 },
      ]);
    });
  }

  for (const others of [0, 1, 20]) {
    it(`bug: a failed strip behind a later good one of its timeline went unseen (${others} timelines before it)`, () => {
      const { ring, gates, work, driver } = bench();
      const before = Array.from({ length: others }, (_, index) => new Timeline(`other ${index}`).fence());
      const [bad, good] = [gates.fence(), gates.fence()];
      const after = [...before, bad, good].map(({ fence }) => fence);
      const job = ring.queue("q").job({ label: "j", after });
      submit(job);
      bad.fail(errno.EIO, "torn");
      for (const fence of [...before, good]) fence.signal();
      work();
      expect(driver.called("cancel")).toEqual(["j dependency"]);
      expect(job.failure()).toMatchObject({ code: "ECANCELED", cause: { code: "EIO", cause: "torn" } });
    });
  }

  it("counts although the one that superseded it had signalled before the job was submitted", () => {
    const { ring, gates, work, driver } = bench();
    const [bad, good] = [gates.fence(), gates.fence()];
    const job = ring.queue("q").job({ label: "j", after: [bad.fence, good.fence] });
    bad.fail(errno.EIO);
    good.signal();
    submit(job);
    work();
    expect(driver.called("cancel")).toEqual(["j dependency"]);
  });

  it("cancels also for a failure from before the job was made", () => {
    const { ring, gates, work, driver } = bench();
    const gate = gates.fence();
    gate.fail(errno.EIO);
    const job = ring.queue("q").job({ label: "j", after: gate.fence });
    submit(job);
    work();
    expect(driver.called("cancel")).toEqual(["j dependency"]);
  });

  it("is ignored where the policy says so, as the kernel does", () => {
    const { ring, gates, work, driver } = bench();
    const gate = gates.fence();
    const job = ring.queue("q", { onFailedDependency: "ignore" }).job({ label: "j", after: gate.fence, run: "done" });
    submit(job);
    gate.fail(errno.EIO);
    work();
    expect([driver.called("run"), driver.called("cancel"), job.status]).toEqual([["j"], [], 1]);
  });

  for (const answer of ["run", "cancel"] as const) {
    it(`asks the driver where the policy says so, once, and does what it answers (${answer})`, () => {
      const { ring, gates, work, driver } = bench({ dependencyFailed: () => answer });
      const gate = gates.fence();
      const queue = ring.queue("q", { onFailedDependency: "ask" });
      const [job, unconcerned] = [
        queue.job({ label: "j", after: gate.fence, run: "done" }),
        queue.job({ label: "unconcerned", run: "done" }),
      ];
      submit(job, unconcerned);
      gate.fail(errno.EIO);
      work();
      expect(driver.called("ask")).toEqual(["j gate:1"]);
      expect([driver.called("run"), driver.called("cancel")]).toEqual(
        answer === "run" ? [["j", "unconcerned"], []] : [["unconcerned"], ["j dependency"]],
      );
    });
  }

  it("a driver that can't be asked has the job cancelled", () => {
    const { ring, gates, work, driver } = bench();
    Object.defineProperty(driver, "dependencyFailed", { value: undefined });
    const gate = gates.fence();
    submit(ring.queue("q", { onFailedDependency: "ask" }).job({ label: "j", after: gate.fence }));
    gate.fail(errno.EIO);
    work();
    expect(driver.called("cancel")).toEqual(["j dependency"]);
  });

  it("waits neither for credits nor in vain: a job that is cancelled takes none", () => {
    const { ring, gates, work, driver } = bench();
    const gate = gates.fence();
    const queue = ring.queue("q", { credits: 4 });
    const job = queue.job({ label: "j", after: gate.fence, cost: 4 });
    submit(job);
    gate.fail(errno.EIO);
    work();
    expect([driver.called("cancel"), queue.creditsInFlight, queue.stats.peakCredits]).toEqual([["j dependency"], 0, 0]);
  });

  it("a job that was cancelled for one is itself a failure for those that depend on it", () => {
    const { ring, gates, work, driver } = bench();
    const gate = gates.fence();
    const [x, y] = [ring.queue("x"), ring.queue("y")];
    const a = x.job({ label: "a", after: gate.fence });
    const b = y.job({ label: "b", after: a });
    submit(a, b);
    gate.fail(errno.EIO);
    work();
    expect(driver.called("cancel")).toEqual(["a dependency", "b dependency"]);
  });
});

describe("promise 5: credits", () => {
  it("hold the head back until they fit; the peak is never above the limit", () => {
    const { ring, driver, work } = bench();
    const queue = ring.queue("q", { credits: 10 });
    const costs = [6, 4, 1, 10, 0, 3];
    submit(...costs.map((cost, index) => queue.job({ label: `${index}`, cost })));
    work();
    expect([driver.called("run"), queue.creditsInFlight]).toEqual([["0", "1"], 10]);
    driver.complete(driver.held[1]);
    work();
    expect([driver.called("run"), queue.creditsInFlight]).toEqual([["0", "1", "2"], 7]);
    driver.complete(driver.held[0]);
    work();
    expect([driver.called("run"), queue.creditsInFlight]).toEqual([["0", "1", "2"], 1]);
    driver.complete();
    work();
    // A job of cost 0 never waits for credits, and the last one fits no more.
    expect([driver.called("run"), queue.creditsInFlight]).toEqual([["0", "1", "2", "3", "4"], 10]);
    driver.complete();
    work();
    expect([driver.called("run").length, queue.creditsInFlight, queue.stats.peakCredits]).toEqual([6, 3, 10]);
  });

  it("Q20: a job of cost 0 waits for its turn, and for the number of jobs, but not for credits", () => {
    const { ring, driver, work } = bench();
    const queue = ring.queue("q", { credits: 1, jobs: 3 });
    submit(...jobs(queue, "a"), ...jobs(queue, "b c d", { cost: 0 }));
    work();
    expect(driver.called("run")).toEqual(["a", "b", "c"]);
    driver.complete(driver.held[1]);
    work();
    expect(driver.called("run")).toEqual(["a", "b", "c", "d"]);
  });

  it("`jobs` bounds how many are in flight, whatever they cost", () => {
    const { ring, driver, work } = bench();
    submit(...jobs(ring.queue("q", { jobs: 2 }), "a b c d"));
    work();
    for (let ran = 2; ran <= 4; ran++) {
      expect(driver.called("run")).toHaveLength(ran);
      driver.complete();
      work();
    }
  });

  it("come back when a job is done, failed, raced, thrown out, or lost: once", () => {
    const { ring, driver, work } = bench();
    const queue = ring.queue("q", { credits: 100 });
    const signalled = new Timeline("t").fence();
    signalled.signal();
    const wrong = (): never => {
      throw new Error("on purpose");
    };
    const specs: ManualJob[] = [{}, {}, { run: "done" }, { run: signalled.fence }, { run: wrong }, {}];
    submit(...specs.map((spec) => queue.job({ ...spec, cost: 10 })));
    work();
    expect(queue.creditsInFlight).toBe(30);
    driver.complete();
    expect(queue.creditsInFlight).toBe(20);
    driver.complete(driver.held[0], errno.EIO);
    expect(queue.creditsInFlight).toBe(10);
    ring.lose(errno.EIO);
    expect(queue.creditsInFlight).toBe(0);
    work();
    expect([queue.creditsInFlight, queue.stats.peakCredits]).toEqual([0, 30]);
  });

  it("a queued job that is cancelled never had any", () => {
    const { ring, work } = bench();
    const queue = ring.queue("q", { credits: 3 });
    submit(...jobs(queue, "a b c", { cost: 3 }));
    work();
    queue.kill();
    work();
    expect([queue.creditsInFlight, queue.stats.cancelled]).toEqual([3, 2]);
  });
});

describe("promise 5: costs beyond what a sum can tell", () => {
  it("bug: without a limit they wait for one another, and come back exactly", () => {
    const { ring, driver, work } = bench();
    const queue = ring.queue("q");
    const [huge, small] = [
      queue.job({ label: "huge", cost: Number.MAX_SAFE_INTEGER }),
      queue.job({ label: "small", cost: 2 }),
    ];
    submit(huge, small);
    work();
    expect([driver.called("run"), queue.credits]).toEqual([["huge"], Infinity]);
    driver.complete(huge);
    work();
    expect([driver.called("run"), queue.creditsInFlight]).toEqual([["huge", "small"], 2]);
    driver.complete(small);
    expect(queue.creditsInFlight).toBe(0);
  });
});

describe("F28: deadlines of jobs", () => {
  it("bug: hints go to the fences that the device answered, those from before and those that come later", () => {
    for (const width of [1, 2]) {
      const { ring, work, platform } = bench();
      const lanes = [0, 1].map((lane) => new ForeignTimeline(`lane ${lane}`, { platform }));
      const hints: string[] = [];
      const setDeadline = (fence: Fence, time: number): void => void hints.push(`${fence.timelineName} ${time}`);
      const ends = lanes.slice(0, width).map((lane) => lane.fence(1, { setDeadline }));
      const queue = ring.queue("q", { width });
      const job = queue.job({ run: width === 1 ? ends[0]!.fence : ends.map(({ fence }) => fence) });
      job.setDeadline(70);
      submit(job);
      work();
      for (const time of [60, 65]) job.setDeadline(time);
      ends[0]!.signal();
      job.setDeadline(50);
      for (const end of ends) end.signal();
      job.setDeadline(40);
      expect(hints).toEqual(
        width === 1 ? ["lane 0 70", "lane 0 60"] : ["lane 0 70", "lane 1 70", "lane 0 60", "lane 1 60", "lane 1 50"],
      );
    }
  });

  it("a hint for a running job goes to the device: the earliest so far, no later one", () => {
    const { ring, driver, work } = bench();
    const [job] = jobs(ring.queue("q"), "j");
    submit(job!);
    work();
    for (const time of [50, 60, 40, 40, 45, 30]) job!.setDeadline(time);
    expect(driver.called("deadline")).toEqual(["j 50", "j 40", "j 30"]);
  });

  it("a hint from before is remembered, the earliest of them, and goes to the device when it has the job", () => {
    const { ring, driver, work, gates } = bench();
    const gate = gates.fence();
    const [job] = jobs(ring.queue("q"), "j");
    job!.setDeadline(80);
    submit(job!.after(gate.fence));
    job!.setDeadline(50);
    job!.setDeadline(70);
    work();
    expect(driver.calls).toEqual([]);
    gate.signal();
    work();
    expect(driver.calls).toEqual(["run j", "deadline j 50", "flush"]);
    // The earliest so far, whenever it came.
    job!.setDeadline(60);
    job!.setDeadline(20);
    expect(driver.called("deadline")).toEqual(["j 50", "j 20"]);
  });

  it("a job that is over takes no hints, also while its fence is held back", () => {
    const { ring, driver, work } = bench();
    const queue = ring.queue("q");
    const [a, b] = jobs(queue, "a b");
    submit(a!, b!, queue.job({ label: "c", run: "done" }));
    work();
    driver.complete(b);
    b!.setDeadline(5);
    driver.complete(a);
    work();
    for (const job of [a!, b!]) job.setDeadline(5);
    expect(driver.called("deadline")).toEqual([]);
  });

  it("a job that completes inside `run`, or is cancelled, passes no hint on", () => {
    const { ring, driver, work } = bench();
    const queue = ring.queue("q");
    const done = queue.job({ run: "done" });
    done.setDeadline(5);
    submit(done);
    work();
    const killed = queue.job({});
    killed.setDeadline(5);
    submit(killed);
    queue.kill();
    work();
    expect(driver.called("deadline")).toEqual([]);
  });
});

describe("what the trace is told", () => {
  it("of a job's whole path, in order", () => {
    const { ring, driver, work, gates } = bench();
    const gate = gates.fence();
    const told: string[] = [];
    const note = (word: string) => (job: AnyJob) => void told.push(`${word} ${job.label}`);
    traced(
      {
        jobMade: note("made"),
        jobArmed: note("armed"),
        jobDependency: note("depends"),
        jobPushed: note("pushed"),
        jobPublished: note("published"),
        jobBlocked: (job, blocker) => void told.push(`blocked ${job.label} ${blocker?.timelineName ?? "credits"}`),
        jobStarted: note("started"),
        jobCompleted: note("completed"),
        jobCancelled: (job, reason) => void told.push(`cancelled ${job.label} ${reason.kind}`),
        fenceSignalled: (fence) => void told.push(`signalled ${fence.timelineName}:${fence.seqno}`),
        jobReleased: note("released"),
        queueOpened: (queue) => void told.push(`opened ${queue.name}`),
        queueClosed: (queue) => void told.push(`closed ${queue.name}`),
      },
      () => {
        const queue = ring.queue("q", { jobs: 1 });
        const [a, b, c] = jobs(queue, "a b c");
        a!.after(gate.fence);
        submit(a!, b!, c!);
        gate.signal();
        work();
        driver.complete();
        work();
        driver.complete();
        queue.kill();
        work();
      },
    );
    expect(told).toEqual([
      "opened q",
      "made a",
      "made b",
      "made c",
      "armed a",
      "depends a",
      "armed b",
      "armed c",
      "pushed a",
      "pushed b",
      "pushed c",
      "published a",
      "published b",
      "published c",
      "blocked a gate",
      "signalled gate:1",
      "started a",
      "blocked b credits",
      "completed a",
      "signalled q:1",
      "started b",
      "blocked c credits",
      "released a",
      "completed b",
      "signalled q:2",
      "cancelled c killed",
      "signalled q:3",
      "released b",
      "released c",
      "closed q",
    ]);
  });

  it("of a head that is blocked, once, also where a bypass looks at it", () => {
    const { ring, gates, work } = bench();
    const queue = ring.queue("q", { bypass: true });
    const [a, b] = jobs(queue, "a b", { run: "done" });
    const blocked: string[] = [];
    traced({ jobBlocked: (job) => void blocked.push(job.label) }, () => {
      submit(a!, b!.after(gates.fence().fence));
      work();
    });
    expect(blocked).toEqual(["b"]);
  });
});

/** A registration that notes how many of the fences have signalled when it runs. */
function noteSignalled(fences: readonly Fence[], seen: number[]): Registration {
  return Registration.post({
    postMessage: () => void seen.push(fences.filter((fence) => fence.state === "signalled").length),
  });
}
