import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { errno } from "../../src/errors.ts";
import { fenceArray } from "../../src/fence/array.ts";
import { FenceChain, chainFence } from "../../src/fence/chain.ts";
import type { DriverFence } from "../../src/fence/driver-fence.ts";
import type { Fence } from "../../src/fence/fence.ts";
import { ForeignTimeline } from "../../src/fence/foreign-timeline.ts";
import { Registration } from "../../src/fence/registration.ts";
import { stubFence } from "../../src/fence/stub.ts";
import { Timeline } from "../../src/fence/timeline.ts";
import { SimPlatform } from "../../src/platform/simulated.ts";
import { bench } from "../support/bench.ts";
import { noteAll, noting, thrownBy } from "../support/notes.ts";

const platform = new SimPlatform({ auto: false });

/** A chain of so many points, from 1, each with a fence of a timeline of its own. */
function chainOf(count: number): { drivers: DriverFence[]; nodes: FenceChain[]; head: FenceChain } {
  const drivers: DriverFence[] = [];
  const nodes: FenceChain[] = [];
  for (let point = 1; point <= count; point++) {
    drivers.push(new Timeline(`t${point}`, { platform }).fence());
    nodes.push(chainFence(nodes.at(-1) ?? null, drivers.at(-1)!.fence, point));
  }
  return { drivers, nodes, head: nodes.at(-1)! };
}

/** The points that a walk finds, from this node on. */
function pointsFrom(node: Fence | null): bigint[] {
  const points: bigint[] = [];
  for (; node !== null; node = node instanceof FenceChain ? node.previous : null) points.push(node.point);
  return points;
}

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

describe("failures in a chain", () => {
  it("CH7: are no error of the node; Q32: the first is told of, and so is its point's fence", () => {
    const { drivers, nodes, head } = chainOf(3);
    head.register(noting([], ""));
    drivers[1]!.fail(errno.ENODEV, new Error("unplugged"));
    drivers[2]!.fail(errno.EIO);
    expect([head.firstFailure()?.code, nodes[0]!.firstFailure()]).toEqual(["ENODEV", undefined]);
    expect(head.failure()).toBeUndefined();
    drivers[0]!.signal();
    expect([head.status, head.error]).toEqual([1, 0]);
    expect(head.failure()).toMatchObject({
      code: "ENODEV",
      cause: { timeline: "t2", cause: { message: "unplugged" } },
    });
    expect(nodes[0]!.signalled && nodes[0]!.failure()).toBeUndefined();
  });

  it("Q32: are still known when their points have been dropped, the oldest first", () => {
    const { drivers, nodes, head } = chainOf(5);
    drivers[3]!.fail(errno.ETIME);
    expect(pointsFrom(head)).toEqual([5n, 3n, 2n, 1n]);
    expect(head.firstFailure()?.code).toBe("ETIME");
    drivers[1]!.fail(errno.EIO);
    expect(pointsFrom(nodes[2]!)).toEqual([3n, 1n]);
    expect(head.firstFailure()?.code).toBe("EIO");
    drivers[2]!.signal();
    expect(pointsFrom(head)).toEqual([5n, 1n]);
    expect([head.firstFailure()?.code, nodes[2]!.firstFailure()?.code]).toEqual(["EIO", "EIO"]);
    drivers[0]!.fail(errno.ENODEV);
    expect(head.firstFailure()?.code).toBe("ENODEV");
    expect(pointsFrom(head)).toEqual([5n]);
    expect(head.firstFailure()?.code).toBe("ENODEV");
  });

  it("F9: are none before the signal, though the error may be stored", () => {
    const { drivers, head } = chainOf(1);
    drivers[0]!.setError(errno.EIO);
    expect(head.firstFailure()).toBeUndefined();
    drivers[0]!.signal();
    expect(head.firstFailure()?.code).toBe("EIO");
  });

  it("Q32: also of a plain fence at the end, and of a member of a point's array that nobody waited for", () => {
    const [end, a, b] = ["end", "a", "b"].map((name) => new Timeline(name, { platform }).fence());
    const head = chainFence(end!.fence, fenceArray([a!.fence, b!.fence]), 1n);
    a!.signal();
    b!.fail(errno.EIO);
    expect([head.signalled, head.contained.signalled, head.firstFailure()?.timeline]).toEqual([false, true, "b"]);
    end!.fail(errno.ENODEV);
    expect([head.signalled, head.failure()?.code]).toEqual([true, "ENODEV"]);
  });

  it("end a wait, which is for people", async () => {
    const { drivers, head } = chainOf(2);
    const wait = head.wait();
    drivers[0]!.fail(errno.EIO);
    drivers[1]!.signal();
    await expect(wait).rejects.toMatchObject({ code: "EIO" });
    await expect(head.wait()).rejects.toMatchObject({ code: "EIO" });
    expect(head.status).toBe(1);
  });
});

