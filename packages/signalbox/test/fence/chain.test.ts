import { describe, expect, it } from "vitest";
import { errno } from "../../src/errors.ts";
import type { FenceChain } from "../../src/fence/chain.ts";
import { chainFence } from "../../src/fence/chain.ts";
import type { Fence } from "../../src/fence/fence.ts";
import { ForeignTimeline } from "../../src/fence/foreign-timeline.ts";
import { stubFence } from "../../src/fence/stub.ts";
import { Timeline } from "../../src/fence/timeline.ts";
import { bench } from "../support/bench.ts";
import { noting, thrownBy } from "../support/notes.ts";
import { platform, chainOf, pointsFrom } from "../support/chains.ts";

describe("a chain's points", () => {
  it("CH2: a later point is of the same context, and knows the one before", () => {
    const { nodes } = chainOf(2);
    const later = chainFence(nodes[1]!, stubFence(), 9n);
    expect(new Set([...nodes, later].map(({ context }) => context)).size).toBe(1);
    expect([nodes[0]!, nodes[1]!, later].map(({ previousPoint }) => previousPoint)).toEqual([0n, 1n, 2n]);
    expect([later.kind, later.point, later.timelineName, later.driverName]).toEqual([
      "chain",
      9n,
      "unbound",
      "dma_fence_chain",
    ]);
  });

  it("CH2: an out-of-order point can be lifted: to the latest there is, in a context of its own", () => {
    const { head } = chainOf(5);
    for (const point of [0n, 3n, 5n]) {
      const lifted = chainFence(head, stubFence(), point, { outOfOrder: "lift" });
      expect([lifted.point, lifted.previousPoint]).toEqual([5n, 0n]);
      expect(lifted.context).not.toBe(head.context);
      expect(lifted.previous).toBe(head);
    }
  });

  it("Q33: otherwise it is refused, with both numbers, and nothing has happened", () => {
    const { head } = chainOf(5);
    for (const point of [3n, 5]) {
      const error = thrownBy(() => chainFence(head, stubFence(), point));
      expect(error.code).toBe("EINVAL");
      expect(error.message).toContain("5");
      expect(error.message).toContain(String(point));
    }
    expect(chainFence(head, stubFence(), 6n).context).toBe(head.context);
  });

  it("CH2: behind a plain fence a chain begins anew", () => {
    const first = new Timeline("t", { platform }).fence();
    const node = chainFence(first.fence, stubFence(), 5n);
    expect([node.point, node.previousPoint, node.previous]).toEqual([5n, 0n, first.fence]);
    expect(node.signalled).toBe(false);
    first.signal();
    expect([node.signalled, node.previous]).toEqual([true, null]);
  });

  it("are u64, exact", () => {
    const last = 2n ** 64n - 1n;
    const node = chainFence(chainFence(null, stubFence(), last - 1n), stubFence(), last);
    expect([node.point, node.previousPoint, node.find(last)]).toEqual([last, last - 1n, node]);
    for (const point of [-1n, 2n ** 64n, -1, 0.5, 2 ** 53]) {
      expect(thrownBy(() => chainFence(null, stubFence(), point))).toBeInstanceOf(RangeError);
    }
  });

  it("are refused for a fence that nobody has promised", () => {
    const job = bench().ring.queue("q").job({});
    expect(thrownBy(() => chainFence(null, job, 1n)).code).toBe("EINVAL");
    expect(thrownBy(() => chainFence(job, stubFence(), 1n)).code).toBe("EINVAL");
  });
});

