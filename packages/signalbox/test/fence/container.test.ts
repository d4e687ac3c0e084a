/** What issuers may do while a container begins to watch its members: everything. */
import { describe, expect, it } from "vitest";
import { errno } from "../../src/errors.ts";
import { fenceArray } from "../../src/fence/array.ts";
import type { FenceArrayOptions } from "../../src/fence/array.ts";
import { chainFence } from "../../src/fence/chain.ts";
import { insideDelivery } from "../../src/fence/delivery.ts";
import type { DriverFence } from "../../src/fence/driver-fence.ts";
import type { Fence } from "../../src/fence/fence.ts";
import { ForeignTimeline } from "../../src/fence/foreign-timeline.ts";
import { stubFence } from "../../src/fence/stub.ts";
import { SimPlatform } from "../../src/platform/simulated.ts";
import { noteAll, noting, thrownBy, traced } from "../support/notes.ts";

const platform = new SimPlatform({ auto: false });
let made = 0;

/** A fence on a timeline of its own, which does something when somebody waits for it. */
function telling(told: () => void = () => {}): DriverFence {
  const enableSignalling = (): boolean => {
    told();
    return true;
  };
  return new ForeignTimeline(`t${made++}`, { platform }).fence(1, { enableSignalling });
}

/** Registers, and takes it back. */
function passBy(fence: Fence): void {
  const passing = noting([], "");
  fence.register(passing);
  passing.cancel();
}

/** An array of three, of which the second member does something when it is told of the wait. */
function arrayOfThree(told: (array: Fence, first: DriverFence) => void, options?: FenceArrayOptions) {
  const first = telling();
  const members = [first, telling(() => told(array, first)), telling()];
  const array: Fence = fenceArray(
    members.map(({ fence }) => fence),
    options,
  );
  return { array, members };
}

const watched = (drivers: readonly DriverFence[]): boolean[] =>
  drivers.map(({ fence }) => fence._registrations !== null);

describe("a container that is attached", () => {
  it("bug: an array whose issuer registers and cancels meanwhile signals all the same", () => {
    const { array, members } = arrayOfThree(passBy);
    const ran = noteAll([array]);
    for (const member of members) member.signal();
    expect([ran, array.signalled, insideDelivery()]).toEqual([["unbound:1"], true, false]);
  });

  it("bug: a chain whose issuer registers and cancels meanwhile signals all the same", () => {
    const one = telling(() => passBy(chain));
    const chain: Fence = chainFence(null, one.fence, 1);
    const ran = noteAll([chain]);
    one.signal();
    expect([ran, chain.state]).toEqual([["unbound:1"], "signalled"]);
  });

  it("bug: a chain whose last wait is given up while it moves on to an older fence watches nothing", () => {
    const wait = noting([], "");
    const older = telling(() => wait.cancel());
    const newer = telling();
    const chain = chainFence(chainFence(null, older.fence, 1), newer.fence, 2);
    chain.register(wait);
    newer.signal();
    expect([older.fence.enabled, watched([older])]).toEqual([true, [false]]);
    const ran = noteAll([chain]);
    older.signal();
    expect(ran).toEqual(["unbound:2"]);
  });

  it("bug: an array that signals meanwhile leaves nothing on its members, and tells no more of them of a wait", () => {
    const { array, members } = arrayOfThree(
      (array, first) => {
        first.signal();
        expect(array.signalled).toBe(true);
      },
      { any: true },
    );
    expect(array.register(noting([], ""))).toBe("signalled");
    expect([array.state, watched(members), members[2]!.fence.enabled]).toEqual([
      "signalled",
      [false, false, false],
      false,
    ]);
  });

  it("bug: an array that has signalled meanwhile takes no error any more (F9)", () => {
    const first = telling();
    const device = new ForeignTimeline("device", { platform });
    const second: DriverFence = device.fence(1, {
      enableSignalling: () => {
        first.signal();
        expect(array.signalled).toBe(true);
        return second.fail(errno.EIO);
      },
    });
    const array: Fence = fenceArray([first.fence, second.fence], { any: true });
    array.register(noting([], ""));
    expect([array.status, array.failure()]).toEqual([1, undefined]);
  });

  it("detaches when the attempt fails, and can be attached again", () => {
    const [one, two] = [telling(), telling()];
    const past = new ForeignTimeline("past", { platform }).fence(1, { poll: () => true });
    const array = fenceArray([one.fence, chainFence(past.fence, stubFence(), 1), two.fence], { nested: "keep" });
    const broken = (): void => {
      throw new Error("a broken tracer");
    };
    traced({ fenceSignalled: broken }, () => {
      expect(thrownBy(() => array.register(noting([], ""))).message).toBe("a broken tracer");
    });
    expect([watched([one, two]), insideDelivery()]).toEqual([[false, false], false]);
    const ran = noteAll([array]);
    one.signal();
    two.signal();
    expect(ran).toEqual(["unbound:1"]);
  });
});

describe("the clock of a container", () => {
  it("bug: is that of its members, whatever stub is the first of them", () => {
    const one = telling();
    const array = fenceArray([stubFence(), one.fence]);
    const behind = chainFence(stubFence(), one.fence, 1);
    const before = chainFence(one.fence, stubFence(), 1);
    expect([array, behind, before].map(({ _timeline }) => _timeline.platform)).toEqual([platform, platform, platform]);
    one.signal();
    expect([array.signalled, array.timestamp]).toEqual([true, one.fence.timestamp]);
  });
});
