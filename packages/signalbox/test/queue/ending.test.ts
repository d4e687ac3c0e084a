import { describe, expect, it } from "vitest";
import { errno } from "../../src/errors.ts";
import type { CancelReason } from "../../src/driver.ts";
import { deliver, insideDelivery } from "../../src/fence/delivery.ts";
import type { Fence } from "../../src/fence/fence.ts";
import { Registration } from "../../src/fence/registration.ts";
import { Timeline } from "../../src/fence/timeline.ts";
import { submit } from "../../src/queue/submission.ts";
import { bench, jobs } from "../support/bench.ts";
import { noteAll, thrownBy, traced } from "../support/notes.ts";
import type { AnyJob } from "../support/manual-driver.ts";

describe("draining", () => {
  it("resolves at once where nothing was pushed, and when all that was is released", async () => {
    const { ring, finish } = bench();
    const queue = ring.queue("q");
    await queue.drain();
    await ring.drain();
    const all = jobs(queue, "a b");
    submit(...all);
    const drained = Promise.all([queue.drain(), queue.drain(), ring.drain()]);
    finish();
    await drained;
    expect([all.map((job) => job.stage), queue.state]).toEqual([["released", "released"], "usable"]);
  });

  it("waits for what is pushed meanwhile too, and can be asked again", async () => {
    const { ring, driver, work, finish } = bench();
    const queue = ring.queue("q");
    const [a, b, c] = jobs(queue, "a b c");
    submit(a!);
    let drained = false;
    const wait = queue.drain().then(() => {
      drained = true;
    });
    work();
    submit(b!);
    driver.complete(a);
    work();
    await Promise.resolve();
    expect([a!.stage, drained]).toEqual(["released", false]);
    finish();
    await wait;
    submit(c!);
    const again = queue.drain();
    finish();
    await again;
    expect(c!.stage).toBe("released");
  });

  it("of a ring waits for all its queues, also for those that are opened meanwhile", async () => {
    const { ring, driver, work, finish } = bench();
    submit(ring.queue("first").job({ label: "a" }));
    let drained = false;
    const wait = ring.drain().then(() => {
      drained = true;
    });
    work();
    const late = ring.queue("late").job({ label: "b" });
    submit(late);
    driver.complete();
    work();
    for (let count = 0; count < 10; count++) await Promise.resolve();
    expect(drained).toBe(false);
    finish();
    await wait;
    expect(late.stage).toBe("released");
  });
});

describe("destroying a queue", () => {
  it("goes usable, destroyed, inactive: takes no job, lets what was pushed run, and is forgotten", async () => {
    const { ring, finish } = bench();
    const queue = ring.queue("q");
    const [pushed, made] = jobs(queue, "pushed made");
    submit(pushed!);
    expect(queue.state).toBe("usable");
    const destroyed = queue.destroy();
    expect([queue.state, ring.queues]).toEqual(["destroyed", [queue]]);
    expect(thrownBy(() => queue.job({}))).toMatchObject({ code: "ENODEV" });
    expect(thrownBy(() => submit(made!))).toMatchObject({ code: "ENODEV" });
    finish();
    await destroyed;
    expect([queue.state, ring.queues, pushed!.status]).toEqual(["inactive", [], 1]);
    await queue.destroy();
    await queue.drain();
  });

  it("that has nothing is inactive at once", async () => {
    const { ring } = bench();
    const queue = ring.queue("q");
    const closed: string[] = [];
    await traced({ queueClosed: (each) => void closed.push(each.name) }, () => {
      const destroyed = queue.destroy();
      expect(queue.state).toBe("inactive");
      void queue.destroy();
      return destroyed;
    });
    expect(closed).toEqual(["q"]);
  });

  it("`await using` does it", async () => {
    const { ring, finish, platform } = bench();
    let job: AnyJob | undefined;
    const used = async (): Promise<string> => {
      await using queue = ring.queue("q");
      job = queue.job({});
      submit(job);
      platform.microtask(finish);
      void Promise.resolve().then(finish);
      return queue.state;
    };
    expect(await used()).toBe("usable");
    expect(job?.stage).toBe("released");
  });

  it("leaves the others of the ring alone", () => {
    const { ring, driver, finish } = bench();
    const [ending, staying] = [ring.queue("ending"), ring.queue("staying")];
    void ending.destroy();
    submit(staying.job({ label: "j" }));
    finish();
    expect(driver.called("run")).toEqual(["j"]);
  });

  it("promise 8: nothing of an inactive queue runs, and no job is released before its fence has signalled", async () => {
    const { ring, driver, finish } = bench({
      release: (job) => {
        expect([job.stage === "complete" || job.stage === "cancelled", job.signalled]).toEqual([true, true]);
        expect(job.queue.state).not.toBe("inactive");
      },
    });
    const queue = ring.queue("q", { jobs: 1 });
    submit(...jobs(queue, "a b c"));
    const destroyed = queue.destroy();
    finish();
    await destroyed;
    expect(driver.called("release")).toEqual(["a", "b", "c"]);
  });
});

