import { describe, expect, it } from "vitest";
import type { Fence } from "../../src/fence/fence.ts";
import { ForeignTimeline } from "../../src/fence/foreign-timeline.ts";
import { submit } from "../../src/queue/submission.ts";
import { bench, jobs } from "../support/bench.ts";

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
