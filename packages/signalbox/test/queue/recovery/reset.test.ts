import { describe, expect, it } from "vitest";
import { errno } from "../../../src/errors.ts";
import type { ResetHandler } from "../../../src/driver.ts";
import { Timeline } from "../../../src/fence/timeline.ts";
import { SimPlatform } from "../../../src/platform/simulated.ts";
import { RecoveryDomain } from "../../../src/queue/recovery/recovery-domain.ts";
import type { RecoveryOptions } from "../../../src/queue/recovery/recovery-options.ts";
import { Ring } from "../../../src/queue/ring.ts";
import { submit } from "../../../src/queue/submission.ts";
import { ManualDriver } from "../../support/manual-driver.ts";
import type { DriverHooks, ManualJob } from "../../support/manual-driver.ts";
import { nameOf, thrownBy, traced } from "../../support/notes.ts";

/** A device of two rings that is reset as a whole; what it held is forgotten at `stop`. */
function device(handler: Partial<ResetHandler> = {}, options: RecoveryOptions = {}, hooks: DriverHooks = {}) {
  const platform = new SimPlatform({ auto: false });
  const told: string[] = [];
  const drivers = ["a", "b"].map((name) => new ManualDriver({ timedOut: () => "reset", ...hooks }, name));
  const recovery = new RecoveryDomain(
    "device",
    {
      stop() {
        told.push("stop");
        handler.stop?.();
        for (const driver of drivers) driver.held.length = 0;
      },
      restart(attempt) {
        told.push(`restart ${attempt} at ${platform.now()}`);
        return handler.restart?.(attempt);
      },
      gone(cause) {
        told.push(`gone: ${(cause as Error).message}`);
      },
    },
    { platform, ...options },
  );
  const rings = drivers.map((driver) => new Ring<ManualJob>(driver, { platform, recovery }));
  return {
    platform,
    told,
    recovery,
    drivers: drivers as [ManualDriver, ManualDriver],
    rings: rings as [Ring<ManualJob>, Ring<ManualJob>],
    work: () => void platform.run(platform.now()),
  };
}

