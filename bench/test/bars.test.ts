import { describe, expect, test } from "vitest";
import { caseNames, findCase } from "../src/cases.ts";
import { loadsOfGraphs } from "../src/growth/dag.ts";
import { loadsOfJobs } from "../src/growth/jobs.ts";
import { loadsOfQueues } from "../src/growth/queues.ts";
import { measureSizes } from "../src/growth/sizes.ts";
import type { ProofFindings } from "../src/harness/contest.ts";
import type { CaseResult, Measured } from "../src/harness/results.ts";
import { standingsOf } from "../src/harness/results.ts";
import { bars } from "../src/report/bars.ts";
import type { Bar, Who } from "../src/report/bars.ts";
import { barResults, barsHeld, barsText, isMeant } from "../src/report/held.ts";
import { lastLine } from "../src/report/text.ts";

function measured(name: string, role: Measured["role"], ...rounds: number[]): Measured {
  return { name, role, rounds, jobs: 1, bytesPerJob: 0, gcShare: 0, repeated: 0, disturbed: 0, reordered: 0 };
}

function contest(...all: Measured[]): CaseResult {
  return { kind: "contest", name: "some/contest", title: "", wrong: [], ...standingsOf(all) };
}

const ran = contest(
  measured("signalbox", "signalbox", 200, 100, 100),
  measured("signalbox, bypass", "signalbox", 100, 50, 50),
  measured("slow", "rival", 900, 900, 900),
  measured("fast", "rival", 200, 100, 100),
  measured("floor", "floor", 20, 10, 10),
);
const ours = { role: "signalbox" } as const;
const speed = (bar: number, of: Bar["figure"] & { kind: "speed" }): Bar => ({
  case: "some/contest",
  what: "",
  bar,
  figure: of,
});

describe("a bar", () => {
  const toRival = { kind: "speed", of: ours, against: { role: "rival" } } as const;
  const toFloor = { kind: "time", of: { named: /^signalbox$/ }, against: { role: "floor" } } as const;

  test("of speed is the fastest of those meant beside the fastest of the others, round by round", () => {
    expect(barResults([speed(2, toRival), speed(2.1, toRival)], [ran])).toMatchObject([
      { holds: "at least", figure: 2, of: "signalbox, bypass", against: "fast", held: true },
      { figure: 2, held: false },
    ]);
  });

  test("of time is at most so many times the other's", () => {
    const bar = (most: number): Bar => ({ case: "some/contest", what: "", bar: most, figure: toFloor });
    expect(barResults([bar(10), bar(9.9)], [ran])).toMatchObject([
      { holds: "at most", figure: 10, of: "signalbox", against: "floor", held: true },
      { figure: 10, held: false },
    ]);
  });

  test("of what a proof found is at most that", () => {
    const found = (key: string): Bar => ({
      case: "some/proof",
      what: "",
      bar: 5,
      figure: { kind: "found", key, unit: "ms" },
    });
    const proof: CaseResult = {
      kind: "proof",
      name: "some/proof",
      title: "",
      lines: [],
      figures: { a: 5, b: 6, c: NaN },
      summary: "",
      wrong: [],
    };
    const held = barResults(["a", "b", "c", "d"].map(found), [proof]).map((one) => one.held);
    expect(held).toEqual([true, false, false, false]);
  });

  test("of what a proof found is told beside what the proof found of its floor", () => {
    const beside = (least: string): Bar => ({
      case: "some/proof",
      what: "",
      bar: 1.5,
      figure: { kind: "found", key: "growth", unit: "x", least },
    });
    const proof: CaseResult = {
      kind: "proof",
      name: "some/proof",
      title: "",
      lines: [],
      figures: { growth: 2, bareGrowth: 1.75 },
      summary: "",
      wrong: [],
    };
    const [both, alone] = barResults([beside("bareGrowth"), beside("noGrowth")], [proof]);
    expect(both).toMatchObject({ figure: 2, least: 1.75, held: false });
    expect(alone).toMatchObject({ figure: 2, held: false });
    expect(alone).not.toHaveProperty("least");
    expect(barsText([both!])).toMatch(/<= 1\.50x +2\.00x +SHORT +1\.75x/);
  });

  test("is short when those it is about did not get through, and is not there when their case did not run", () => {
    const alone = contest(measured("signalbox", "signalbox", 1));
    expect(barResults([speed(1, toRival)], [alone])).toMatchObject([{ held: false }]);
    expect(barResults([speed(1, toRival)], [])).toEqual([]);
    const skipped: CaseResult = { kind: "skipped", name: "some/contest", title: "", why: "", wrong: [] };
    expect(barResults([speed(1, toRival)], [skipped])).toEqual([]);
    const failed: CaseResult = { kind: "failed", name: "some/contest", title: "", wrong: ["a crash"] };
    expect(barResults([speed(1, toRival)], [failed])).toMatchObject([{ held: false }]);
  });

  test("is told beside what its floor comes to, held or not", () => {
    const least = { role: "floor" } as const;
    const toHand = { ...toRival, least };
    const toLeast = { kind: "time", of: ours, against: { named: /^fast$/ }, least } as const;
    const all: Bar[] = [speed(20, toHand), { case: "some/contest", what: "", bar: 2, figure: toLeast }];
    expect(barResults(all, [ran])).toMatchObject([
      { figure: 2, least: 10 },
      { figure: 0.5, least: 0.1 },
    ]);
    expect(barsText(barResults(all, [ran]))).toMatch(/2\.00x +SHORT +10\.0x +signalbox, bypass/);
    const nobody = { ...toHand, least: { named: /nobody/ } };
    expect(barResults([speed(20, nobody), speed(20, toRival)], [ran]).some((one) => "least" in one)).toBe(false);
  });

  test("is told in a line, and all of them in the last one", () => {
    const results = barResults([speed(2, toRival), speed(2.1, toRival)], [ran]);
    expect(barsText(results).split("\n")).toHaveLength(3);
    expect(barsText(results)).toMatch(/>= 2\.10x +2\.00x +SHORT/);
    expect(barsHeld(results)).toBe("bars 1 of 2");
    expect(lastLine([ran], results, 1)).toMatch(/^bench ok in 1\.0 s \| bars 1 of 2 \| /);
  });
});

