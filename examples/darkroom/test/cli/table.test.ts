import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { percentile } from "../../src/cli/percentile.ts";
import { alignTable, formatMs, queueTable } from "../../src/cli/table.ts";
import type { Times } from "../../src/cli/table.ts";

describe("percentile", () => {
  it.each([
    [50, 2],
    [75, 3],
    [76, 4],
    [99, 4],
    [100, 4],
    [1, 1],
  ])("%d of 1 to 4 is %d", (p, value) => expect(percentile([4, 1, 3, 2], p)).toBe(value));

  it("Q1: of no sample is undefined, of one that one", () => {
    expect(percentile([], 50)).toBeUndefined();
    expect(percentile([7], 99)).toBe(7);
  });

  it.each([0, -1, 101, NaN])("is never the %d-th", (p) => expect(() => percentile([1], p)).toThrow(`not ${p}`));

  it("Q2: is a sample, with at least p percent of them at most as large, and fewer below it", () => {
    const samples = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1 });
    fc.assert(
      fc.property(samples, fc.integer({ min: 1, max: 100 }), (samples, p) => {
        const before = [...samples];
        const value = percentile(samples, p)!;
        expect(samples).toEqual(before);
        expect(samples).toContain(value);
        const count = (test: (sample: number) => boolean): number =>
          (100 * samples.filter(test).length) / samples.length;
        expect(count((sample) => sample <= value)).toBeGreaterThanOrEqual(p - 1e-9);
        expect(count((sample) => sample < value)).toBeLessThan(p);
      }),
    );
  });
});

describe("formatMs", () => {
  it.each([
    [undefined, "-"],
    [0, "0 us"],
    [0.0123, "12 us"],
    [1, "1.00 ms"],
    [9.876, "9.88 ms"],
    [12.34, "12.3 ms"],
    [345.6, "346 ms"],
    [1000, "1.00 s"],
    [61234, "61.23 s"],
  ])("writes %d as %j", (ms, text) => expect(formatMs(ms)).toBe(text));
});

describe("tables", () => {
  it("stand in columns: names left, numbers right, a rule under the header", () => {
    expect(alignTable([["name", "n"], ["a", "100"], ["longer"]])).toBe(
      ["name      n", "------  ---", "a       100", "longer"].join("\n"),
    );
    expect(alignTable([["only", "header"]])).toBe("only  header\n----  ------");
  });

  it("have a line per queue", () => {
    const wait = { count: 4, total: 10, p50: 2, p99: 4 };
    const run = { count: 4, total: 100, p50: 20, p99: 40 };
    const one = (time: number): Times => ({ count: 1, total: time, p50: time, p99: time });
    const none = { count: 0, total: 0, p50: 0, p99: 0 };
    expect(
      queueTable([
        { name: "upload", jobs: 4, wait, run, peakCredits: 2 ** 20, credits: 64 * 2 ** 20, unit: "bytes" },
        { name: "compute", jobs: 1, wait: one(0.5), run: one(1500), peakCredits: 3, credits: 16, unit: "jobs" },
        { name: "encode", jobs: 0, wait: none, run: none, peakCredits: 0, unit: "jobs" },
      ]),
    ).toBe(
      [
        "queue    jobs     wait      run  wait p50  wait p99  run p50  run p99     peak credits",
        "-------  ----  -------  -------  --------  --------  -------  -------  ---------------",
        "upload      4  2.50 ms  25.0 ms   2.00 ms   4.00 ms  20.0 ms  40.0 ms  1 MiB of 64 MiB",
        "compute     1   500 us   1.50 s    500 us    500 us   1.50 s   1.50 s          3 of 16",
        "encode      0        -        -         -         -        -        -                0",
      ].join("\n"),
    );
  });
});
