import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Credits } from "../../src/queue/credits.ts";

describe("promise 5: credits", () => {
  it("0 <= in flight <= limit, whatever is taken while it fits and given back in whatever order", () => {
    const limits = fc.tuple(
      fc.oneof(fc.integer({ min: 1, max: 20 }), fc.constant(Infinity)),
      fc.oneof(fc.integer({ min: 1, max: 5 }), fc.constant(Infinity)),
    );
    const steps = fc.array(fc.record({ take: fc.boolean(), cost: fc.nat(20), at: fc.nat(100) }), {
      maxLength: 100,
      size: "max",
    });
    fc.assert(
      fc.property(limits, steps, ([limit, jobsLimit], all) => {
        const credits = new Credits(limit, jobsLimit);
        const taken: number[] = [];
        let peak = 0;
        for (const { take, cost, at } of all) {
          if (take) {
            const sum = taken.reduce((total, each) => total + each, 0);
            const fits = sum + cost <= limit && taken.length < jobsLimit;
            expect(credits.fits(cost)).toBe(fits);
            if (!fits) continue;
            credits.take(cost);
            taken.push(cost);
            peak = Math.max(peak, sum + cost);
          } else if (taken.length > 0) {
            credits.give(taken.splice(at % taken.length, 1)[0]!);
          }
          expect(credits.inFlight).toBe(taken.reduce((total, each) => total + each, 0));
          expect([credits.jobs, credits.peak]).toEqual([taken.length, peak]);
        }
      }),
    );
  });

  it("bug: their sum is exact without a limit too, and with one that no sum could tell", () => {
    const most = Number.MAX_SAFE_INTEGER;
    for (const limit of [Infinity, 2 ** 60, most]) {
      const credits = new Credits(limit, Infinity);
      credits.take(most - 1);
      expect([credits.fits(1), credits.fits(2), credits.fits(most)]).toEqual([true, false, false]);
      credits.take(1);
      expect([credits.inFlight, credits.fits(0), credits.fits(1)]).toEqual([most, true, false]);
      for (const cost of [1, most - 1]) credits.give(cost);
      expect(credits.inFlight).toBe(0);
    }
  });
});