describe("giving up on a chain", () => {
  it("leaves no registration behind, and who comes back is served", async () => {
    const { drivers, head } = chainOf(2);
    const wait = head.wait({ timeout: 1 });
    platform.run(platform.now() + 2);
    await expect(wait).rejects.toMatchObject({ code: "ETIMEDOUT" });
    expect(drivers.map(({ fence }) => fence._registrations)).toEqual([null, null]);
    const ran = noteAll([head]);
    drivers.forEach((each) => each.signal());
    expect(ran).toEqual(["unbound:2"]);
  });

  it("between a point's signal and the next registration, another may come and stay", () => {
    const { drivers, head } = chainOf(2);
    const ran: string[] = [];
    const gone = noting(ran, "gone");
    head.register(gone);
    const change = (): void => {
      gone.cancel();
      head.register(noting(ran, "stays"));
      drivers[0]!.fence.register(noting(ran, "beside it"));
    };
    drivers[1]!.fence.register(Registration.post({ postMessage: change }));
    drivers[1]!.signal();
    expect(ran).toEqual([]);
    drivers[0]!.signal();
    expect([ran, head.state]).toEqual([["beside it", "stays"], "signalled"]);
  });

  it("between a point's signal and the next registration, nothing is watched any more", () => {
    const { drivers, head } = chainOf(2);
    const gone = noting([], "");
    head.register(gone);
    drivers[1]!.fence.register(Registration.post({ postMessage: () => void gone.cancel() }));
    drivers[1]!.signal();
    expect([drivers[0]!.fence._registrations, drivers[0]!.fence.enabled]).toEqual([null, false]);
  });
});

describe("settling a chain", () => {
  it("happens once where two of its fences signal in one delivery, and nobody else is forgotten", () => {
    const { drivers, head } = chainOf(2);
    const other = fenceArray([drivers[1]!.fence]);
    const ran = noteAll([other]);
    const gone = noting(ran, "gone");
    head.register(gone);
    // When this runs, both are about to be settled; the chain is made to watch its first fence, which signals too.
    const change = (): void => {
      gone.cancel();
      head.register(noting(ran, "head"));
      drivers[0]!.signal();
    };
    drivers[1]!.fence.register(Registration.post({ postMessage: change }));
    drivers[1]!.signal();
    expect(ran).toEqual(["head", "unbound:1"]);
  });
});

