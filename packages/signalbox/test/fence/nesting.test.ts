/** Containers inside containers: how deep, and that this is all that is bounded. */
import { describe, expect, it } from "vitest";
import { errno } from "../../src/errors.ts";
import { fenceArray } from "../../src/fence/array.ts";
import { chainFence } from "../../src/fence/chain.ts";
import type { DriverFence } from "../../src/fence/driver-fence.ts";
import type { Fence } from "../../src/fence/fence.ts";
import { ForeignTimeline } from "../../src/fence/foreign-timeline.ts";
import { NESTING } from "../../src/fence/nesting.ts";
import { leaves } from "../../src/fence/unwrap.ts";
import { SimPlatform } from "../../src/platform/simulated.ts";
import { SyncObject } from "../../src/sync/sync-object.ts";
import { noteAll, thrownBy } from "../support/notes.ts";

const platform = new SimPlatform({ auto: false });
const pending = (name = "t"): DriverFence => new ForeignTimeline(name, { platform }).fence(1);
/** The fences of points that were made on the way. */
const others: DriverFence[] = [];

/** What puts a fence into one more container. */
const layers: Record<string, (fence: Fence, level: number) => Fence> = {
  "arrays of alternating modes": (fence, level) => fenceArray([fence], { any: level % 2 === 0 }),
  "arrays that are kept": (fence) => fenceArray([fence], { nested: "keep" }),
  "chains in chains": (fence) => chainFence(null, fence, 1),
  "chains in arrays in chains": (fence, level) =>
    level % 2 === 0 ? chainFence(null, fence, 1) : fenceArray([fence], { any: true }),
  "arrays of points behind arrays": (fence, level) => {
    if (level % 2 !== 0) return fenceArray([fence], { any: true });
    const other = pending();
    others.push(other);
    return chainFence(fence, other.fence, 1);
  },
};

function nested(inner: Fence, levels: number, layer: (fence: Fence, level: number) => Fence): Fence {
  let outer = inner;
  for (let level = 0; level < levels; level++) outer = layer(outer, level);
  return outer;
}

describe.each(Object.entries(layers))("%s", (_, layer) => {
  it("bug: are refused where they would overflow the stack, and nothing has happened", () => {
    const one = pending();
    const deepest = nested(one.fence, NESTING, layer);
    const error = thrownBy(() => nested(deepest, 2, layer));
    expect([error.code, error.message]).toEqual(["EINVAL", expect.stringContaining(String(NESTING))]);
    expect(deepest.state).toBe("published");
  });

  it("as deep as they may be are asked, hurried, waited for, taken apart and signalled", () => {
    const one = pending();
    const deepest = nested(one.fence, NESTING, layer);
    expect(deepest.signalled).toBe(false);
    deepest.setDeadline(5);
    const ran = noteAll([deepest]);
    expect(leaves(deepest, { deep: true })).toContain(one.fence);
    for (const each of [one, ...others.splice(0)]) each.signal();
    expect([ran, deepest.state]).toEqual([["unbound:1"], "signalled"]);
  });
});

describe("what counts as nesting", () => {
  it("what is inside has not signalled: a program may go on for ever", () => {
    const stop = pending("stop");
    let newest = pending();
    let last: Fence = newest.fence;
    for (let frame = 1; frame <= 4 * NESTING; frame++) {
      const next = pending();
      last = fenceArray([fenceArray([last, next.fence]), stop.fence], { any: true });
      newest.signal();
      newest = next;
    }
    expect(last.signalled).toBe(false);
    newest.signal();
    expect(last.signalled).toBe(true);
  });

  it.each([errno.EIO, undefined])("what failed inside any number that have signalled is told of: %s", (error) => {
    const failed = pending("failed");
    if (error === undefined) failed.signal();
    else failed.fail(error);
    let chain = chainFence(null, failed.fence, 1);
    for (let level = 0; level < 100_000; level++) {
      expect(chain.signalled).toBe(true);
      chain = chainFence(null, chain, 1);
    }
    expect([chain.firstFailure()?.errno, chain.signalled, chain.failure()?.errno]).toEqual([error, true, error]);
  });

  it("points of a chain don't: a sync object takes any number", () => {
    const box = new SyncObject({ platform });
    box.replace(nested(pending().fence, NESTING, layers["arrays that are kept"]!));
    for (let point = 1n; point <= 2 * NESTING; point++) box.addPoint(point, pending().fence);
    expect(box.fence?.signalled).toBe(false);
    expect(thrownBy(() => box.addPoint(5000n, box.fence!)).code).toBe("EINVAL");
    expect(box.lastSubmitted).toBe(BigInt(2 * NESTING));
  });
});
