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