describe("killing a queue", () => {
  it("promise 3: cancels what is queued, lets what runs come to its end, and takes no more", () => {
    const { ring, driver, work } = bench();
    const queue = ring.queue("q", { jobs: 2 });
    const all = jobs(queue, "a b c d");
    submit(...all);
    work();
    queue.kill("enough");
    expect(thrownBy(() => queue.job({}))).toMatchObject({ code: "ENODEV" });
    work();
    expect([driver.called("run"), driver.called("cancel")]).toEqual([
      ["a", "b"],
      ["c killed", "d killed"],
    ]);
    driver.complete(all[1], errno.EIO);
    driver.complete(all[0]);
    expect(all.map((job) => job.error)).toEqual([0, errno.EIO, errno.ECANCELED, errno.ECANCELED]);
    expect(all[3]!.failure()).toMatchObject({ cause: "enough" });
    work();
    expect([queue.state, queue.stats]).toEqual([
      "inactive",
      { pushed: 4, done: 1, failed: 1, cancelled: 2, peakCredits: 2 },
    ]);
  });

  it("X1: a queued job is cancelled when its dependencies have signalled, not before", () => {
    const { ring, driver, work, gates } = bench();
    const queue = ring.queue("q");
    const gate = gates.fence();
    const job = queue.job({ label: "j", after: gate.fence });
    submit(job);
    work();
    queue.kill();
    work();
    expect([driver.calls, job.stage]).toEqual([[], "queued"]);
    gate.signal();
    work();
    expect(driver.calls).toEqual(["cancel j killed", "release j"]);
  });

  it("waits for no credits: cancelled jobs need none", () => {
    const { ring, driver, work } = bench();
    const queue = ring.queue("q", { credits: 2 });
    submit(...jobs(queue, "a b c", { cost: 2 }));
    work();
    queue.kill();
    work();
    expect(driver.called("cancel")).toEqual(["b killed", "c killed"]);
  });

  it("promise 1: waits for no slot of the ring, which another queue's hung job may hold", () => {
    const { ring, driver, work } = bench({}, { slots: 1 });
    const [hung, killed, other] = [ring.queue("hung"), ring.queue("killed"), ring.queue("other")];
    submit(...jobs(hung, "h"));
    work();
    const fences = submit(...jobs(other, "o"), ...jobs(killed, "a b"));
    work();
    killed.kill();
    work();
    expect(driver.called("cancel")).toEqual(["a killed", "b killed"]);
    expect([driver.called("run"), fences[0]!.status, killed.state, ring.inFlight]).toEqual([["h"], 0, "inactive", 1]);
  });

  it("a second one changes nothing, not even the cause; nor does destroying after", async () => {
    const { ring, finish, gates } = bench();
    const queue = ring.queue("q");
    const gate = gates.fence();
    const job = queue.job({ after: gate.fence });
    submit(job);
    queue.kill("first");
    queue.kill("second");
    const destroyed = queue.destroy();
    gate.signal();
    finish();
    await destroyed;
    expect(job.failure()).toMatchObject({ code: "ECANCELED", cause: "first" });
  });

  it("after destroying: what had not run by then is cancelled", () => {
    const { ring, driver, work } = bench();
    const queue = ring.queue("q", { jobs: 1 });
    submit(...jobs(queue, "a b c"));
    work();
    void queue.destroy();
    driver.complete();
    work();
    queue.kill();
    work();
    expect([driver.called("run"), driver.called("cancel")]).toEqual([["a", "b"], ["c killed"]]);
  });

  it("from inside `run` of its own job: that one runs on, the next ones are cancelled", () => {
    const { ring, driver, work } = bench();
    const queue = ring.queue("q");
    const killer = queue.job({
      label: "killer",
      run: () => {
        queue.kill();
        return "pending";
      },
    });
    submit(killer, ...jobs(queue, "a b"));
    work();
    expect([driver.called("run"), driver.called("cancel")]).toEqual([["killer"], ["a killed", "b killed"]]);
    driver.complete();
    expect(killer.status).toBe(1);
  });

  it("from inside `cancel`, and from inside a delivery", () => {
    const { ring, driver, work, gates } = bench({ cancel: () => void y.kill() });
    const [x, y] = [ring.queue("x"), ring.queue("y")];
    const gate = gates.fence();
    submit(...jobs(x, "a", { after: gate.fence }), ...jobs(y, "b", { after: gate.fence }));
    deliver(() => {
      x.kill();
      gate.signal();
    });
    work();
    expect(driver.called("cancel")).toEqual(["a killed", "b killed"]);
  });

  it("from inside the driver's answer to a failed dependency: the job is cancelled as killed, not run", () => {
    const { ring, driver, work, gates } = bench({
      dependencyFailed: (job) => {
        job.queue.kill("while asked");
        return "run";
      },
    });
    const queue = ring.queue("q", { onFailedDependency: "ask" });
    const gate = gates.fence();
    const job = queue.job({ label: "j", after: gate.fence });
    submit(job);
    gate.fail(errno.EIO);
    work();
    expect(driver.calls).toEqual(["ask j gate:1", "cancel j killed", "release j"]);
    expect(job.failure()).toMatchObject({ cause: "while asked" });
  });

  it("of a ring kills all its queues, and takes no more", () => {
    const { ring, driver, work } = bench();
    const [x, y] = [ring.queue("x", { jobs: 1 }), ring.queue("y", { jobs: 1 })];
    submit(...jobs(x, "a b"), ...jobs(y, "c d"));
    work();
    ring.kill("all of it");
    work();
    expect(driver.called("cancel").sort()).toEqual(["b killed", "d killed"]);
    expect(thrownBy(() => ring.queue("z"))).toMatchObject({ code: "ENODEV" });
    driver.complete();
    driver.complete();
    work();
    expect(ring.queues).toEqual([]);
  });
});

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

