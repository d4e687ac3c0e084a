import { describe, expect, it } from "vitest";
import { fenceArray } from "../../src/fence/array.ts";
import { chainFence } from "../../src/fence/chain.ts";
import type { FenceChain } from "../../src/fence/chain.ts";
import type { Fence } from "../../src/fence/fence.ts";
import { ForeignTimeline } from "../../src/fence/foreign-timeline.ts";
import { Timeline } from "../../src/fence/timeline.ts";
import { leaves, matchesContext } from "../../src/fence/unwrap.ts";
import { SimPlatform } from "../../src/platform/simulated.ts";
import { noteAll, traced } from "../support/notes.ts";

const platform = new SimPlatform({ auto: false });

function separateFences(count: number) {
  return Array.from({ length: count }, (_, index) => new Timeline(`t${index}`, { platform }).fence());
}

describe("containers and the trace", () => {
  it("A7: the trace is not told of containers, only of their members", () => {
    const seen: string[] = [];
    const note = ({ kind }: Fence): void => void seen.push(kind);
    traced({ fenceCreated: note, fenceSignalled: note }, () => {
      const [one] = separateFences(1);
      const array = fenceArray([chainFence(null, one!.fence, 1n)], { nested: "keep" });
      noteAll([array]);
      one!.signal();
      expect(array.state).toBe("signalled");
    });
    expect(seen).toEqual(["plain", "plain"]);
  });
});

describe("the leaves of a fence", () => {
  it("U1: are itself, an array's members, and a chain's fences from the newest on", () => {
    const drivers = separateFences(4);
    const [a, b, c, d] = drivers.map(({ fence }) => fence);
    const chain = chainFence(chainFence(chainFence(a!, b!, 1n), fenceArray([c!, d!]), 2n), a!, 3n);
    expect(leaves(a!)).toEqual([a]);
    expect(leaves(fenceArray([b!, a!, b!]))).toEqual([b, a, b]);
    expect(leaves(chain)).toEqual([a, c, d, b, a]);
  });

  it("U1: contain what has signalled, as far as the walk finds it", () => {
    const drivers = separateFences(3);
    const [a, b, c] = drivers.map(({ fence }) => fence);
    const array = fenceArray([a!, b!]);
    const chain = chainFence(chainFence(null, array, 1n), c!, 2n);
    drivers[0]!.signal();
    drivers[2]!.signal();
    expect(leaves(chain)).toEqual([c, a, b]);
    drivers[1]!.signal();
    expect(leaves(chain)).toEqual([c]);
    expect(leaves(array)).toEqual([a, b]);
  });

  it("are one level deep, as in the kernel, or all of them on request", () => {
    const [a, b, c] = separateFences(3).map(({ fence }) => fence);
    const inner = chainFence(a!, b!, 1n);
    const array = fenceArray([inner, c!], { nested: "keep" });
    const outer = chainFence(null, array, 1n);
    expect(leaves(outer)).toEqual([inner, c]);
    expect(leaves(outer, { deep: true })).toEqual([b, a, c]);
  });

  it("of a chain of 100 000 points are found in constant stack", () => {
    const timeline = new ForeignTimeline("t", { platform });
    let head: FenceChain | null = null;
    for (let point = 1; point <= 100_000; point++) head = chainFence(head, timeline.fence(point).fence, point);
    expect(leaves(head!).length).toBe(100_000);
  });
});

describe("whether a fence is of a context", () => {
  it("A8: an array only if all its members are", () => {
    const t = new Timeline("t", { platform });
    const [one, two] = [t.fence().fence, t.fence().fence];
    const other = new Timeline("other", { platform }).fence().fence;
    const same = fenceArray([one, two]);
    const mixed = fenceArray([one, other]);
    expect([same, mixed, one, other].map((each) => matchesContext(each, t.context))).toEqual([
      true,
      false,
      true,
      false,
    ]);
    expect(matchesContext(same, same.context)).toBe(false);
  });
});