describe("a chain's signal", () => {
  it("CH3: comes when its fence and everything before it have signalled", () => {
    const { drivers, nodes } = chainOf(3);
    const ran: string[] = [];
    for (const node of nodes) node.register(noting(ran, `${node.point}`));
    drivers[2]!.signal();
    expect(ran).toEqual([]);
    drivers[0]!.signal();
    expect(ran).toEqual(["1"]);
    drivers[1]!.signal();
    // Both wait for the second fence; of one batch the newest comes first (Q30).
    expect(ran).toEqual(["1", "3", "2"]);
  });

  it("CH3, Q31: is found by asking, where nobody waits", () => {
    const { drivers, nodes, head } = chainOf(2);
    drivers[1]!.signal();
    expect([head.signalled, nodes[0]!.signalled]).toEqual([false, false]);
    drivers[0]!.signal();
    expect([head.state, head.signalled, head.enabled, nodes[0]!.signalled]).toEqual(["published", true, false, true]);
  });

  it("CH6: one fence is watched at a time, the newest that has not signalled", () => {
    const { drivers, head } = chainOf(3);
    const watched = (): boolean[] => drivers.map(({ fence }) => fence._registrations !== null);
    head.register(noting([], ""));
    expect(watched()).toEqual([false, false, true]);
    drivers[1]!.signal();
    drivers[2]!.signal();
    expect(watched()).toEqual([true, false, false]);
    drivers[0]!.signal();
    expect(head.state).toBe("signalled");
  });

  it("CH6: registering where everything has signalled is too late", () => {
    const { drivers, head } = chainOf(2);
    drivers.forEach((each) => each.signal());
    expect([head.register(noting([], "")), head.state]).toEqual(["signalled", "signalled"]);
  });

  it("F28: a deadline goes to all fences from there on that have not signalled", () => {
    const told: string[] = [];
    const timeline = new ForeignTimeline("t", { platform });
    const setDeadline = ({ seqno }: Fence, time: number): void => void told.push(`${seqno} ${time}`);
    const drivers = [1, 2, 3].map((n) => timeline.fence(n, { setDeadline }));
    const nodes: FenceChain[] = [];
    for (const { fence } of drivers) nodes.push(chainFence(nodes.at(-1) ?? null, fence, nodes.length + 1));
    nodes[1]!.setDeadline(5);
    drivers[0]!.signal();
    nodes[2]!.setDeadline(6);
    expect(told).toEqual(["2 5", "1 5", "3 6", "2 6"]);
  });
});

describe("walking a chain", () => {
  it("CH4: leaves out and drops the points whose fence has signalled", () => {
    const { drivers, nodes, head } = chainOf(5);
    expect(pointsFrom(head)).toEqual([5n, 4n, 3n, 2n, 1n]);
    drivers[3]!.signal();
    drivers[1]!.signal();
    expect(pointsFrom(head)).toEqual([5n, 3n, 1n]);
    expect(pointsFrom(nodes[2]!)).toEqual([3n, 1n]);
    expect([head.previous, head.previousPoint]).toEqual([nodes[2], 4n]);
  });

  it("CH4: asks the issuers of the fences", () => {
    const past = new Set<number>();
    const timeline = new ForeignTimeline("t", { platform });
    const asked = [1, 2].map((n) => timeline.fence(n, { poll: ({ seqno }) => past.has(seqno) }).fence);
    const head = chainFence(chainFence(chainFence(null, asked[0]!, 1n), asked[1]!, 2n), stubFence(), 3n);
    expect(pointsFrom(head)).toEqual([3n, 2n, 1n]);
    past.add(2);
    expect([pointsFrom(head), asked[1]!.state]).toEqual([[3n, 1n], "signalled"]);
  });

  it("CH4: an issuer that walks the chain while it is asked has walked it; nothing is collected twice", () => {
    const [failed, asked] = [new Timeline("failed", { platform }).fence(), new ForeignTimeline("asked", { platform })];
    let turns = 0;
    const poll = (): boolean => {
      if (turns++ === 0) expect(head.previous).toBeNull();
      return true;
    };
    const driver = asked.fence(2, { poll });
    driver.setError(errno.EIO);
    failed.fail(errno.ENODEV);
    const head: FenceChain = chainFence(
      chainFence(chainFence(null, failed.fence, 1n), driver.fence, 2n),
      stubFence(),
      3n,
    );
    expect([head.previous, turns, head.firstFailure()?.code]).toEqual([null, 2, "ENODEV"]);
  });

  it("CH5: find answers the oldest point that covers the one asked for", () => {
    const first = new Timeline("first", { platform }).fence();
    const second = new Timeline("second", { platform }).fence();
    const five = chainFence(null, first.fence, 5n);
    const nine = chainFence(five, second.fence, 9n);
    expect([0, 9, 6, 5, 1].map((point) => nine.find(point))).toEqual([nine, nine, nine, five, five]);
    expect(thrownBy(() => nine.find(10n))).toMatchObject({ code: "EINVAL" });
    expect(thrownBy(() => nine.find(-1n))).toBeInstanceOf(RangeError);
    first.signal();
    expect([nine.find(5n), nine.find(6n)]).toEqual([null, nine]);
  });

  it("CH5: find doesn't look behind the context", () => {
    const { head } = chainOf(5);
    const lifted = chainFence(head, new Timeline("t", { platform }).fence().fence, 2n, { outOfOrder: "lift" });
    expect(lifted.find(1n)).toBe(lifted);
    expect(chainFence(head.contained, stubFence(), 4n).find(2n)?.point).toBe(4n);
    // What is found behind the context is the newest there is, since the node to wait for is gone.
    const above = chainFence(chainFence(head, stubFence(), 2n, { outOfOrder: "lift" }), stubFence(), 6n);
    expect(above.find(3n)).toBe(head);
  });
});