describe("long chains", () => {
  /** How deep the stack is, at each of so many registrations on the chain's fences and nodes. */
  function depthsOf(length: number, order: "oldest first" | "newest first"): number[] {
    const { drivers, head } = chainOf(length);
    const depths: number[] = [];
    const measure = (): void => {
      const limit = Error.stackTraceLimit;
      Error.stackTraceLimit = Infinity;
      depths.push(new Error("depth").stack?.split("\n").length ?? 0);
      Error.stackTraceLimit = limit;
    };
    head.register(Registration.post({ postMessage: measure }));
    if (order === "newest first") drivers.reverse();
    for (const driver of drivers) driver.signal();
    expect(head.state).toBe("signalled");
    return depths;
  }

  it("promise 6: signal in constant stack, from either end", () => {
    for (const order of ["oldest first", "newest first"] as const) {
      expect(depthsOf(100_000, order)).toEqual(depthsOf(2, order));
    }
  });

  it("with a wait for every point, and the newest fences first, each node moves its registration a few times only", () => {
    const { drivers, nodes } = chainOf(400);
    let moves = 0;
    for (const node of nodes) {
      const attach = node._attach.bind(node);
      node._attach = () => {
        moves++;
        return attach();
      };
    }
    const ran = noteAll(nodes);
    for (const driver of [...drivers].reverse()) driver.signal();
    expect(ran.length).toBe(400);
    expect(moves).toBeLessThan(400 * 20);
  });
});

describe("CH6: a chain of which only the newest point is waited for", () => {
  it("enables no other node, however often it moves on", () => {
    const { drivers, nodes, head } = chainOf(60);
    head.register(noting([], ""));
    for (const driver of [...drivers].reverse()) driver.signal();
    expect([head.state, nodes.filter(({ enabled }) => enabled)]).toEqual(["signalled", [head]]);
  });
});

describe("a chain's promise", () => {
  it("a node signals once, exactly when its fence and all before it have, whatever is asked, walked and waited for", () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constantFrom("signal", "fail"), at: fc.nat(19) }),
      fc.record({ kind: fc.constantFrom("register", "ask", "walk", "find", "cancel"), at: fc.nat(19) }),
    );
    const length = fc.integer({ min: 1, max: 20 });
    fc.assert(
      fc.property(length, fc.array(step, { size: "+1" }), fc.boolean(), (count, steps, reversed) => {
        const { drivers, nodes, head } = chainOf(count);
        const done = (at: number): boolean =>
          drivers.slice(0, at + 1).every(({ fence }) => fence.state === "signalled");
        const runs = new Map<number, number>();
        const live = new Map<number, Registration[]>(nodes.map((_, at) => [at, []]));
        // Who waited heard of it, once, and as soon as it was so; who didn't wait was told nothing wrong.
        const wrong = (at: number): boolean => {
          const waiting = live.get(at)!.length;
          const signalled = nodes[at]!.state === "signalled";
          if ((runs.get(at) ?? 0) !== (done(at) ? waiting : 0)) return true;
          return (signalled || waiting > 0) && signalled !== done(at);
        };
        const check = (): void => expect(nodes.map((_, at) => at).filter(wrong)).toEqual([]);
        for (const { kind, at: any } of steps) {
          const at = any % count;
          const node = nodes[at]!;
          if (kind === "signal") drivers[at]!.signal();
          else if (kind === "fail") drivers[at]!.fail(errno.EIO);
          else if (kind === "ask") expect(node.signalled).toBe(done(at));
          else if (kind === "walk") pointsFrom(node);
          else if (kind === "find") expect((head.find(at + 1) ?? stubFence()).signalled).toBe(done(at));
          else if (kind === "cancel") {
            const last = live.get(at)!.pop();
            if (last !== undefined && !last.cancel()) live.get(at)!.push(last);
          } else {
            const registration = Registration.post({ postMessage: () => runs.set(at, (runs.get(at) ?? 0) + 1) });
            if (node.register(registration) === "registered") live.get(at)!.push(registration);
            else expect(done(at)).toBe(true);
          }
          check();
        }
        for (const driver of reversed ? [...drivers].reverse() : drivers) {
          driver.signal();
          check();
        }
        expect(head.signalled).toBe(true);
        const failed = drivers.findIndex(({ fence }) => fence.error !== 0);
        expect(head.firstFailure()?.timeline).toBe(failed < 0 ? undefined : `t${failed + 1}`);
        for (const { fence } of drivers) expect(fence._registrations).toBeNull();
      }),
      { numRuns: 300 },
    );
  });
});