describe("a reset on account of a job", () => {
  it("ends the guilty one with ETIME, runs idempotent ones again in order, and ends the others with ECANCELED", () => {
    const { platform, rings, drivers, told } = device();
    const first = rings[0].queue("first", { timeout: 100 });
    const second = rings[1].queue("second");
    const guilty = first.job({ label: "guilty" });
    const behind = first.job({ label: "behind", idempotent: true });
    const other = second.job({ label: "other" });
    const again = second.job({ label: "again", idempotent: true });
    const fences = submit(guilty, behind, other, again);
    platform.run(100);
    expect(told).toEqual(["stop", "restart 1 at 100"]);
    expect(fences.map(({ error }) => error)).toEqual([errno.ETIME, 0, errno.ECANCELED, 0]);
    expect([behind.stage, again.stage]).toEqual(["running", "running"]);
    expect(drivers[0].called("run")).toEqual(["guilty", "behind", "behind"]);
    expect(drivers[1].called("run")).toEqual(["other", "again", "again"]);
    expect([...drivers[0].called("cancel"), ...drivers[1].called("cancel")]).toEqual([]);
    expect(other.failure()!.message).toContain(
      'was cancelled, since its device was reset on account of [Job "guilty"]',
    );
    for (const driver of drivers) driver.complete();
    expect([behind.status, again.status]).toEqual([1, 1]);
  });

  it("gives the credits of each job back once, and takes them again for a retry (promise 5)", () => {
    const { platform, rings, recovery, drivers } = device();
    const queue = rings[0].queue("q", { credits: 10 });
    submit(queue.job({ cost: 4, idempotent: true }), queue.job({ cost: 6 }), queue.job({ cost: 5, idempotent: true }));
    platform.run(0);
    expect(queue.creditsInFlight).toBe(10);
    recovery.reset();
    expect(queue.creditsInFlight).toBe(0);
    platform.run(0);
    expect(queue.creditsInFlight).toBe(9);
    drivers[0].complete();
    drivers[0].complete();
    expect(queue.creditsInFlight).toBe(0);
  });

  it("holds back what ended behind a job that is run again (promise 2)", () => {
    const { rings, recovery, drivers, work } = device();
    const queue = rings[0].queue("q");
    const signalled: string[] = [];
    const a = queue.job({ idempotent: true });
    const b = queue.job({});
    const c = queue.job({ idempotent: true });
    traced({ fenceSignalled: (fence) => void signalled.push(`${nameOf(fence)} ${fence.error}`) }, () => {
      submit(a, b, c);
      work();
      recovery.reset("why");
      work();
      expect(signalled).toEqual([]);
      drivers[0].complete(c);
      expect(signalled).toEqual([]);
      drivers[0].complete(a);
      expect(signalled).toEqual(["q:1 0", `q:2 ${errno.ECANCELED}`, "q:3 0"]);
    });
  });

  it("runs a job again a bounded number of times", () => {
    const { rings, recovery, drivers, work } = device();
    const queue = rings[0].queue("q", { retries: 2 });
    const job = queue.job({ label: "again", idempotent: true });
    submit(job);
    for (let count = 0; count < 3; count++) {
      work();
      recovery.reset();
    }
    work();
    expect([drivers[0].called("run").length, job.error]).toEqual([3, errno.ECANCELED]);
  });

  it("leaves what waits where it is, and its dependencies count", () => {
    const { platform, rings, recovery, drivers, work } = device();
    const gate = new Timeline("gate", { platform }).fence();
    const queue = rings[0].queue("q");
    const retried = queue.job({ label: "retried", idempotent: true });
    const waiting = queue.job({ label: "waiting", after: gate.fence });
    submit(retried, waiting);
    work();
    recovery.reset();
    work();
    drivers[0].complete(retried);
    work();
    expect(waiting.stage).toBe("queued");
    gate.signal();
    work();
    expect(waiting.stage).toBe("running");
  });

  it("takes what the device had completed before it takes anything back", () => {
    const made = device({
      stop: () => void made.drivers[0].complete(),
    });
    const queue = made.rings[0].queue("q");
    const fences = submit(queue.job({}), queue.job({}));
    made.work();
    made.recovery.reset();
    expect(fences.map(({ error, signalled }) => signalled && error)).toEqual([0, errno.ECANCELED]);
  });

  it("hears no late completion of what it has taken back", () => {
    const { rings, recovery, work } = device();
    const queue = rings[0].queue("q");
    const job = queue.job({ idempotent: true });
    submit(job);
    work();
    recovery.reset();
    expect([queue.complete(job), job.signalled, job.stage]).toEqual([false, false, "queued"]);
  });

  it("lets go of the fence that the device gave before it forgot the job", () => {
    const { platform, rings, recovery, work } = device();
    const hardware = new Timeline("hardware", { platform });
    const given = [hardware.fence(), hardware.fence()];
    let runs = 0;
    const job = rings[0].queue("q").job({ idempotent: true, run: () => given[runs++]!.fence });
    submit(job);
    work();
    recovery.reset();
    work();
    given[0]!.signal();
    expect(job.signalled).toBe(false);
    given[1]!.signal();
    expect(job.status).toBe(1);
  });

  it("signals `started` once, at the first start", () => {
    const { rings, recovery, drivers, work } = device();
    const job = rings[0].queue("q").job({ idempotent: true });
    const { started } = job;
    submit(job);
    work();
    const when = started.timestamp;
    recovery.reset();
    work();
    drivers[0].complete();
    expect([started.status, started.timestamp, job.status]).toEqual([1, when, 1]);
  });

  it("tells traces what halted, on whose account, what was taken back, and what went on", () => {
    const { platform, rings } = device();
    const told: string[] = [];
    traced(
      {
        ringHalted: (ring, guilty) => void told.push(`${ring.name} halted for ${guilty?.label}`),
        jobTakenBack: (job) => void told.push(`${job.label} taken back`),
        ringResumed: (ring) => void told.push(`${ring.name} resumed`),
      },
      () => {
        const queue = rings[0].queue("q", { timeout: 10 });
        submit(queue.job({ label: "guilty" }), queue.job({ label: "again", idempotent: true }));
        platform.run(10);
      },
    );
    expect(told).toEqual(["a halted for guilty", "b halted for guilty", "again taken back", "a resumed", "b resumed"]);
  });
});