describe("the bars", () => {
  /** Cases of other groups come with their own names; these have no thread and no GPU. */
  const here = bars.filter((bar) => caseNames.includes(bar.case) && !/^(webgpu|recovery|threads)/.test(bar.case));

  test("are there for each case that has one", () => {
    expect(new Set(here.map((bar) => bar.case)).size).toBeGreaterThanOrEqual(12);
  });

  const ofContests = here.filter(({ figure }) => figure.kind !== "found");

  test.each([...new Set(ofContests.map((bar) => bar.case))])(
    "%s: are about contestants that there are",
    async (name) => {
      const found = await findCase(name);
      if (found.kind === "proof") throw new Error(`${name} is a proof`);
      const lineup = await found.prepare();
      if ("skipped" in lineup) throw new Error(lineup.skipped);
      const named = (who: Who): string[] =>
        lineup.contestants.filter((one) => isMeant(who, one)).map((one) => one.name);
      for (const { figure } of ofContests.filter((bar) => bar.case === name)) {
        if (figure.kind === "found") continue;
        expect(named(figure.of).length).toBeGreaterThan(0);
        expect(named(figure.against).length).toBeGreaterThan(0);
        if (figure.least !== undefined) expect(named(figure.least)).toHaveLength(1);
        expect(named(figure.of).filter((one) => named(figure.against).includes(one))).toEqual([]);
      }
      await lineup.close?.();
    },
  );

  /** Proofs that are so cheap that they can be asked; others have a list. */
  const least = { sizes: [1, 2], unit: "", rounds: 1, roundMs: 0.01 };
  const asked: Readonly<Record<string, () => Promise<ProofFindings>>> = {
    "growth/jobs": () => measureSizes(loadsOfJobs(2), least),
    "growth/dag": () => measureSizes(loadsOfGraphs(), least),
    "growth/queues": () => measureSizes(loadsOfQueues(10), least),
  };

  test("go by figures that their proofs have, and each proof's are told apart", async () => {
    const named = new Set<string>();
    for (const { case: name, figure } of bars) {
      if (figure.kind !== "found") continue;
      const proof = await findCase(name);
      const keys = proof.kind === "proof" ? (proof.keys ?? Object.keys((await asked[name]?.())?.figures ?? {})) : [];
      expect([name, keys]).toEqual([name, expect.arrayContaining([figure.key])]);
      if (figure.least !== undefined) expect([name, keys]).toEqual([name, expect.arrayContaining([figure.least])]);
      expect(named).not.toContain(`${name} ${figure.key}`);
      named.add(`${name} ${figure.key}`);
    }
  });

  test("growth of jobs is held apart: those that must not grow, and all at once beside its floor", async () => {
    const { figures, wrong } = await measureSizes(loadsOfJobs(2), least);
    expect(wrong).toEqual([]);
    const flat = Math.max(...["steady", "tick", "chain"].map((key) => figures[`${key}Growth`]!));
    expect(figures["growth"]).toBe(flat);
    const keys = bars.flatMap(({ case: name, figure }) =>
      name === "growth/jobs" && figure.kind === "found" ? [[figure.key, figure.least]] : [],
    );
    expect(keys).toEqual([
      ["growth", undefined],
      ["atOnceGrowth", "bareGrowth"],
    ]);
  });
});