describe("what `cancel` is told and may do", () => {
  it("Q27: is told why, with the cause", () => {
    const reasons: CancelReason[] = [];
    const { ring, work, gates } = bench({ cancel: (_, reason) => void reasons.push(reason) });
    const gate = gates.fence();
    const [x, y, z] = ["x", "y", "z"].map((name) => ring.queue(name));
    submit(
      x!.job({ after: gate.fence }),
      y!.job({ after: gate.fence }),
      z!.job({ after: new Timeline("t").fence().fence }),
    );
    y!.kill("enough");
    gate.fail(errno.EIO);
    work();
    ring.lose(errno.EIO, "unplugged");
    expect(reasons).toHaveLength(3);
    expect(reasons).toContainEqual({ kind: "killed", cause: "enough" });
    expect(reasons).toContainEqual({ kind: "dependency", fence: gate.fence });
    expect(reasons).toContainEqual({ kind: "lost", cause: "unplugged" });
  });

  it("a throw becomes the fence's cause, and stops nothing", () => {
    const wrong = new Error("can't even cancel");
    const { ring, work } = bench({
      cancel: () => {
        throw wrong;
      },
    });
    const queue = ring.queue("q");
    const all = jobs(queue, "a b");
    submit(...all);
    queue.kill();
    work();
    for (const job of all)
      expect([job.stage, job.failure()]).toMatchObject(["released", { code: "ECANCELED", cause: wrong }]);
  });

  it("may complete the jobs before it: all signal, in order, and a later throw changes nothing, but is heard of", () => {
    const { ring, work, driver } = bench({
      cancel: () => {
        driver.complete();
        throw new Error("too late to count");
      },
    });
    const queue = ring.queue("q", { jobs: 1 });
    const all = jobs(queue, "a b");
    const ran = noteAll(submit(...all));
    work();
    queue.kill("enough");
    expect(work).toThrow("too late to count");
    work();
    expect(ran).toEqual(["q:1", "q:2 -125"]);
    expect(all[1]!.failure()).toMatchObject({ cause: "enough" });
  });
});

/** A registration that notes, for each fence, whether it has signalled when it runs. */
function noteSignalled(fences: readonly Fence[], seen: boolean[]): Registration {
  return Registration.post({
    postMessage: () => void seen.push(...fences.map((fence) => fence.state === "signalled")),
  });
}
