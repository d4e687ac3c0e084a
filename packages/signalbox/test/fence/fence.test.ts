import { describe, expect, it } from "vitest";
import { FenceError, errno } from "../../src/errors.ts";
import { insideDelivery } from "../../src/fence/delivery.ts";
import { Fence, signalFence } from "../../src/fence/fence.ts";
import { Registration } from "../../src/fence/registration.ts";
import { ARMED, FRESH, PUBLISHED } from "../../src/fence/state.ts";
import { TimelineCore } from "../../src/fence/timeline-core.ts";
import { Timeline } from "../../src/fence/timeline.ts";
import { SimPlatform } from "../../src/platform/simulated.ts";
import { submit } from "../../src/queue/submission.ts";
import { bench } from "../support/bench.ts";
import { noting, thrownBy, traced } from "../support/notes.ts";

const platform = new SimPlatform({ auto: false });

describe("a fence's state", () => {
  it("F2: goes one way: published, then signalled, and nothing brings it back", () => {
    const one = new Timeline("one", { platform }).fence();
    expect([one.fence.state, one.fence.signalled, one.fence.status]).toEqual(["published", false, 0]);
    one.signal();
    one.signal();
    expect([one.fence.state, one.fence.signalled, one.fence.status]).toEqual(["signalled", true, 1]);
  });

  it("F2: a job's fence goes fresh, published, signalled", () => {
    const { ring, finish } = bench();
    const job = ring.queue("q").job({});
    expect([job.state, job.seqno]).toEqual(["fresh", 0]);
    submit(job);
    expect([job.state, job.seqno]).toEqual(["published", 1]);
    finish();
    expect([job.state, job.seqno]).toEqual(["signalled", 1]);
  });

  it("F5: ids of timelines are never used again, whoever makes them", () => {
    const ids = Array.from({ length: 100 }, (_, index) => new Timeline(`t${index}`, { platform }).context);
    const { ring } = bench();
    ids.push(...Array.from({ length: 100 }, () => ring.queue("same").job({}).context));
    expect(new Set(ids).size).toBe(200);
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
  });

  it("F3: a timeline without a name, or without a driver's, is refused", () => {
    expect(thrownBy(() => new Timeline("")).code).toBe("EINVAL");
    expect(thrownBy(() => new Timeline("x", { driver: "" })).message).toContain('"x"');
  });

  it("F30: its kind never changes, whatever becomes of it", () => {
    const { ring, finish, gates } = bench();
    const gate = gates.fence();
    const job = ring.queue("q").job({});
    const kinds = (): string[] => [gate.fence.kind, job.kind];
    expect(kinds()).toEqual(["plain", "job"]);
    submit(job);
    gate.signal();
    finish();
    expect(job.stage).toBe("released");
    expect(kinds()).toEqual(["plain", "job"]);
  });

  it("F4, F20: has its seqno as an exact point too, and is enabled by the first who registers or asks for it", () => {
    const { ring, finish } = bench();
    const job = ring.queue("q").job({});
    expect([job.point, job.enabled]).toEqual([0n, false]);
    expect(thrownBy(() => job.enableSignalling()).code).toBe("EINVAL");
    submit(job);
    expect([job.point, job.enabled]).toEqual([1n, false]);
    const registration = noting([], "");
    job.register(registration);
    registration.cancel();
    expect([job.enabled, job.enableSignalling()]).toEqual([true, true]);
    finish();
    const one = new Timeline("t", { platform }).fence();
    expect([one.fence.enableSignalling(), one.fence.enabled]).toEqual([true, true]);
    one.signal();
  });

  it("F29: names stay readable when the issuer is gone", async () => {
    const { ring, finish } = bench();
    const queue = ring.queue("short-lived");
    const job = queue.job({});
    submit(job);
    const destroyed = queue.destroy();
    finish();
    await destroyed;
    expect([job.timelineName, job.driverName, job.queueName]).toEqual(["short-lived", "manual", "short-lived"]);
  });

  it("F29: a signalled fence keeps its names, not placeholders", () => {
    const one = new Timeline("frames", { platform, driver: "display" }).fence();
    one.signal();
    expect([one.fence.timelineName, one.fence.driverName]).toEqual(["frames", "display"]);
  });

  it("F18: the timestamp is the time of the signal, and there is none before", () => {
    const clock = new SimPlatform({ auto: false });
    const one = new Timeline("t", { platform: clock }).fence();
    expect(one.fence.timestamp).toBeUndefined();
    clock.run(17.5);
    one.signal();
    clock.run(20);
    expect(one.fence.timestamp).toBe(17.5);
  });

  it("F18: fences that signal in one delivery share one reading of the clock", () => {
    const clock = new SimPlatform({ auto: false });
    let readings = 0;
    const counting = new Proxy(clock, {
      get: (target, name) => {
        if (name === "now") readings++;
        const member: unknown = Reflect.get(target, name);
        return typeof member === "function" ? member.bind(target) : member;
      },
    });
    const timeline = new Timeline("t", { platform: counting });
    const fences = Array.from({ length: 50 }, () => timeline.fence().fence);
    timeline.signalThrough(50);
    expect(readings).toBe(1);
    expect(new Set(fences.map((fence) => fence.timestamp)).size).toBe(1);
  });
});

