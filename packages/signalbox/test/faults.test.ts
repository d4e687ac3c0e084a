/** The core's sites one by one: each strikes where it says, and what it does then is legal. */
import { describe, expect, it } from "vitest";
import { coreSites, strikes } from "../src/faults.ts";
import { Timeline } from "../src/fence/timeline.ts";
import { hooks } from "../src/hooks.ts";
import { SimPlatform } from "../src/platform/simulated.ts";
import { SCAN_UP_TO, addDependency, settleDependencies } from "../src/queue/dependencies.ts";
import type { Dependent } from "../src/queue/dependencies.ts";
import { ReadyHeap } from "../src/queue/ready-heap.ts";
import { RecoveryDomain } from "../src/queue/recovery/recovery-domain.ts";
import { Ring } from "../src/queue/ring.ts";
import { submission, submit } from "../src/queue/submission.ts";
import { WorkItem, WorkQueue } from "../src/work/work-queue.ts";
import { bench, jobs } from "./support/bench.ts";
import { ManualDriver } from "./support/manual-driver.ts";
import type { ManualJob } from "./support/manual-driver.ts";
import { thrownBy } from "./support/notes.ts";
import { striking } from "./support/sites.ts";

describe("the sites", () => {
  it("are off, and each has a name of its own", () => {
    expect(hooks.faults).toBeNull();
    expect(coreSites.filter((site) => strikes(site))).toEqual([]);
    expect(new Set(coreSites).size).toBe(coreSites.length);
  });

  it("ask whoever is there, each time", () => {
    const answers: boolean[] = [];
    expect(
      striking("one pass", () => answers.push(strikes("one pass"), strikes("late due"), strikes("one pass"))),
    ).toBe(1);
    expect(answers).toEqual([true, false, false]);
    expect(hooks.faults).toBeNull();
  });
});

describe("submissions", () => {
  it.each([0, 1])("general path: one job alone comes to the same either way (struck %d times)", (times) => {
    const { ring, driver, finish } = bench();
    const queue = ring.queue("q");
    const [first, second] = jobs(queue, "first second");
    submit(first!);
    second!.after(first!);
    expect(striking("general path", () => submit(second!), times)).toBe(times);
    expect([first!.seqno, second!.seqno, second!.state, second!.stage]).toEqual([1, 2, "published", "queued"]);
    finish();
    expect(driver.calls.filter((call) => call !== "flush")).toEqual([
      "run first",
      "run second",
      "release first",
      "release second",
    ]);
  });

  it("arm throws: the batch is rolled back, and can be submitted again", () => {
    const { ring, finish } = bench();
    const queue = ring.queue("q");
    const [first, second] = jobs(queue, "first second");
    const error = striking("arm throws", () => {
      expect(() => submit(first!, second!)).toThrow("no memory");
    });
    expect([error, first!.state, second!.state, queue.stats.pushed]).toEqual([1, "fresh", "fresh", 0]);
    submit(first!, second!);
    expect([first!.seqno, second!.seqno]).toEqual([1, 2]);
    finish();
    expect(second!.status).toBe(1);
  });

  it("arm throws: what was armed before it in a submission by hand is rolled back with it", () => {
    const { ring } = bench();
    const queue = ring.queue("q");
    const [first, second] = jobs(queue, "first second");
    expect(
      thrownBy(() =>
        submission((section) => {
          section.arm(first!);
          striking("arm throws", () => section.arm(second!));
        }),
      ),
    ).toBeInstanceOf(RangeError);
    expect([first!.state, first!.seqno, second!.state]).toEqual(["fresh", 0, "fresh"]);
  });
});

describe("dependencies", () => {
  const platform = new SimPlatform({ auto: false });
  const settled = (site: "blind add" | "one pass", times: number): string[] => {
    const timelines = ["a", "b", "c"].map((name) => new Timeline(name, { platform }));
    const fences = timelines.flatMap((timeline) => [timeline.fence().fence, timeline.fence().fence]);
    const set: Dependent = { _dependency: null, _others: null, _superseded: null };
    const struck = striking(
      site,
      () => {
        for (const fence of fences) addDependency(set, fence);
        // Two of a timeline, one of which has signalled by then.
        timelines[1]!.signalThrough(2);
        settleDependencies(set, null, null);
      },
      times,
    );
    expect(struck > 0).toBe(times > 0);
    return [set._dependency!, ...(set._others ?? [])].map(({ timelineName, seqno }) => `${timelineName}:${seqno}`);
  };

  it.each(["blind add", "one pass"] as const)("%s: a small set comes to the same as without", (site) => {
    expect(SCAN_UP_TO).toBeGreaterThan(6);
    expect(settled(site, 0)).toEqual(["a:2", "c:2"]);
    expect(settled(site, 100)).toEqual(["a:2", "c:2"]);
  });
});

