import { getEventListeners } from "node:events";
import { describe, expect, it, vi } from "vitest";
import { FenceError, SignalboxError, errno } from "../../src/errors.ts";
import { deliver } from "../../src/fence/delivery.ts";
import type { DriverFence } from "../../src/fence/driver-fence.ts";
import { Timeline } from "../../src/fence/timeline.ts";
import { SimPlatform } from "../../src/platform/simulated.ts";
import { realPlatform } from "../../src/platform/real.ts";
import { thrownBy, traced } from "../support/notes.ts";

function setUp() {
  const platform = new SimPlatform({ auto: false });
  const one = new Timeline("t", { platform }).fence();
  return { platform, one, fence: one.fence };
}

/** Whether anything of a wait is left: a timer, a listener, a registration. */
function expectNothingLeft(platform: SimPlatform, one: DriverFence, signal?: AbortSignal): void {
  expect(platform.idle).toBe(true);
  expect(one.fence._registrations).toBeNull();
  if (signal !== undefined) expect(getEventListeners(signal, "abort")).toEqual([]);
}

describe("a wait", () => {
  it("F25: resolves when the fence signals", async () => {
    const { platform, one, fence } = setUp();
    let over = false;
    const wait = fence.wait().then(() => {
      over = true;
    });
    await Promise.resolve();
    expect(over).toBe(false);
    one.signal();
    await wait;
    expectNothingLeft(platform, one);
  });

  it("resolves at once when it has signalled, whatever the options", async () => {
    const { one, fence } = setUp();
    one.signal();
    await fence.wait();
    await fence.wait({ timeout: 0 });
    await fence.wait({ signal: AbortSignal.abort(), timeout: 0 });
  });

  it("rejects with the fence's failure, before and after the signal", async () => {
    const { platform, one, fence } = setUp();
    const waits = [fence.wait(), fence.wait({ timeout: 100 })];
    one.fail(errno.EIO, "broken");
    for (const wait of [...waits, fence.wait(), fence.wait({ timeout: 0 })]) {
      const error: unknown = await wait.catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(FenceError);
      expect(error).toMatchObject({ code: "EIO", cause: "broken" });
    }
    expectNothingLeft(platform, one);
  });

  it("F24: rejects with ETIMEDOUT after the timeout, not before", async () => {
    const { platform, one, fence } = setUp();
    let error: unknown;
    const wait = fence.wait({ timeout: 50 }).catch((thrown: unknown) => {
      error = thrown;
    });
    platform.run(49);
    await Promise.resolve();
    expect(error).toBeUndefined();
    platform.run(50);
    await wait;
    expect(error).toBeInstanceOf(SignalboxError);
    expect(error).toMatchObject({ code: "ETIMEDOUT", message: "Fence t:1 has not signalled within 50 ms" });
    expectNothingLeft(platform, one);
    expect(fence.state).toBe("published");
  });

  it("F24: a signal before the timeout takes the timer back", async () => {
    const { platform, one, fence } = setUp();
    const wait = fence.wait({ timeout: 50 });
    expect(platform.idle).toBe(false);
    one.signal();
    await wait;
    expectNothingLeft(platform, one);
  });

  it("F24: a timeout of 0 only looks: it registers nothing and sets no timer", async () => {
    const { platform, one, fence } = setUp();
    const wait = fence.wait({ timeout: 0 });
    expectNothingLeft(platform, one);
    await expect(wait).rejects.toMatchObject({ code: "ETIMEDOUT" });
  });

  it("a timeout of Infinity sets no timer", async () => {
    const { platform, one, fence } = setUp();
    const wait = fence.wait({ timeout: Infinity });
    expect(platform.idle).toBe(true);
    one.signal();
    await wait;
  });

  it("F24: a timeout that is negative or NaN is a RangeError at once, also on a signalled fence", () => {
    const { one, fence } = setUp();
    for (const round of [1, 2]) {
      for (const timeout of [-1, NaN, -Infinity]) {
        const error = thrownBy(() => fence.wait({ timeout }));
        expect([round, error.name, error.message]).toEqual([
          round,
          "RangeError",
          `A timeout is 0 ms or more (got ${timeout})`,
        ]);
      }
      one.signal();
    }
  });

  it("a timeout of more than 24.8 days is not over at once, on the real clock", async () => {
    vi.useFakeTimers();
    try {
      const one = new Timeline("t", { platform: realPlatform }).fence();
      let error: unknown;
      const wait = one.fence.wait({ timeout: 2 ** 31 + 10 }).catch((thrown: unknown) => {
        error = thrown;
      });
      await vi.advanceTimersByTimeAsync(2 ** 31);
      expect(error).toBeUndefined();
      await vi.advanceTimersByTimeAsync(10);
      await wait;
      expect(error).toMatchObject({ code: "ETIMEDOUT" });
    } finally {
      vi.useRealTimers();
    }
  });

  it("rejects with the abort's own reason, and leaves nothing behind", async () => {
    const { platform, one, fence } = setUp();
    const controller = new AbortController();
    const wait = fence.wait({ signal: controller.signal, timeout: 100 });
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(1);
    controller.abort("changed my mind");
    await expect(wait).rejects.toBe("changed my mind");
    expectNothingLeft(platform, one, controller.signal);
    one.signal();
    expect(fence.status).toBe(1);
  });

  it("an abort without a reason rejects with an AbortError", async () => {
    const { fence } = setUp();
    const controller = new AbortController();
    const wait = fence.wait({ signal: controller.signal });
    controller.abort();
    await expect(wait).rejects.toMatchObject({ name: "AbortError" });
  });

  it("an abort that came before wins over a fence that has not signalled, and over a timeout of 0", async () => {
    const { platform, one, fence } = setUp();
    const signal = AbortSignal.abort("too late");
    await expect(fence.wait({ signal })).rejects.toBe("too late");
    await expect(fence.wait({ signal, timeout: 0 })).rejects.toBe("too late");
    expectNothingLeft(platform, one, signal);
  });

  it("bug: an abort while the issuer is told of the wait is not lost", async () => {
    const platform = new SimPlatform({ auto: false });
    const controller = new AbortController();
    const enableSignalling = (): boolean => {
      controller.abort("stop");
      return true;
    };
    const one = new Timeline("t", { platform }).fence({ enableSignalling });
    const wait = one.fence.wait({ timeout: 10, signal: controller.signal });
    expectNothingLeft(platform, one, controller.signal);
    await expect(wait).rejects.toBe("stop");
  });

  it("a signal leaves no listener behind, and a later abort changes nothing", async () => {
    const { platform, one, fence } = setUp();
    const controller = new AbortController();
    const wait = fence.wait({ signal: controller.signal, timeout: 10 });
    one.signal();
    await wait;
    expectNothingLeft(platform, one, controller.signal);
    controller.abort();
  });

  it("a timeout leaves no listener behind", async () => {
    const { platform, one, fence } = setUp();
    const controller = new AbortController();
    const wait = fence.wait({ signal: controller.signal, timeout: 10 });
    platform.run(10);
    await expect(wait).rejects.toMatchObject({ code: "ETIMEDOUT" });
    expectNothingLeft(platform, one, controller.signal);
  });

  it("ends once: the abort of one wait leaves the others", async () => {
    const { one, fence } = setUp();
    const controller = new AbortController();
    const waits = [fence.wait(), fence.wait({ signal: controller.signal }), fence.wait({ timeout: 5 })];
    controller.abort("mine");
    one.signal();
    expect((await Promise.allSettled(waits)).map(({ status }) => status)).toEqual([
      "fulfilled",
      "rejected",
      "fulfilled",
    ]);
  });

  it("promise 6: nothing of who waits runs inside the section that signals", async () => {
    const { one, fence } = setUp();
    const steps: string[] = [];
    const wait = fence.wait().then(() => steps.push("waiter"));
    deliver(() => {
      one.signal();
      steps.push("signaller");
    });
    steps.push("after");
    await wait;
    expect(steps).toEqual(["signaller", "after", "waiter"]);
  });

  it("many waits end in the order in which they began", async () => {
    const { one, fence } = setUp();
    const ended: number[] = [];
    const waits = Array.from({ length: 20 }, async (_, index) => {
      await fence.wait(index % 2 === 0 ? {} : { timeout: 100 });
      ended.push(index);
    });
    one.signal();
    await Promise.all(waits);
    expect(ended).toEqual(Array.from({ length: 20 }, (_, index) => index));
  });

  it("tells the trace of its beginning and of how it ended", async () => {
    const told: string[] = [];
    const tracer = {
      waitStarted: () => void told.push("started"),
      waitEnded: (_: unknown, outcome: string) => void told.push(outcome),
    };
    const outcomes = async (
      options: { timeout?: number; signal?: AbortSignal } | undefined,
      act: (set: ReturnType<typeof setUp>) => void,
    ) => {
      const set = setUp();
      told.length = 0;
      const wait = traced(tracer, () => {
        const begun = set.fence.wait(options).catch(() => {});
        act(set);
        return begun;
      });
      await wait;
      return [...told];
    };
    const signal = ({ one }: ReturnType<typeof setUp>): void => void one.signal();
    expect(await outcomes(undefined, signal)).toEqual(["started", "signalled"]);
    expect(await outcomes({ timeout: 5 }, signal)).toEqual(["started", "signalled"]);
    expect(await outcomes(undefined, ({ one }) => one.fail(errno.EIO))).toEqual(["started", "failed"]);
    expect(await outcomes({ timeout: 5 }, ({ one }) => one.fail(errno.EIO))).toEqual(["started", "failed"]);
    expect(await outcomes({ timeout: 5 }, ({ platform }) => platform.run())).toEqual(["started", "timeout"]);
    const controller = new AbortController();
    expect(await outcomes({ signal: controller.signal }, () => controller.abort())).toEqual(["started", "aborted"]);
  });
});
