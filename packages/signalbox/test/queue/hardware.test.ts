/** What a driver's `run` may answer, and what comes of the job: pending, done, a fence of the device, or a mistake. */
import { describe, expect, it } from "vitest";
import { errno } from "../../src/errors.ts";
import { insideDelivery } from "../../src/fence/delivery.ts";
import type { Fence } from "../../src/fence/fence.ts";
import { Timeline } from "../../src/fence/timeline.ts";
import { submit } from "../../src/queue/submission.ts";
import { bench } from "../support/bench.ts";
import { noteAll } from "../support/notes.ts";
import type { ManualJob } from "../support/manual-driver.ts";

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
