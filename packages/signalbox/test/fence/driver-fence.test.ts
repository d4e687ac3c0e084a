import { describe, expect, it } from "vitest";
import { errno } from "../../src/errors.ts";
import { Registration } from "../../src/fence/registration.ts";
import { Timeline } from "../../src/fence/timeline.ts";
import { SimPlatform } from "../../src/platform/simulated.ts";
import { noting, thrownBy } from "../support/notes.ts";

const platform = new SimPlatform({ auto: false });
const timeline = () => new Timeline("t", { platform });

describe("a driver fence", () => {
  it("is the only handle that signals: the fence itself has no such method", () => {
    const one = timeline().fence();
    expect(Object.getOwnPropertyNames(Object.getPrototypeOf(one.fence))).not.toContain("signal");
    expect(one.signal()).toBe(true);
  });

  it("promise 2: throws out of turn, and names both fences", () => {
    const t = timeline();
    const [one, two] = [t.fence(), t.fence()];
    for (const attempt of [() => two.signal(), () => two.fail(errno.EIO)]) {
      const error = thrownBy(attempt);
      expect(error.code).toBe("EINVAL");
      expect(error.message).toContain("t:2");
      expect(error.message).toContain("t:1");
    }
    expect([one.fence.status, two.fence.status]).toEqual([0, 0]);
  });

  it("a failure out of turn leaves no error behind", () => {
    const t = timeline();
    const [one, two] = [t.fence(), t.fence()];
    thrownBy(() => two.fail(errno.EIO, "out of turn"));
    one.signal();
    two.signal();
    expect([two.fence.status, two.fence.failure()]).toEqual([1, undefined]);
  });

  it("promise 2: signalled out of turn by a registration, a fence waits for its turn", () => {
    const t = timeline();
    const [one, two, three] = [t.fence(), t.fence(), t.fence()];
    const source = timeline().fence();
    source.fence.register(Registration.signal(three));
    source.fail(errno.EIO, "early");
    expect(three.fence.state).toBe("published");
    const ran: string[] = [];
    for (const { fence } of [three, two, one]) fence.register(noting(ran, `${fence.seqno}`));
    one.signal();
    expect(three.fence.state).toBe("published");
    two.signal();
    expect([three.fence.error, ran]).toEqual([errno.EIO, ["1", "2", "3"]]);
  });

  it("F13: the first of several signals counts, also while the fence waits for its turn", () => {
    const t = timeline();
    const [one, two] = [t.fence(), t.fence()];
    const [good, bad] = [timeline().fence(), timeline().fence()];
    good.fence.register(Registration.signal(two));
    bad.fence.register(Registration.signal(two));
    good.signal();
    bad.fail(errno.EIO);
    one.signal();
    expect(two.fence.status).toBe(1);
  });

  it("promise 1: signalling through an earlier seqno also signals those behind it that were waiting for their turn", () => {
    const t = timeline();
    const fences = [t.fence(), t.fence(), t.fence(), t.fence()];
    const source = timeline().fence();
    source.fence.register(Registration.signal(fences[2]!));
    source.signal();
    t.signalThrough(2);
    expect(fences.map(({ fence }) => fence.signalled)).toEqual([true, true, true, false]);
  });
});

describe("an error that is stored beforehand", () => {
  it("F9: is seen with the signal; a later one replaces it, and `fail` that one", () => {
    const t = timeline();
    const [one, two] = [t.fence(), t.fence()];
    one.setError(errno.ETIME);
    one.setError(errno.EIO, "the cause");
    expect([one.fence.status, one.fence.error, one.fence.failure()]).toEqual([0, 0, undefined]);
    one.signal();
    expect([one.fence.status, one.fence.failure()?.cause]).toEqual([errno.EIO, "the cause"]);
    two.setError(errno.EIO);
    two.fail(errno.ENODEV);
    expect(two.fence.error).toBe(errno.ENODEV);
  });

  it("F9: comes too late after the signal, and also while the fence only waits for its turn", () => {
    const t = timeline();
    const [one, two] = [t.fence(), t.fence()];
    const source = timeline().fence();
    source.fence.register(Registration.signal(two));
    source.signal();
    expect(thrownBy(() => two.setError(errno.EIO)).code).toBe("EINVAL");
    one.signal();
    for (const late of [one, two]) {
      expect(thrownBy(() => late.setError(errno.EIO)).message).toContain(`t:${late.fence.seqno}`);
    }
    expect([one.fence.status, two.fence.status]).toEqual([1, 1]);
  });

  it("F9, F11: must be an error", () => {
    const one = timeline().fence();
    for (const error of [0, 5, -4096, 1.5]) expect(thrownBy(() => one.setError(error))).toBeInstanceOf(RangeError);
    one.signal();
    expect(one.fence.status).toBe(1);
  });
});

describe("a timestamp that somebody else took", () => {
  it("F18: is the fence's; only the first signal's counts", () => {
    const one = timeline().fence();
    expect([one.signal(77), one.fence.timestamp, one.signal(99), one.fence.timestamp]).toEqual([true, 77, false, 77]);
  });

  it("is none out of turn, and must be a time", () => {
    const t = timeline();
    const [one, two] = [t.fence(), t.fence()];
    expect(thrownBy(() => two.signal(5)).code).toBe("EINVAL");
    for (const time of [Number.NaN, Infinity]) expect(thrownBy(() => one.signal(time))).toBeInstanceOf(RangeError);
    expect([one.fence.state, one.fence.timestamp, two.fence.timestamp]).toEqual(["published", undefined, undefined]);
    one.signal();
    two.signal();
    expect(two.fence.timestamp).toBe(platform.now());
  });
});