describe("bug: a reset by a driver that is asked about a failed dependency loses no job", () => {
  /** Runs one job, and has the device reset when the driver is asked about the job behind it. */
  function resetWhenAsked(handler: Partial<ResetHandler>) {
    let asked = 0;
    const dependencyFailed = (): "run" => {
      asked++;
      if (asked === 1) made.recovery.reset();
      return "run";
    };
    const made = device(handler, {}, { dependencyFailed });
    const gate = new Timeline("gate", { platform: made.platform }).fence();
    const queue = made.rings[0].queue("q", { onFailedDependency: "ask" });
    const fences = submit(
      queue.job({ label: "first", idempotent: true }),
      queue.job({ label: "second", after: gate.fence }),
    );
    made.work();
    gate.fail(errno.EIO);
    made.work();
    return { ...made, fences };
  }

  it("of a device that is back at once: they run again in order", async () => {
    const { drivers, fences, work } = resetWhenAsked({});
    await Promise.resolve();
    work();
    expect(drivers[0].called("run")).toEqual(["first", "first", "second"]);
    for (let count = 0; count < 2; count++) drivers[0].complete();
    expect(fences.map(({ status }) => status)).toEqual([1, 1]);
  });

  it("of one that takes its time: nothing is started meanwhile", async () => {
    let back = (): void => {};
    const { drivers, work } = resetWhenAsked({ restart: () => new Promise<void>((resolve) => (back = resolve)) });
    expect(drivers[0].called("run")).toEqual(["first"]);
    back();
    await Promise.resolve();
    work();
    expect(drivers[0].called("run")).toEqual(["first", "first", "second"]);
  });
});

describe("while the device is being reset", () => {
  it("jobs are taken, and wait; nothing is started", () => {
    let back = (): void => {};
    const { rings, recovery, drivers, work } = device({
      restart: () => new Promise<void>((resolve) => (back = resolve)),
    });
    recovery.reset();
    const queue = rings[0].queue("q", { bypass: true });
    const [fence] = submit(queue.job({ label: "later" }));
    work();
    expect([recovery.state, drivers[0].called("run"), fence.state]).toEqual(["resetting", [], "published"]);
    back();
    return Promise.resolve().then(() => {
      work();
      expect([recovery.state, drivers[0].called("run")]).toEqual(["running", ["later"]]);
    });
  });

  it("promise 3: a queue can be killed, and what never ran is cancelled once; what ran is not", () => {
    const { rings, recovery, drivers, work } = device({ restart: () => new Promise<void>(() => {}) });
    const queue = rings[0].queue("q", { jobs: 1 });
    const ran = queue.job({ label: "ran", idempotent: true });
    const never = queue.job({ label: "never" });
    submit(ran, never);
    work();
    recovery.reset();
    queue.kill();
    work();
    expect(drivers[0].called("cancel")).toEqual(["never killed"]);
    expect([ran.error, never.error, queue.state]).toEqual([errno.ECANCELED, errno.ECANCELED, "inactive"]);
  });
});

