/** A queue: the order of its jobs, from their push to their signal; what completing says; and what the trace is told. */
import { describe, expect, it } from "vitest";
import { errno } from "../../src/errors.ts";
import { deliver } from "../../src/fence/delivery.ts";
import type { Fence } from "../../src/fence/fence.ts";
import { Registration } from "../../src/fence/registration.ts";
import { submit } from "../../src/queue/submission.ts";
import { bench, jobs } from "../support/bench.ts";
import { noteAll, traced } from "../support/notes.ts";
import type { AnyJob } from "../support/manual-driver.ts";

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
