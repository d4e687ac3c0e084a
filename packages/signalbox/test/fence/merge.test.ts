import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { errno } from "../../src/errors.ts";
import type { FenceArray } from "../../src/fence/array.ts";
import { fenceArray } from "../../src/fence/array.ts";
import { chainFence } from "../../src/fence/chain.ts";
import type { FenceChain } from "../../src/fence/chain.ts";
import type { Fence } from "../../src/fence/fence.ts";
import { ForeignTimeline } from "../../src/fence/foreign-timeline.ts";
import { mergeFences } from "../../src/fence/merge.ts";
import { stubFence } from "../../src/fence/stub.ts";
import { Timeline } from "../../src/fence/timeline.ts";
import { leaves } from "../../src/fence/unwrap.ts";
import { SimPlatform } from "../../src/platform/simulated.ts";
import { bench } from "../support/bench.ts";
import { noteAll, thrownBy } from "../support/notes.ts";

const platform = new SimPlatform({ auto: false });
const timelines = (count: number) =>
  Array.from({ length: count }, (_, index) => new Timeline(`t${index}`, { platform }));

describe("a merge", () => {
  it("U2: keeps the latest of each timeline, U3: in the order of timelines", () => {
    const [a, b, c] = timelines(3);
    const [a1, a2, b1, c1] = [a!, a!, b!, c!].map((timeline) => timeline.fence().fence);
    const merged = mergeFences([c1!, a2!, b1!, a1!, a2!]);
    expect([merged.kind, merged.seqno, leaves(merged)]).toEqual(["array", 1, [a2, b1, c1]]);
    expect((merged as FenceArray).any).toBe(false);
  });

  it("U2: leaves out what has signalled; a single one left is the result itself", () => {
    const [a, b] = timelines(2);
    const [a1, a2, b1] = [a!, a!, b!].map((timeline) => timeline.fence());
    expect(mergeFences([a1!.fence])).toBe(a1!.fence);
    expect(mergeFences([a2!.fence, a1!.fence])).toBe(a2!.fence);
    b1!.fail(errno.EIO);
    expect(mergeFences([b1!.fence, a1!.fence, b1!.fence])).toBe(a1!.fence);
  });

  it("U2: of nothing but signalled fences is a stub of its own, with the newest of their timestamps", () => {
    const [a, b] = timelines(2).map((timeline) => timeline.fence());
    a!.signal(50);
    b!.signal(20);
    const merged = mergeFences([a!.fence, b!.fence]);
    expect([merged.kind, merged.timestamp, merged.status]).toEqual(["stub", 50, 1]);
    expect(merged).not.toBe(stubFence());
    expect([mergeFences([b!.fence]).timestamp, mergeFences([]).kind]).toEqual([20, "stub"]);
  });

  it("U1: looks into arrays and chains, and asks the issuers on the way", () => {
    const past = new Set<number>();
    const t = new ForeignTimeline("t", { platform });
    const polled = t.fence(1, { poll: ({ seqno }) => past.has(seqno) }).fence;
    const [a, b, c] = timelines(3).map((timeline) => timeline.fence().fence);
    const chain = chainFence(chainFence(null, polled, 1n), fenceArray([c!, a!]), 2n);
    expect(leaves(mergeFences([chain, b!]))).toEqual([polled, a, b, c]);
    const ran = noteAll([polled]);
    past.add(1);
    expect([leaves(mergeFences([b!, chain])), ran]).toEqual([[a, b, c], ["t:1"]]);
  });

  it("U3: F7: compares as the timeline does, exactly", () => {
    const narrow = new ForeignTimeline("narrow", { platform, bits: 32 });
    const wide = new ForeignTimeline("wide", { platform });
    const wrapped = [0xffff_ffff, 1].map((seqno) => narrow.fence(seqno).fence);
    const large = [2n ** 63n + 1n, 2n ** 63n].map((seqno) => wide.fence(seqno).fence);
    expect(leaves(mergeFences([...wrapped, ...large]))).toEqual([wrapped[1], large[0]]);
    expect(leaves(mergeFences([...wrapped, ...large].reverse()))).toEqual([wrapped[1], large[0]]);
  });

  it("leaves out a fence that signals while the ones after it are asked", () => {
    const t = new ForeignTimeline("t", { platform });
    const other = new ForeignTimeline("other", { platform });
    const first = t.fence(1);
    const nosy = other.fence(1, { poll: () => first.signal() && false });
    expect(mergeFences([first.fence, nosy.fence])).toBe(nosy.fence);
  });

  it("refuses a fence that nobody has promised, and has asked nothing", () => {
    const job = bench().ring.queue("q").job({});
    const one = new Timeline("t", { platform }).fence();
    expect(thrownBy(() => mergeFences([one.fence, job])).code).toBe("EINVAL");
  });

  it("never loses a wait, keeps no timeline twice, and is as small as can be", () => {
    const made = fc.record({
      fences: fc.array(fc.nat(4), { maxLength: 24 }),
      groups: fc.array(
        fc.record({ kind: fc.constantFrom("array", "chain"), of: fc.array(fc.nat(23), { minLength: 1 }) }),
        {
          maxLength: 4,
        },
      ),
      given: fc.array(fc.nat(27), { maxLength: 12 }),
      before: fc.array(fc.nat(4)),
      after: fc.array(fc.nat(4)),
      waiting: fc.boolean(),
    });
    fc.assert(
      fc.property(made, ({ fences, groups, given, before, after, waiting }) => {
        const five = timelines(5);
        const drivers = fences.map((at) => five[at]!.fence());
        const plain: Fence[] = drivers.map(({ fence }) => fence);
        const all = [...plain];
        for (const { kind, of } of groups) {
          const members = of.map((at) => plain[at % plain.length]).filter((each) => each !== undefined);
          if (members.length === 0) continue;
          let head: FenceChain | null = null;
          for (const [index, member] of members.entries()) head = chainFence(head, member, index + 1);
          all.push(kind === "array" ? fenceArray(members) : head!);
        }
        // Signals the oldest that has not signalled, of one of the timelines.
        const advance = (at: number): void => {
          drivers.find(({ fence }) => fence.context === five[at]!.context && fence.state !== "signalled")?.signal();
        };
        before.forEach(advance);
        const asked = all.length === 0 ? [] : given.map((at) => all[at % all.length]!);
        const wanted = asked.flatMap((each) => leaves(each));
        const merged = mergeFences(asked);
        const kept = leaves(merged).filter(({ state }) => state !== "signalled");
        const pending = wanted.filter(({ state }) => state !== "signalled");
        expect(new Set(kept.map(({ context }) => context)).size).toBe(kept.length);
        expect(new Set(kept.map(({ context }) => context))).toEqual(new Set(pending.map(({ context }) => context)));
        expect(merged.kind).toBe(kept.length === 0 ? "stub" : kept.length === 1 ? "plain" : "array");
        expect(kept.every((each) => pending.includes(each))).toBe(true);
        const ran = waiting && merged.state !== "signalled" ? noteAll([merged]) : [];
        for (const at of [...after, ...fences]) {
          const done = wanted.every(({ state }) => state === "signalled");
          if (waiting) expect(merged.state === "signalled").toBe(done);
          else expect(merged.signalled).toBe(done);
          advance(at);
        }
        expect([merged.signalled, ran.length <= 1]).toEqual([true, true]);
      }),
      { numRuns: 500 },
    );
  });
});
