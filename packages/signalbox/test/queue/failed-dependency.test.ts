/** A job whose dependency failed: cancelled, run, or as the driver says. */
import { describe, expect, it } from "vitest";
import { errno } from "../../src/errors.ts";
import { Timeline } from "../../src/fence/timeline.ts";
import { submit } from "../../src/queue/submission.ts";
import { bench } from "../support/bench.ts";

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
