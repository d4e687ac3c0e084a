import { describe, expect, it } from "vitest";
import { errno } from "../../src/errors.ts";
import { insideDelivery } from "../../src/fence/delivery.ts";
import { SimPlatform } from "../../src/platform/simulated.ts";
import { RecoveryDomain } from "../../src/queue/recovery/recovery-domain.ts";
import { Ring } from "../../src/queue/ring.ts";
import { submit } from "../../src/queue/submission.ts";
import { bench } from "../support/bench.ts";
import type { DriverHooks, ManualJob } from "../support/manual-driver.ts";
import { ManualDriver } from "../support/manual-driver.ts";
import { thrownBy } from "../support/notes.ts";

/** A device with a handshake for the end of each queue; `answers` are the resolvers of those that it was asked for. */
function handshaking(hooks: DriverHooks = {}) {
  const platform = new SimPlatform({ auto: false });
  const answers: { resolve(): void; reject(error: unknown): void }[] = [];
  const driver = new ManualDriver({
    closeQueue: () => new Promise<void>((resolve, reject) => void answers.push({ resolve, reject })),
    timedOut: () => "reset",
    ...hooks,
  });
  const recovery = new RecoveryDomain(
    "device",
    { stop: () => void (driver.held.length = 0), restart() {} },
    { platform, timeLimit: 1_000 },
  );
  const ring = new Ring<ManualJob>(driver, { platform, recovery });
  return { platform, answers, driver, recovery, ring, work: () => void platform.run(platform.now()) };
}

const settle = async (): Promise<void> => {
  for (let count = 0; count < 10; count++) await Promise.resolve();
};

describe("a queue that is destroyed", () => {
  it("goes through its states: its device is asked when nothing is left, and it is inactive when that has let go", async () => {
    const { ring, driver, answers, work } = handshaking();
    const queue = ring.queue("q");
    submit(queue.job({ label: "last" }));
    const ending = queue.destroy();
    let inactive = false;
    void ending.idle().then(() => (inactive = true));
    work();
    expect([ending.state, driver.called("close")]).toEqual(["destroyed", []]);
    driver.complete();
    work();
    await settle();
    expect(driver.calls.slice(-2)).toEqual(["release last", "close q"]);
    expect([ending.state, inactive, ring.queues.length]).toEqual(["destroyed", false, 1]);
    answers[0]!.resolve();
    await settle();
    expect([ending.state, inactive, ring.queues.length]).toEqual(["inactive", true, 0]);
  });

  it("is released once it is inactive, outside every section, once", async () => {
    const sections: boolean[] = [];
    const { ring, driver, work } = handshaking({
      closeQueue() {},
      releaseQueue: () => void sections.push(insideDelivery()),
    });
    const queue = ring.queue("q");
    const ending = queue.destroy();
    work();
    const inactive = await ending;
    inactive.release();
    inactive.release();
    expect([inactive.state, driver.called("release")]).toEqual(["inactive", []]);
    work();
    inactive.release();
    work();
    expect([inactive.state, ending.state, driver.called("release"), sections]).toEqual([
      "released",
      "released",
      ["queue q"],
      [false],
    ]);
  });

  it("is released by `await using`", async () => {
    const { ring, driver, work } = handshaking({ closeQueue() {} });
    const disposed = ring.queue("q")[Symbol.asyncDispose]();
    work();
    await disposed;
    work();
    expect(driver.called("release")).toEqual(["queue q"]);
  });

  it("asks its device once, however often it is destroyed, killed and waited for", async () => {
    const { ring, driver, answers, work } = handshaking();
    const queue = ring.queue("q");
    const waits = [queue.destroy().idle(), queue.kill().idle(), queue.destroy().idle()];
    work();
    answers[0]!.resolve();
    expect(new Set(await Promise.all(waits)).size).toBe(1);
    expect(driver.called("close")).toEqual(["q"]);
  });

  it("of a device without a handshake is inactive at once", () => {
    const { ring } = bench();
    expect(ring.queue("q").destroy().state).toBe("inactive");
  });

  it("can't be released before it is inactive, whatever the types say", async () => {
    const { ring } = handshaking();
    const queue = ring.queue("q");
    queue.destroy();
    expect(thrownBy(() => queue._teardown.release())).toMatchObject({
      code: "EINVAL",
      message: '[Queue "q"] is destroyed, and can\'t be released',
    });
  });

  it("is waited for by its ring's drain", async () => {
    const { ring, answers, work } = handshaking();
    ring.queue("q").destroy();
    let drained = false;
    void ring.drain().then(() => (drained = true));
    work();
    await settle();
    expect(drained).toBe(false);
    answers[0]!.resolve();
    await settle();
    expect(drained).toBe(true);
  });
});

