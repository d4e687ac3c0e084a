import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Credits } from "../../src/queue/credits.ts";
import { errno } from "../../src/errors.ts";
import { Timeline } from "../../src/fence/timeline.ts";
import { submit } from "../../src/queue/submission.ts";
import { bench, jobs } from "../support/bench.ts";
import type { ManualJob } from "../support/manual-driver.ts";

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

describe("promise 5: credits of a queue", () => {
  it("hold the head back until they fit; the peak is never above the limit", () => {
    const { ring, driver, work } = bench();
    const queue = ring.queue("q", { credits: 10 });
    const costs = [6, 4, 1, 10, 0, 3];
    submit(...costs.map((cost, index) => queue.job({ label: `${index}`, cost })));
    work();
    expect([driver.called("run"), queue.creditsInFlight]).toEqual([["0", "1"], 10]);
    driver.complete(driver.held[1]);
    work();
    expect([driver.called("run"), queue.creditsInFlight]).toEqual([["0", "1", "2"], 7]);
    driver.complete(driver.held[0]);
    work();
    expect([driver.called("run"), queue.creditsInFlight]).toEqual([["0", "1", "2"], 1]);
    driver.complete();
    work();
    // A job of cost 0 never waits for credits, and the last one fits no more.
    expect([driver.called("run"), queue.creditsInFlight]).toEqual([["0", "1", "2", "3", "4"], 10]);
    driver.complete();
    work();
    expect([driver.called("run").length, queue.creditsInFlight, queue.stats.peakCredits]).toEqual([6, 3, 10]);
  });

  it("Q20: a job of cost 0 waits for its turn, and for the number of jobs, but not for credits", () => {
    const { ring, driver, work } = bench();
    const queue = ring.queue("q", { credits: 1, jobs: 3 });
    submit(...jobs(queue, "a"), ...jobs(queue, "b c d", { cost: 0 }));
    work();
    expect(driver.called("run")).toEqual(["a", "b", "c"]);
    driver.complete(driver.held[1]);
    work();
    expect(driver.called("run")).toEqual(["a", "b", "c", "d"]);
  });

  it("`jobs` bounds how many are in flight, whatever they cost", () => {
    const { ring, driver, work } = bench();
    submit(...jobs(ring.queue("q", { jobs: 2 }), "a b c d"));
    work();
    for (let ran = 2; ran <= 4; ran++) {
      expect(driver.called("run")).toHaveLength(ran);
      driver.complete();
      work();
    }
  });

  it("come back when a job is done, failed, raced, thrown out, or lost: once", () => {
    const { ring, driver, work } = bench();
    const queue = ring.queue("q", { credits: 100 });
    const signalled = new Timeline("t").fence();
    signalled.signal();
    const wrong = (): never => {
      throw new Error("on purpose");
    };
    const specs: ManualJob[] = [{}, {}, { run: "done" }, { run: signalled.fence }, { run: wrong }, {}];
    submit(...specs.map((spec) => queue.job({ ...spec, cost: 10 })));
    work();
    expect(queue.creditsInFlight).toBe(30);
    driver.complete();
    expect(queue.creditsInFlight).toBe(20);
    driver.complete(driver.held[0], errno.EIO);
    expect(queue.creditsInFlight).toBe(10);
    ring.lose(errno.EIO);
    expect(queue.creditsInFlight).toBe(0);
    work();
    expect([queue.creditsInFlight, queue.stats.peakCredits]).toEqual([0, 30]);
  });

  it("a queued job that is cancelled never had any", () => {
    const { ring, work } = bench();
    const queue = ring.queue("q", { credits: 3 });
    submit(...jobs(queue, "a b c", { cost: 3 }));
    work();
    queue.kill();
    work();
    expect([queue.creditsInFlight, queue.stats.cancelled]).toEqual([3, 2]);
  });
});

describe("promise 5: costs beyond what a sum can tell", () => {
  it("bug: without a limit they wait for one another, and come back exactly", () => {
    const { ring, driver, work } = bench();
    const queue = ring.queue("q");
    const [huge, small] = [
      queue.job({ label: "huge", cost: Number.MAX_SAFE_INTEGER }),
      queue.job({ label: "small", cost: 2 }),
    ];
    submit(huge, small);
    work();
    expect([driver.called("run"), queue.credits]).toEqual([["huge"], Infinity]);
    driver.complete(huge);
    work();
    expect([driver.called("run"), queue.creditsInFlight]).toEqual([["huge", "small"], 2]);
    driver.complete(small);
    expect(queue.creditsInFlight).toBe(0);
  });
});
