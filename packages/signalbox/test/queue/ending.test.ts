/** Queues that come to their end: drained, destroyed; and what the driver's `cancel` is told, however they do. */
import { describe, expect, it } from "vitest";
import { errno } from "../../src/errors.ts";
import type { CancelReason } from "../../src/driver.ts";
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
