/**
 * A chain of a million points: built, walked, signalled from either end and in between, and collected.
 *
 * Without the validator, which takes ten times as long for this as the chain does, and keeps what it was to tell of; chains of
 * 100 000 points, and of 20 000 with a wait for each, are run under it.
 */
import { beforeEach, describe, expect, it } from "vitest";
import { FenceChain, chainFence } from "../../src/fence/chain.ts";
import type { DriverFence } from "../../src/fence/driver-fence.ts";
import type { Fence } from "../../src/fence/fence.ts";
import { ForeignTimeline } from "../../src/fence/foreign-timeline.ts";
import { Registration } from "../../src/fence/registration.ts";
import { SimPlatform } from "../../src/platform/simulated.ts";
import { disableLockdep } from "../../src/signalling/lockdep/lockdep.ts";
import { heapInUse } from "../support/heap.ts";

const POINTS = 1_000_000;
/** A wait for every one of them, besides. */
const WAITS = 200_000;
/** And under the validator. */
const WATCHED = 20_000;
const platform = new SimPlatform({ auto: false });

function build(
  points = POINTS,
  each: (node: FenceChain) => void = () => {},
): { drivers: DriverFence[]; head: FenceChain } {
  const timeline = new ForeignTimeline("t", { platform });
  const drivers = [timeline.fence(1)];
  let head = chainFence(null, drivers[0]!.fence, 1);
  each(head);
  for (let point = 2; point <= points; point++) {
    const driver = timeline.fence(point);
    drivers.push(driver);
    head = chainFence(head, driver.fence, point);
    each(head);
  }
  return { drivers, head };
}

function lengthOf(head: Fence): number {
  let length = 0;
  for (let node: Fence | null = head; node !== null; node = node instanceof FenceChain ? node.previous : null) length++;
  return length;
}

/** Every point once, in an order that jumps about: the step and the number of points have no common factor. */
function jumping(drivers: readonly DriverFence[]): DriverFence[] {
  return drivers.map((_, index) => drivers[(index * 61_757) % drivers.length]!);
}

describe("a chain of 1 000 000 points", () => {
  beforeEach(disableLockdep);

  it("is walked, searched, and signalled oldest first", { timeout: 60_000 }, () => {
    const { drivers, head } = build();
    expect([lengthOf(head), head.find(2n)?.point]).toEqual([POINTS, 2n]);
    let ran = 0;
    head.register(Registration.post({ postMessage: () => ran++ }));
    for (const driver of drivers) driver.signal();
    expect([ran, head.state, lengthOf(head)]).toEqual([1, "signalled", 1]);
  });

  it("CH4: keeps nothing of the points that were collected", { timeout: 60_000 }, () => {
    const before = heapInUse();
    const { drivers, head } = build();
    expect(heapInUse() - before).toBeGreaterThan(POINTS * 100);
    const last = drivers.pop();
    for (const driver of drivers.splice(0)) driver.signal();
    expect([head.previous, head.state]).toEqual([null, "published"]);
    expect(heapInUse() - before).toBeLessThan(POINTS);
    last?.signal();
    expect(head.signalled).toBe(true);
  });

  it("is signalled newest first", { timeout: 60_000 }, () => {
    const { drivers, head } = build();
    let ran = 0;
    head.register(Registration.post({ postMessage: () => ran++ }));
    for (const driver of drivers.reverse()) driver.signal();
    expect([ran, head.state]).toEqual([1, "signalled"]);
  });
});

const orders = { "newest first": (drivers: DriverFence[]) => drivers.reverse(), "in a jumping order": jumping };

/** Signals a chain of so many points, each with a wait of its own, in this order. */
function signalWaits(points: number, order: (drivers: DriverFence[]) => DriverFence[]): void {
  let ran = 0;
  const { drivers, head } = build(points, (node) => node.register(Registration.post({ postMessage: () => ran++ })));
  for (const driver of order(drivers)) driver.signal();
  expect([ran, head.state]).toEqual([points, "signalled"]);
}

describe("a chain of 200 000 points with a wait for each", () => {
  beforeEach(disableLockdep);

  for (const [name, order] of Object.entries(orders)) {
    it(`is signalled ${name}`, { timeout: 60_000 }, () => signalWaits(WAITS, order));
  }
});

describe("a chain of 20 000 points with a wait for each, under the validator", () => {
  for (const [name, order] of Object.entries(orders)) {
    it(`is signalled ${name}`, { timeout: 60_000 }, () => signalWaits(WATCHED, order));
  }
});