describe("a fence's error", () => {
  it("F9, F10: is not seen before the signal, and is after it", () => {
    const timeline = new Timeline("t", { platform });
    const one = timeline.fence();
    one.fence._setError(errno.EIO, "stored early");
    expect([one.fence.error, one.fence.status, one.fence.failure()]).toEqual([0, 0, undefined]);
    one.signal();
    expect([one.fence.error, one.fence.status]).toEqual([errno.EIO, errno.EIO]);
    expect(one.fence.failure()?.code).toBe("EIO");
  });

  it("F9: what runs on the signal sees the error", () => {
    const one = new Timeline("t", { platform }).fence();
    const seen: unknown[] = [];
    one.fence.register(Registration.post({ postMessage: (message) => seen.push(message, one.fence.error) }));
    one.fail(errno.ETIME);
    expect(seen).toEqual([{ context: one.fence.context, seqno: 1, error: errno.ETIME }, errno.ETIME]);
  });

  it("F11: zero, a positive number, or one out of range can't be an error, and the fence stays unsignalled", () => {
    const one = new Timeline("t", { platform }).fence();
    for (const wrong of [0, 5, 125, -4096, -1.5, NaN, -Infinity]) {
      expect(() => one.fail(wrong)).toThrow(RangeError);
      expect(() => one.fail(wrong)).toThrow(`got ${wrong}`);
    }
    expect(one.fence.state).toBe("published");
    expect(one.fail(-4095)).toBe(true);
    expect(one.fence.failure()?.code).toBe("E4095");
  });

  it("a failure tells the fence, the error's name and the cause", () => {
    const one = new Timeline("download", { platform }).fence();
    const cause = new Error("connection reset");
    one.fail(errno.EIO, cause);
    const failure = one.fence.failure();
    expect(failure).toBeInstanceOf(FenceError);
    expect(failure).toMatchObject({
      name: "FenceError",
      code: "EIO",
      errno: -5,
      timeline: "download",
      seqno: 1,
      job: undefined,
      queue: undefined,
    });
    expect(failure?.message).toBe("Fence download:1 failed: EIO (connection reset)");
    expect(failure?.cause).toBe(cause);
  });

  it("a failure without a cause has no property `cause`", () => {
    const one = new Timeline("t", { platform }).fence();
    one.fail(errno.EIO);
    expect(one.fence.failure()).not.toHaveProperty("cause");
  });
});

describe("a signal", () => {
  it("F12: state first, then the trace, then the registrations, in the order in which they came", () => {
    const one = new Timeline("t", { platform }).fence();
    const steps: string[] = [];
    const note = (word: string): void =>
      void steps.push(`${word}: ${one.fence.state}, stamped ${one.fence.timestamp !== undefined}`);
    for (const word of ["first", "second", "third"]) {
      one.fence.register(Registration.post({ postMessage: () => note(word) }));
    }
    traced({ fenceSignalled: () => note("trace") }, () => one.signal());
    expect(steps).toEqual(["trace", "first", "second", "third"].map((word) => `${word}: signalled, stamped true`));
  });

  it("F12: a registration is idle again, and can be put on another fence, before it acts", () => {
    const timeline = new Timeline("t", { platform });
    const [one, two] = [timeline.fence(), timeline.fence()];
    const seen: number[] = [];
    const again: Registration = Registration.post({
      postMessage: ({ seqno }) => {
        seen.push(seqno);
        expect(again.registered).toBe(false);
        if (seqno === 1) expect(two.fence.register(again)).toBe("registered");
      },
    });
    one.fence.register(again);
    one.signal();
    expect([seen, again.registered]).toEqual([[1], true]);
    two.signal();
    expect([seen, again.registered]).toEqual([[1, 2], false]);
  });

  it("F13: a second signal changes nothing and says so", () => {
    const clock = new SimPlatform({ auto: false });
    const one = new Timeline("t", { platform: clock }).fence();
    const ran: string[] = [];
    one.fence.register(noting(ran, "ran"));
    expect(one.signal()).toBe(true);
    clock.run(5);
    expect([one.signal(), one.fail(errno.EIO, "late"), signalFence(one.fence)]).toEqual([false, false, false]);
    expect([one.fence.error, one.fence.timestamp, ran]).toEqual([0, 0, ["ran"]]);
  });

  it("F15: the registrations have run when `signal` returns", () => {
    const one = new Timeline("t", { platform }).fence();
    const ran: string[] = [];
    one.fence.register(noting(ran, "ran"));
    one.signal();
    expect(ran).toEqual(["ran"]);
    expect(insideDelivery()).toBe(false);
  });

  it("F1: a signalled fence keeps no list of registrations", () => {
    const one = new Timeline("t", { platform }).fence();
    for (let count = 0; count < 3; count++) one.fence.register(noting([], ""));
    expect(one.fence._registrations).not.toBeNull();
    one.signal();
    expect(one.fence._registrations).toBeNull();
  });
});

describe("who may be registered on", () => {
  it("a fence that nobody has promised takes no registration and no wait", () => {
    const core = new TimelineCore("bare", "test", platform);
    for (const state of [FRESH, ARMED] as const) {
      const fence = new Fence(core, 0, state);
      expect(thrownBy(() => fence.register(noting([], ""))).code).toBe("EINVAL");
      expect(thrownBy(() => fence.wait()).code).toBe("EINVAL");
      expect(thrownBy(() => fence.wait({ timeout: 0 })).code).toBe("EINVAL");
      expect(fence._registrations).toBeNull();
    }
    expect(new Fence(core, 1, PUBLISHED).register(noting([], ""))).toBe("registered");
  });
});

describe("a deadline", () => {
  it("F28: is a hint that a fence without an issuer to tell ignores", () => {
    const one = new Timeline("t", { platform }).fence();
    one.fence.setDeadline(5);
    one.signal();
    one.fence.setDeadline(5);
    expect(one.fence.error).toBe(0);
  });

  it("F28: one that is no time is a RangeError", () => {
    const { fence } = new Timeline("t", { platform }).fence();
    for (const wrong of [NaN, Infinity, -Infinity]) expect(() => fence.setDeadline(wrong)).toThrow(RangeError);
  });
});