describe("a device that doesn't come back", () => {
  it("is tried again after a back-off that doubles, and then gone: everything ends with EIO", async () => {
    const { platform, rings, recovery, told } = device(
      {
        restart: (attempt) => {
          if (attempt === 1) throw new Error("no power");
          return Promise.reject(new Error("no firmware"));
        },
      },
      { attempts: 3, backoff: 100 },
    );
    const queue = rings[1].queue("q", { timeout: 10 });
    const [guilty, waiting] = submit(queue.job({}), queue.job({ idempotent: true }));
    const settled = recovery.settled.bind(recovery);
    platform.run(10);
    const over = settled();
    for (let count = 0; count < 4; count++) {
      await Promise.resolve();
      platform.run(platform.now() + 200);
    }
    await over;
    expect(told.slice(0, 4)).toEqual(["stop", "restart 1 at 10", "restart 2 at 110", "restart 3 at 410"]);
    expect(told[4]).toBe('gone: [Device "device"] did not come back after 3 attempts');
    expect([recovery.state, guilty.error, waiting.error]).toEqual(["gone", errno.ETIME, errno.EIO]);
    expect(waiting.failure()!.cause).toMatchObject({ cause: { message: "no firmware" } });
    expect([recovery.reset(), recovery.giveUp()]).toEqual([false, false]);
    expect(thrownBy(() => queue.job({})).code).toBe("ENODEV");
    expect(thrownBy(() => rings[0].queue("new")).code).toBe("ENODEV");
  });

  it("promise 1: an attempt that hangs has failed, and what becomes of it later is ignored", async () => {
    const resolves: (() => void)[] = [];
    const { platform, rings, recovery } = device(
      { restart: () => new Promise<void>((resolve) => void resolves.push(resolve)) },
      { attempts: 2, backoff: 50, timeLimit: 1_000 },
    );
    const [fence] = submit(rings[0].queue("q").job({ idempotent: true }));
    platform.run(0);
    recovery.reset();
    platform.run(1_050);
    expect([resolves.length, recovery.state]).toEqual([2, "resetting"]);
    resolves[0]!();
    await Promise.resolve();
    expect(recovery.state).toBe("resetting");
    platform.run(2_050);
    expect([recovery.state, fence.error]).toEqual(["gone", errno.EIO]);
    resolves[1]!();
    await Promise.resolve();
    expect(recovery.state).toBe("gone");
  });

  it("given up while it runs ends everything at once", () => {
    const { rings, recovery, work, told } = device();
    const [fence] = submit(rings[0].queue("q").job({}));
    work();
    expect(recovery.giveUp(new Error("unplugged"))).toBe(true);
    expect([fence.error, told, recovery.state]).toEqual([errno.EIO, ["gone: unplugged"], "gone"]);
  });
});

describe("bug: a reset that was asked for while the device came back was forgotten", () => {
  /** A device whose restarts are answered by hand. */
  function answering(options: RecoveryOptions = {}) {
    const answers: { back(): void; refuse(error: unknown): void }[] = [];
    const made = device(
      { restart: () => new Promise<void>((back, refuse) => void answers.push({ back, refuse })) },
      { backoff: 100, timeLimit: 1_000, ...options },
    );
    return { ...made, answers };
  }

  it.each(["after", "before"] as const)(
    "and jobs ran on what had been lost: asked for in the turn of the restart's answer, %s it",
    async (when) => {
      const { platform, rings, recovery, drivers, answers, told } = answering();
      const [fence] = submit(rings[0].queue("q").job({ label: "again", idempotent: true }));
      platform.run(0);
      recovery.reset("first");
      if (when === "after") answers[0]!.back();
      expect(recovery.reset("second")).toBe(true);
      if (when === "before") answers[0]!.back();
      await Promise.resolve();
      platform.run(99);
      expect([recovery.state, drivers[0].called("run").length]).toEqual(["resetting", 1]);
      platform.run(100);
      expect(told).toEqual(["stop", "restart 1 at 0", "restart 2 at 100"]);
      answers[1]!.back();
      await Promise.resolve();
      platform.run(100);
      expect([recovery.state, recovery.resets, drivers[0].called("run").length]).toEqual(["running", 1, 2]);
      drivers[0].complete();
      expect(fence.status).toBe(1);
    },
  );

  it("by a restart that answers at once, too", () => {
    const made = device({
      restart: (attempt) => {
        if (attempt === 1) made.recovery.reset("at once");
      },
    });
    made.recovery.reset();
    expect(made.recovery.state).toBe("resetting");
    made.platform.run(100);
    expect([made.told, made.recovery.state]).toEqual([["stop", "restart 1 at 0", "restart 2 at 100"], "running"]);
  });

  it("and counts as one attempt, however often it is asked for, and whatever the attempt answers", async () => {
    const { platform, recovery, answers, told } = answering({ attempts: 3 });
    recovery.reset("first");
    recovery.reset("second");
    recovery.reset("third");
    answers[0]!.refuse(new Error("no power"));
    await Promise.resolve();
    platform.run(100);
    recovery.reset("fourth");
    platform.run(1_100);
    platform.run(1_300);
    answers[2]!.back();
    await Promise.resolve();
    expect(told).toEqual(["stop", "restart 1 at 0", "restart 2 at 100", "restart 3 at 1300"]);
    expect(recovery.state).toBe("running");
  });

  it("and has a limit: a device that is lost each time that it comes back is gone, for the last cause", async () => {
    const { platform, rings, recovery, answers, told } = answering({ attempts: 2 });
    const [fence] = submit(rings[0].queue("q").job({ idempotent: true }));
    recovery.reset("first");
    for (const cause of ["second", "third"]) {
      recovery.reset(cause);
      answers.at(-1)!.back();
      await Promise.resolve();
      platform.run(platform.now() + 100);
    }
    expect([recovery.state, told.at(-1)]).toEqual([
      "gone",
      'gone: [Device "device"] did not come back after 2 attempts',
    ]);
    expect(fence.failure()!.cause).toMatchObject({ cause: "third" });
    expect(recovery.reset()).toBe(false);
  });

  it("but not where the next attempt is still to come: that does it", async () => {
    const made = device(
      {
        stop: () => void answers.push(made.recovery.reset("while it is stopped")),
        restart(attempt) {
          if (attempt === 1) throw new Error("no power");
        },
      },
      { backoff: 100 },
    );
    const answers: boolean[] = [];
    made.recovery.reset();
    answers.push(made.recovery.reset("in the back-off"));
    made.platform.run(100);
    expect([answers, made.recovery.state]).toEqual([[false, false], "running"]);
  });
});

