import { describe, expect, it } from "vitest";
import { errno } from "../../src/errors.ts";
import { deliver } from "../../src/fence/delivery.ts";
import { submit } from "../../src/queue/submission.ts";
import { bench, jobs } from "../support/bench.ts";
import { thrownBy } from "../support/notes.ts";

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
