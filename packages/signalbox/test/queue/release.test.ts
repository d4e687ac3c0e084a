import { describe, expect, it } from "vitest";
import { insideDelivery } from "../../src/fence/delivery.ts";
import { submit } from "../../src/queue/submission.ts";
import { bench, jobs } from "../support/bench.ts";
import { noteAll, thrownBy, traced } from "../support/notes.ts";

/** What happened to these jobs, in order: signals as the tracer sees them, registrations, releases and whether those were in a section. */
function order(release: "deferred" | "inline", names: string, complete: readonly number[]) {
  const list: string[] = [];
  const { ring, driver, work } = bench({
    release: (job) => void list.push(`release ${job.label}${insideDelivery() ? " in a section" : ""}`),
  });
  const all = jobs(ring.queue("q", { release }), names);
  traced({ fenceSignalled: (fence) => void list.push(`signal ${fence.seqno}`) }, () => {
    noteAll(submit(...all), list);
    work();
    for (const index of complete) driver.complete(all[index]);
    list.push("completed");
    work();
  });
  return { list, all };
}

describe("releases (Q6)", () => {
  it("are deferred to a batch outside every section, behind the consequences of the signals", () => {
    const { list } = order("deferred", "a b", [1, 0]);
    expect(list).toEqual(["signal 1", "signal 2", "q:1", "q:2", "completed", "release a", "release b"]);
  });

  it("inline come right after the signals that they belong to, in the section, before it is over", () => {
    const { list, all } = order("inline", "a b c", [1, 2, 0]);
    expect(list).toEqual([
      "signal 1",
      "signal 2",
      "signal 3",
      "release a in a section",
      "release b in a section",
      "release c in a section",
      "q:1",
      "q:2",
      "q:3",
      "completed",
    ]);
    expect(all.map(({ stage }) => stage)).toEqual(["released", "released", "released"]);
  });

  it("inline of what `run` completes itself, of what is cancelled and of what is lost", () => {
    const { ring, driver, work } = bench();
    const queue = ring.queue("q", { release: "inline" });
    const [done] = jobs(queue, "done", { run: "done" });
    const [held, waiting] = jobs(queue, "held waiting");
    submit(done!, held!, waiting!);
    work();
    expect(driver.called("release")).toEqual(["done"]);
    ring.lose(-5);
    expect([driver.called("release"), queue.state]).toEqual([["done", "held", "waiting"], "inactive"]);
  });

  it("bug: completing through a seqno goes on behind jobs that were held back, and released inline", () => {
    const { ring, driver, work } = bench();
    const queue = ring.queue("q", { release: "inline" });
    const all = jobs(queue, "a b c d");
    submit(...all);
    work();
    driver.complete(all[1]);
    expect(queue.completeThrough(4)).toBe(3);
    expect(driver.called("release")).toEqual(["a", "b", "c", "d"]);
  });

  it("in a mode that is none are EINVAL", () => {
    const { ring } = bench();
    expect(thrownBy(() => ring.queue("q", { release: "never" as "inline" }))).toMatchObject({
      code: "EINVAL",
      message: '[Queue "q"] has no mode "never" for releases',
    });
  });
});
