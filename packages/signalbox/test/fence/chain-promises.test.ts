/** What holds of every chain, however long, and whatever happens to it in whatever order. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { errno } from "../../src/errors.ts";
import { fenceArray } from "../../src/fence/array.ts";
import { Registration } from "../../src/fence/registration.ts";
import { stubFence } from "../../src/fence/stub.ts";
import { noteAll, noting } from "../support/notes.ts";
import { chainOf, pointsFrom } from "../support/chains.ts";

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