describe("a handshake that goes wrong", () => {
  it("promise 1: that hangs is a reset, after which the device knows nothing of the queue", async () => {
    const { platform, ring, recovery, answers, work } = handshaking();
    const zombie = ring.queue("zombie").destroy();
    const alive = ring.queue("alive");
    const job = alive.job({ idempotent: true });
    submit(job);
    work();
    platform.run(1_000);
    expect([recovery.resets, zombie.state, job.stage]).toEqual([1, "inactive", "running"]);
    answers[0]!.resolve();
    await settle();
    expect(zombie.state).toBe("inactive");
  });

  it("that is refused, or throws, is a reset too", async () => {
    const made = handshaking();
    made.ring.queue("q").destroy();
    made.work();
    made.answers[0]!.reject(new Error("no such queue"));
    await settle();
    expect(made.recovery.resets).toBe(1);
    const thrower = handshaking({
      closeQueue() {
        throw new Error("of a driver");
      },
    });
    const ending = thrower.ring.queue("q").destroy();
    thrower.work();
    expect([thrower.recovery.resets, ending.state]).toEqual([1, "inactive"]);
  });

  it("is heard of where nothing can be reset, and holds the queue no longer", () => {
    const { ring, platform } = bench({
      closeQueue() {
        throw new Error("of a driver");
      },
    });
    const ending = ring.queue("q").destroy();
    expect(() => platform.run()).toThrow('[Queue "q"] was not let go by its device');
    expect(ending.state).toBe("inactive");
  });

  it("bug: that hung was not heard of where nothing can be reset: it is, in time, and is waited for", async () => {
    let answer = (): void => {};
    const { ring, platform } = bench({ closeQueue: () => new Promise<void>((resolve) => (answer = resolve)) });
    const ending = ring.queue("q").destroy();
    let inactive = false;
    void ending.idle().then(() => (inactive = true));
    platform.run(4_999);
    expect(() => platform.run()).toThrow(
      expect.objectContaining({
        message: '[Queue "q"] was not let go by its device',
        cause: expect.objectContaining({ code: "ETIME", message: "The device did not let go within 5000 ms" }),
      }),
    );
    await settle();
    expect([ending.state, inactive, platform.now(), platform.idle]).toEqual(["destroyed", false, 5_000, true]);
    answer();
    await settle();
    expect([ending.state, inactive]).toEqual(["inactive", true]);
  });

  it("bug: in which the driver had the device reset left a timer, which kept the process alive", async () => {
    for (const answer of [
      () => Promise.resolve(),
      () => Promise.reject(new Error("too late")),
      () => new Promise<void>(() => {}),
    ]) {
      const { ring, recovery, platform, work } = handshaking({
        closeQueue() {
          recovery.reset();
          return answer();
        },
      });
      const ending = ring.queue("q").destroy();
      work();
      expect([ending.state, platform.idle]).toEqual(["inactive", true]);
      await settle();
      expect(recovery.resets).toBe(1);
    }
  });

  it("promise 12: is over when the device is reset for another reason, or lost", () => {
    const { ring, recovery, work } = handshaking();
    const first = ring.queue("first").destroy();
    work();
    recovery.reset();
    expect(first.state).toBe("inactive");
    const second = ring.queue("second").destroy();
    work();
    ring.lose(errno.EIO);
    expect(second.state).toBe("inactive");
  });

  it("isn't begun with a device that is away: it has forgotten the queue", () => {
    const { ring, driver, recovery, work } = handshaking();
    const queue = ring.queue("q");
    const job = queue.job({});
    submit(job);
    work();
    const ending = queue.destroy();
    ring.lose(errno.EIO);
    work();
    expect([ending.state, driver.called("close"), job.error, recovery.state]).toEqual([
      "inactive",
      [],
      errno.EIO,
      "running",
    ]);
  });
});