describe("a queue that is banned", () => {
  it("is killed when its jobs have caused so many resets; its neighbours are not", () => {
    const { platform, rings, drivers } = device();
    const bad = rings[0].queue("bad", { timeout: 10, banAfter: 2 });
    const good = rings[0].queue("good");
    const jobs = [1, 2, 3].map((count) => bad.job({ label: `bad ${count}` }));
    submit(...jobs);
    const kept = good.job({ label: "kept", idempotent: true });
    submit(kept);
    platform.run(100);
    expect(jobs.map(({ error }) => error)).toEqual([errno.ETIME, errno.ECANCELED, errno.ECANCELED]);
    expect(bad.state).toBe("usable");
    submit(bad.job({ label: "bad 4" }), bad.job({ label: "bad 5", idempotent: true }));
    platform.run(200);
    expect(bad.state).toBe("inactive");
    expect(thrownBy(() => bad.job({})).code).toBe("ENODEV");
    expect([kept.stage, drivers[0].called("run").filter((name) => name === "kept").length]).toEqual(["running", 3]);
  });
});

describe("promise 12: a reset with queues in any state", () => {
  it("leaves no job unsignalled, and releases all", () => {
    const { rings, recovery, drivers, work } = device();
    const usable = rings[0].queue("usable");
    const draining = rings[0].queue("draining");
    const killed = rings[1].queue("killed");
    const empty = rings[1].queue("empty");
    const all = [usable, draining, killed].flatMap((queue) => [
      queue.job({ label: `${queue.name} 1` }),
      queue.job({ label: `${queue.name} 2`, idempotent: true }),
    ]);
    submit(...all);
    work();
    void draining.destroy();
    killed.kill();
    void empty.destroy();
    recovery.reset();
    work();
    for (const driver of drivers) while (driver.held.length > 0) driver.complete();
    work();
    expect(all.map(({ error, stage }) => `${error} ${stage}`)).toEqual([
      "-125 released",
      "0 released",
      "-125 released",
      "0 released",
      "-125 released",
      "-125 released",
    ]);
    expect([usable, draining, killed, empty].map(({ state }) => state)).toEqual([
      "usable",
      "inactive",
      "inactive",
      "inactive",
    ]);
  });
});

it.each([
  [{ attempts: 0 }, "attempts"],
  [{ attempts: 1.5 }, "attempts"],
  [{ backoff: -1 }, "back-off"],
  [{ timeLimit: 0 }, "time limit"],
])("options that make no sense are a RangeError: %o", (options, word) => {
  const error = thrownBy(() => device({}, options));
  expect(error).toBeInstanceOf(RangeError);
  expect(error.message).toContain(word);
});
