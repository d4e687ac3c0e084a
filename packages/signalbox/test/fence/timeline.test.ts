import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { errno } from "../../src/errors.ts";
import { deliver, insideDelivery } from "../../src/fence/delivery.ts";
import type { Fence } from "../../src/fence/fence.ts";
import { isLater } from "../../src/fence/order.ts";
import { Registration } from "../../src/fence/registration.ts";
import { Timeline } from "../../src/fence/timeline.ts";
import { SimPlatform } from "../../src/platform/simulated.ts";
import { noteAll, thrownBy, traced } from "../support/notes.ts";

const platform = new SimPlatform({ auto: false });
const timeline = (name = "t") => new Timeline(name, { platform });

describe("a timeline", () => {
  it("F6: gives out seqnos from 1, one by one", () => {
    const t = timeline();
    expect(t.lastSeqno).toBe(0);
    expect([t.fence().fence.seqno, t.fence().fence.seqno, t.fence().fence.seqno, t.lastSeqno]).toEqual([1, 2, 3, 3]);
  });

  it("F4: of 32 bits gives out the same, and compares them as such", () => {
    const t = new Timeline("narrow", { platform, bits: 32 });
    const [one, two] = [t.fence().fence, t.fence().fence];
    expect([one.seqno, two.seqno, isLater(two, one)]).toEqual([1, 2, true]);
    expect(() => t.signalThrough(3)).toThrow(RangeError);
    expect([t.signalThrough(2), two.status]).toEqual([2, 1]);
  });

  it("tells the trace of each fence that it makes", () => {
    const t = timeline();
    const made: string[] = [];
    traced({ fenceCreated: (fence) => made.push(`${fence.timelineName}:${fence.seqno} ${fence.state}`) }, () => {
      t.fence();
      t.fence();
    });
    expect(made).toEqual(["t:1 published", "t:2 published"]);
  });

  it("promise 2: fences that are signalled in turn signal in turn", () => {
    const t = timeline();
    const fences = [t.fence(), t.fence(), t.fence()];
    const ran = noteAll(fences.map(({ fence }) => fence));
    for (const one of fences) one.signal();
    expect(ran).toEqual(["t:1", "t:2", "t:3"]);
  });
});

describe("signalling through a seqno", () => {
  it("signals all that is outstanding up to it, oldest first, in one delivery, and answers how many", () => {
    const t = timeline();
    const fences = Array.from({ length: 5 }, () => t.fence().fence);
    const seen: boolean[][] = [];
    for (const fence of fences) {
      fence.register(Registration.post({ postMessage: () => seen.push(fences.map((each) => each.signalled)) }));
    }
    const ran = noteAll(fences);
    expect(t.signalThrough(3)).toBe(3);
    expect(ran).toEqual(["t:1", "t:2", "t:3"]);
    expect(seen).toEqual(Array.from({ length: 3 }, () => [true, true, true, false, false]));
    expect([t.signalThrough(3), t.signalThrough(1), t.signalThrough(5)]).toEqual([0, 0, 2]);
    expect(ran.slice(3)).toEqual(["t:4", "t:5"]);
  });

  it("a seqno that was not given out is a RangeError that names both numbers, and signals nothing", () => {
    const t = timeline("frames");
    const one = t.fence();
    for (const wrong of [2, 1.5, NaN, Infinity]) {
      expect(() => t.signalThrough(wrong)).toThrow(RangeError);
      expect(() => t.signalThrough(wrong)).toThrow(`up to 1 (got ${wrong})`);
    }
    expect(one.fence.signalled).toBe(false);
    expect(insideDelivery()).toBe(false);
  });

  it("goes past fences that signalled by themselves", () => {
    const t = timeline();
    const fences = [t.fence(), t.fence(), t.fence()];
    fences[0]!.signal();
    expect(t.signalThrough(3)).toBe(2);
    expect(fences.every(({ fence }) => fence.status === 1)).toBe(true);
  });

  it("inside a delivery what it signals is due when that ends", () => {
    const t = timeline();
    const ran = noteAll([t.fence().fence, t.fence().fence]);
    deliver(() => {
      t.signalThrough(2);
      expect(ran).toEqual([]);
    });
    expect(ran).toEqual(["t:1", "t:2"]);
  });
});

