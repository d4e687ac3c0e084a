import { describe, expect, test } from "vitest";
import type { CaseResult, Measured } from "../src/harness/results.ts";
import { standingsOf } from "../src/harness/results.ts";
import { bytes, perSecond, percent, three, time, times } from "../src/report/figures.ts";
import { table } from "../src/report/table.ts";
import { caseText, lastLine } from "../src/report/text.ts";

function measured(name: string, role: Measured["role"], rounds: number[], more: Partial<Measured> = {}): Measured {
  const rest = { jobs: 100, bytesPerJob: 0, gcShare: 0, repeated: 0, disturbed: 0, reordered: 0 };
  return { name, role, rounds, ...rest, ...more };
}

const contest: CaseResult = {
  kind: "contest",
  name: "lifecycle/steady",
  title: "no-op jobs",
  wrong: [],
  ...standingsOf([
    measured("signalbox", "signalbox", [200, 100, 100]),
    measured("slow rival", "rival", [900, 900, 900]),
    measured("fast rival", "rival", [100, 50, 50], { reordered: 0.25 }),
    measured("floor", "floor", [20, 10, 10]),
  ]),
};

describe("figures", () => {
  test("have three digits", () => {
    expect([1234.5, 123.45, 12.345, 1.2345, 0.012345, 0].map(three)).toEqual([
      "1235",
      "123",
      "12.3",
      "1.23",
      "0.0123",
      "0.00",
    ]);
    expect(three(undefined)).toBe("-");
    expect(three(NaN)).toBe("-");
  });

  test("come with the unit that fits", () => {
    expect(perSecond(100)).toBe("10.0 M");
    expect(perSecond(1e6)).toBe("1.00 k");
    expect(time(123.4)).toBe("123 ns");
    expect(time(50_000)).toBe("50.0 us");
    expect(percent(0.004)).toBe("0.4 %");
    expect(percent(0.5)).toBe("50 %");
    expect(bytes(-3)).toBe("0");
    expect(times(undefined)).toBe("-");
  });
});

describe("the report", () => {
  test("a table has its first column to the left and the others to the right", () => {
    expect(
      table([
        ["", "ns"],
        ["a", "1"],
        ["bcd", "100"],
      ]),
    ).toBe("      ns\na      1\nbcd  100");
  });

  test("a contest is put beside the fastest rival and the floor", () => {
    const own = contest.standings.find(({ name }) => name === "signalbox");
    expect(own).toMatchObject({ ns: 100, speedToRival: 0.5, timeToFloor: 10 });
    expect(contest.bestRival).toBe("fast rival");
    const text = caseText(contest);
    expect(text).toContain("0.500x");
    expect(text).toContain("10.0x");
    expect(text).toContain("fast rival: 25 % of the jobs started out of order");
  });

  test("the last line has the verdict and a figure for each case", () => {
    const proof: CaseResult = {
      kind: "proof",
      name: "proofs/heap",
      title: "",
      lines: [],
      figures: {},
      summary: "flat",
      wrong: [],
    };
    const skipped: CaseResult = { kind: "skipped", name: "webgpu/wait", title: "", why: "no adapter", wrong: [] };
    const failed: CaseResult = { kind: "failed", name: "proofs/chain", title: "", wrong: ["a crash"] };
    expect(lastLine([contest, proof, skipped], [], 1.25)).toBe(
      "bench ok in 1.3 s | lifecycle/steady: 100 ns, 0.500x fast rival, 10.0x floor | proofs/heap: flat | webgpu/wait: SKIPPED",
    );
    expect(lastLine([proof, failed], [], 1)).toMatch(/^bench WRONG \(proofs\/chain\)/);
    expect(caseText(skipped)).toContain("SKIPPED: no adapter");
    expect(caseText(failed)).toContain("WRONG: a crash");
  });
});