describe("a ring", () => {
  it("short batch: a batch is over after one job, and the next goes on", () => {
    const { ring, driver, work } = bench();
    submit(...jobs(ring.queue("q"), "a b c"));
    expect(striking("short batch", work)).toBe(1);
    expect(driver.calls).toEqual(["run a", "flush", "run b", "run c", "flush"]);
  });

  it("idle kick: a ring that is being reset starts nothing, though its worker runs", () => {
    const platform = new SimPlatform({ auto: false });
    const recovery = new RecoveryDomain("device", { stop() {}, restart: () => new Promise(() => {}) }, { platform });
    const driver = new ManualDriver();
    const ring = new Ring<ManualJob>(driver, { platform, recovery });
    submit(...jobs(ring.queue("q"), "a"));
    expect(striking("idle kick", () => void recovery.reset())).toBe(1);
    platform.run(platform.now());
    expect(driver.called("run")).toEqual([]);
  });

  it("late bypass: what could start at once waits for the worker", () => {
    const { ring, driver, work } = bench();
    const [a] = jobs(ring.queue("q", { bypass: true }), "a");
    expect(striking("late bypass", () => submit(a!))).toBe(1);
    expect(driver.called("run")).toEqual([]);
    work();
    expect(driver.called("run")).toEqual(["a"]);
  });

  it("late due: what the batch set free is the next batch", () => {
    const { ring, driver, work } = bench();
    const [a] = jobs(ring.queue("x"), "a", { run: "done" });
    const [b] = jobs(ring.queue("y"), "b", { after: a! });
    submit(a!, b!);
    expect(striking("late due", work)).toBe(1);
    expect(driver.calls).toEqual(["run a", "flush", "release a", "run b", "flush"]);
  });

  it("late release: what has signalled is released by the next batch", () => {
    const { ring, driver, platform } = bench();
    const queue = ring.queue("q");
    submit(...jobs(queue, "a", { run: "done" }));
    const [b] = jobs(queue, "b");
    expect(striking("late release", () => void platform.run(platform.now()))).toBe(1);
    expect(driver.calls).toEqual(["run a", "flush", "release a"]);
    submit(b!);
    platform.run(platform.now());
    driver.complete();
    platform.run(platform.now());
    expect(driver.called("release")).toEqual(["a", "b"]);
    expect(queue._list.empty).toBe(true);
  });
});

describe("what goes by time", () => {
  it("early yield: a drain gives the event loop a turn between two items, and goes on", () => {
    const platform = new SimPlatform({ auto: false });
    const queue = new WorkQueue(platform);
    const ran: string[] = [];
    for (const name of ["a", "b", "c"])
      new WorkItem(queue, () => {
        ran.push(name);
        return false;
      }).schedule();
    platform.macrotask(() => void ran.push("others"));
    expect(striking("early yield", () => void platform.run())).toBe(1);
    expect([ran, queue.idle]).toEqual([["a", "others", "b", "c"], true]);
  });

  it("re-entry: of queues with equal ranks another goes first, and the others in order", () => {
    const heap = new ReadyHeap<{ _rank: number; _place: number; name: string }>();
    for (const [name, _rank] of [
      ["a", 1],
      ["b", 1],
      ["c", 2],
    ] as const)
      heap.add({ name, _rank, _place: -1 });
    expect(striking("re-entry", () => heap.maybeReenter())).toBe(1);
    const order: string[] = [];
    for (let first = heap.first; first !== undefined; first = heap.first) {
      order.push(first.name);
      heap.remove(first);
    }
    expect(order).toEqual(["b", "a", "c"]);
  });

  it("early look: the clock finds nothing, and finds the job when it is out of time", () => {
    const late: string[] = [];
    const { ring, platform } = bench({
      timedOut: (job) => {
        late.push(`${job.label} ${platform.now()}`);
        return "recovered";
      },
    });
    submit(ring.queue("q", { timeout: 100 }).job({ label: "hung" }));
    expect(striking("early look", () => void platform.run(platform.now()))).toBe(1);
    platform.run(50);
    expect(late).toEqual([]);
    platform.run(200);
    expect(late).toEqual(["hung 100"]);
  });

  it("no back-off: the next attempt to bring a device back comes at once", () => {
    const platform = new SimPlatform({ auto: false });
    const attempts: number[] = [];
    const recovery = new RecoveryDomain(
      "device",
      {
        stop() {},
        restart() {
          attempts.push(platform.now());
          if (attempts.length < 3) throw new Error("not yet");
        },
      },
      { platform, backoff: 100 },
    );
    expect(striking("no back-off", () => void recovery.reset())).toBe(1);
    platform.run(1000);
    expect([attempts, recovery.state]).toEqual([[0, 0, 200], "running"]);
  });
});