describe("closing a timeline", () => {
  it("SW1, promise 1: signals what is outstanding, in order, with ENOENT", () => {
    const t = timeline();
    const fences = [t.fence(), t.fence(), t.fence()];
    const ran = noteAll(fences.map(({ fence }) => fence));
    fences[0]!.signal();
    t.close();
    expect(ran).toEqual(["t:1", "t:2 -2", "t:3 -2"]);
  });

  it("takes another error and a cause, and a second call does nothing", () => {
    const t = timeline();
    const one = t.fence();
    t.close(errno.ENODEV, "unplugged");
    t.close(errno.EIO);
    expect(one.fence.failure()).toMatchObject({ code: "ENODEV", cause: "unplugged" });
  });

  it("an error that can't be one is a RangeError, and the timeline stays open", () => {
    const t = timeline();
    // @ts-expect-error -- F11: an error is negative
    expect(() => t.close(5)).toThrow(RangeError);
    expect(t.fence().fence.seqno).toBe(1);
  });

  it("a closed timeline makes no more fences and names itself", () => {
    const t = timeline("gone");
    t.close();
    const error = thrownBy(() => t.fence());
    expect(error.code).toBe("EINVAL");
    expect(error.message).toContain('"gone"');
    expect(t.signalThrough(0)).toBe(0);
  });

  it("a fence that waited for its turn keeps the signal that it had", () => {
    const t = timeline();
    const fences = [t.fence(), t.fence(), t.fence()];
    const source = timeline("source").fence();
    source.fence.register(Registration.signal(fences[1]!));
    source.signal();
    t.close();
    expect(fences.map(({ fence }) => fence.status)).toEqual([errno.ENOENT, 1, errno.ENOENT]);
  });
});

describe("promise 2", () => {
  it("whatever signals a timeline's fences, in whatever order, they signal once, in the order of their seqnos", () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant("make" as const) }),
      fc.record({ kind: fc.constantFrom("signal", "fail", "forward", "forward error"), at: fc.nat(20) }),
      fc.record({ kind: fc.constant("through" as const), at: fc.nat(20) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: "max" }), fc.boolean(), (steps, inOne) => {
        const t = timeline();
        const fences = Array.from({ length: 5 }, () => t.fence());
        const ran: number[] = [];
        const watch = ({ fence }: (typeof fences)[number]): void => {
          fence.register(Registration.post({ postMessage: ({ seqno }) => ran.push(seqno) }));
        };
        fences.forEach(watch);
        const signalled: number[] = [];
        const note = ({ timelineName, seqno }: Fence): void => {
          if (timelineName === "t") signalled.push(seqno);
        };
        traced({ fenceSignalled: note }, () => {
          const perform = (): void => {
            for (const each of steps) {
              if (each.kind === "make") {
                fences.push(t.fence());
                watch(fences.at(-1)!);
                continue;
              }
              const one = fences[each.at % fences.length]!;
              try {
                if (each.kind === "signal") one.signal();
                else if (each.kind === "fail") one.fail(errno.EIO);
                else if (each.kind === "through") t.signalThrough(one.fence.seqno);
                else {
                  const source = timeline("source").fence();
                  source.fence.register(Registration.signal(one));
                  if (each.kind === "forward") source.signal();
                  else source.fail(errno.EIO);
                }
              } catch (error) {
                expect(error).toMatchObject({ code: "EINVAL" });
              }
            }
          };
          if (inOne) deliver(perform);
          else perform();
          t.close();
        });
        const all = fences.map(({ fence }) => fence.seqno);
        expect(signalled).toEqual(all);
        // In one delivery, what a forwarded signal makes due comes before what was due already.
        expect(inOne ? ran.sort((a, b) => a - b) : ran).toEqual(all);
        expect(insideDelivery()).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
});
