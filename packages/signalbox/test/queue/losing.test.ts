import { describe, expect, it } from "vitest";
import { errno } from "../../src/errors.ts";
import { insideDelivery } from "../../src/fence/delivery.ts";
import type { Fence } from "../../src/fence/fence.ts";
import { Registration } from "../../src/fence/registration.ts";
import { Timeline } from "../../src/fence/timeline.ts";
import { submit } from "../../src/queue/submission.ts";
import { bench, jobs } from "../support/bench.ts";
import { noteAll } from "../support/notes.ts";

describe("promise 12: losing a ring", () => {
  it("ends what runs, what is held back and what is queued, now and in order, with the error and the cause", () => {
    const { ring, driver, work, gates } = bench();
    const [x, y] = [ring.queue("x", { jobs: 2 }), ring.queue("y")];
    const all = [...jobs(x, "a b c d"), ...jobs(y, "e", { after: gates.fence().fence })];
    const ran = noteAll(submit(...all));
    work();
    driver.complete(all[1]);
    work();
    expect(driver.called("run")).toEqual(["a", "b", "c"]);
    const cause = new Error("unplugged");
    ring.lose(errno.ENODEV, cause);
    expect(ran).toEqual(["x:1 -19", "x:2", "x:3 -19", "x:4 -19", "y:1 -19"]);
    expect(driver.called("cancel")).toEqual(["d lost", "e lost"]);
    expect(all[0]!.failure()?.cause).toBe(cause);
    expect([x.creditsInFlight, ring.inFlight, insideDelivery()]).toEqual([0, 0, false]);
    expect([x.stats, y.stats]).toMatchObject([
      { pushed: 4, done: 1, failed: 2, cancelled: 1 },
      { pushed: 1, done: 0, failed: 0, cancelled: 1 },
    ]);
    work();
    expect([all.map((job) => job.stage), ring.queues]).toEqual([all.map(() => "released"), []]);
  });

  it("whoever is told, sees all of the ring's jobs signalled", () => {
    const { ring, work } = bench();
    const [x, y] = [ring.queue("x"), ring.queue("y")];
    const fences = submit(...jobs(x, "a b"), ...jobs(y, "c"));
    const seen: boolean[] = [];
    fences[0]!.register(noteSignalled(fences, seen));
    work();
    ring.lose(errno.EIO);
    expect(seen).toEqual([true, true, true]);
  });

  it("what the device says later of these jobs is ignored", () => {
    const { ring, driver, work } = bench();
    const queue = ring.queue("q");
    const hardware = new Timeline("hardware").fence();
    const [a, b] = [queue.job({}), queue.job({ run: hardware.fence })];
    submit(a, b);
    work();
    ring.lose(errno.EIO);
    expect([driver.complete(a), queue.complete(b)]).toEqual([false, false]);
    hardware.signal();
    work();
    expect([a.error, b.error, queue.stats.failed]).toEqual([errno.EIO, errno.EIO, 2]);
  });

  it("a second time, on an empty ring, and after a kill or a stop does nothing more", () => {
    const { ring, driver, work, gates } = bench();
    const queue = ring.queue("q");
    const job = queue.job({ label: "j", after: gates.fence().fence });
    submit(job);
    ring.stop();
    queue.kill("killed first");
    ring.lose(errno.ENODEV, "then lost");
    ring.lose(errno.EIO, "again");
    work();
    ring.lose(errno.EIO, "and again");
    expect(driver.calls).toEqual(["cancel j lost", "release j"]);
    expect(job.failure()).toMatchObject({ code: "ENODEV", cause: "then lost" });
  });

  it("an error that can't be one is a RangeError, and nothing was lost", () => {
    const { ring, finish } = bench();
    const queue = ring.queue("q");
    const job = queue.job({});
    submit(job);
    for (const wrong of [0, 5, NaN]) expect(() => ring.lose(wrong)).toThrow(RangeError);
    finish();
    expect([job.status, queue.state]).toEqual([1, "usable"]);
  });

  it("the heads that waited wait no more: a dependency that signals later changes nothing", () => {
    const { ring, driver, work, gates } = bench();
    const fences = [gates.fence(), new Timeline("other").fence()];
    submit(ring.queue("q").job({ label: "j", after: fences.map(({ fence }) => fence) }));
    work();
    ring.lose(errno.EIO);
    for (const { fence } of fences) expect(fence._registrations).toBeNull();
    for (const one of fences) one.signal();
    work();
    expect(driver.calls).toEqual(["cancel j lost", "release j"]);
  });

  it("from inside `run`, with jobs before it in flight, behind it queued, and whatever `run` answers then", () => {
    const hardware = new Timeline("hardware").fence();
    for (const answer of ["pending", "done", hardware.fence, "throw"] as const) {
      const { ring, driver, work } = bench();
      const queue = ring.queue("q");
      const loser = queue.job({
        label: "loser",
        run: () => {
          ring.lose(errno.ENODEV);
          if (answer === "throw") throw new Error("and throws");
          return answer;
        },
      });
      const all = [...jobs(queue, "a b"), loser, ...jobs(queue, "c d")];
      const ran = noteAll(submit(...all));
      // What is thrown then is no outcome of the job any more, and is heard of.
      if (answer === "throw") expect(work).toThrow("and throws");
      work();
      expect(ran).toEqual(["q:1 -19", "q:2 -19", "q:3 -19", "q:4 -19", "q:5 -19"]);
      expect([driver.called("run"), driver.called("cancel")]).toEqual([
        ["a", "b", "loser"],
        ["c lost", "d lost"],
      ]);
      expect([queue.creditsInFlight, ring.inFlight, ring.queues, all.map((job) => job.stage)]).toEqual([
        0,
        0,
        [],
        all.map(() => "released"),
      ]);
    }
  });

  it("from inside `cancel`: each job is cancelled once", () => {
    const { ring, driver, work } = bench({ cancel: () => ring.lose(errno.ENODEV) });
    const queue = ring.queue("q", { jobs: 1 });
    const all = jobs(queue, "a b c d");
    const ran = noteAll(submit(...all));
    work();
    queue.kill();
    work();
    expect(driver.called("cancel")).toEqual(["b killed", "c lost", "d lost"]);
    expect(ran).toEqual(["q:1 -19", "q:2 -125", "q:3 -19", "q:4 -19"]);
  });

  it("promise 3: from inside the driver's answer to a failed dependency: the job is cancelled, and not run after", () => {
    const { ring, driver, work, gates } = bench({
      dependencyFailed: () => {
        ring.lose(errno.ENODEV);
        return "run";
      },
    });
    const queue = ring.queue("q", { onFailedDependency: "ask" });
    const gate = gates.fence();
    const ran = noteAll(submit(...jobs(queue, "a b", { after: gate.fence })));
    gate.fail(errno.EIO);
    work();
    expect(driver.calls).toEqual(["ask a gate:1", "cancel a lost", "cancel b lost", "release a", "release b"]);
    expect(ran).toEqual(["q:1 -19", "q:2 -19"]);
  });

  it("from inside `release` and `flush`", () => {
    for (const when of ["release", "flush"] as const) {
      const { ring, work } = bench({ [when]: () => ring.lose(errno.ENODEV) });
      const all = jobs(ring.queue("q", { jobs: 1 }), "a b c", { run: when === "release" ? "done" : "pending" });
      submit(...all);
      work();
      expect(all.every((job) => job.stage === "released")).toBe(true);
    }
  });

  it("with queues in every state of teardown leaves no job unsignalled", () => {
    const { ring, work, gates } = bench();
    const queues = ["usable", "destroyed", "killed", "draining", "inactive"].map((name) =>
      ring.queue(name, { jobs: 1 }),
    );
    const all = queues.slice(0, 4).flatMap((queue) => jobs(queue, "a b c"));
    all[1]!.after(gates.fence().fence);
    submit(...all);
    work();
    void queues[1]!.destroy();
    queues[2]!.kill();
    void queues[3]!.drain();
    void queues[4]!.destroy();
    ring.lose(errno.EIO);
    work();
    expect(all.map((job) => job.stage)).toEqual(all.map(() => "released"));
    expect(queues.map((queue) => queue.state)).toEqual(queues.map(() => "inactive"));
  });
});

/** A registration that notes, for each fence, whether it has signalled when it runs. */
function noteSignalled(fences: readonly Fence[], seen: boolean[]): Registration {
  return Registration.post({
    postMessage: () => void seen.push(...fences.map((fence) => fence.state === "signalled")),
  });
}
