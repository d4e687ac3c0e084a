/**
 * The command with a machine of the test's own, and then our objects against the samples of what a kernel answered.
 */
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { conformance, replayFile } from "./conformance.ts";
import { deviations } from "./deviations.ts";
import { parseRecording } from "./format.ts";
import { machines } from "./machines.ts";
import type { ReplayOptions } from "./replay.ts";
import { fileText } from "./report.ts";

const folder = mkdtempSync(join(tmpdir(), "signalbox-conformance-"));
const samples = fileURLToPath(new URL("samples/", import.meta.url));

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Answers every step with 0, but `odd` with 1. */
const simple: ReplayOptions = {
  machines: () => [{ handles: (op) => op !== "dance", step: (op) => ({ ret: op === "odd" ? 1 : 0 }) }],
  deviations: [],
  patience: 20,
};

/** A file of sequences of one step each. */
function file(name: string, ...ops: readonly string[]): string {
  const path = join(folder, name);
  const line = (op: string): string =>
    JSON.stringify({ id: `x/${op}`, area: "x", steps: [{ op, args: { n: 1 }, ret: 0 }] });
  writeFileSync(path, ops.map(line).join("\n"));
  return path;
}

async function run(
  args: readonly string[],
  options = simple,
): Promise<{ code: number; printed: string; complained: string }> {
  const printed: string[] = [];
  const complained: string[] = [];
  const code = await conformance(args, options, {
    print: (text) => printed.push(text),
    complain: (text) => complained.push(text),
  });
  return { code, printed: printed.join("\n"), complained: complained.join("\n") };
}

describe("the command", () => {
  it("says what it counted of each file, and of all in the last line; 0 when all is well", async () => {
    const [a, b] = [file("a.jsonl", "even", "even"), file("b.jsonl", "even")];
    expect(await run([a, b])).toEqual({
      code: 0,
      printed:
        `${a}: 2 sequences, 2 steps, 0 mismatches, 0 documented deviations\n` +
        `${b}: 1 sequences, 1 steps, 0 mismatches, 0 documented deviations\n` +
        "3 sequences, 3 steps, 0 mismatches, 0 documented deviations",
      complained: "",
    });
  });

  it("answers 1 for a mismatch, and tells the step, the kernel's answer and ours", async () => {
    const path = file("c.jsonl", "even", "odd");
    const { code, printed } = await run([path]);
    expect(code).toBe(1);
    expect(printed.split("\n")).toEqual([
      `${path}: 2 sequences, 2 steps, 1 mismatches, 0 documented deviations`,
      `  ${path}:2 (x/odd), step 0: they part at ret`,
      '    step    odd {"n":1}',
      '    kernel  {"ret":0}',
      '    ours    {"ret":1}',
      "2 sequences, 2 steps, 1 mismatches, 0 documented deviations",
    ]);
  });

  it("tells the first few in full, and counts the rest", async () => {
    const { printed } = await run([file("d.jsonl", "odd", "odd", "odd", "odd", "odd")]);
    expect(printed.match(/ ours /g)).toHaveLength(3);
    expect(printed).toContain("and 2 more");
  });

  it("tells once of an operation that nobody knows, and counts each", async () => {
    const { code, printed } = await run([file("e.jsonl", "dance", "dance", "dance")]);
    expect(code).toBe(1);
    expect(printed.match(/"dance"/g)).toHaveLength(1);
    expect(printed).toMatch(/3 mismatches, 0 documented deviations$/);
  });

  it("counts a documented deviation, and is content", async () => {
    const covered = { ...simple, deviations: [{ rule: "Z1", ops: ["odd"], why: "a test", covers: () => true }] };
    const { code, printed } = await run([file("f.jsonl", "odd", "even")], covered);
    expect(code).toBe(0);
    expect(printed).toMatch(/2 sequences, 2 steps, 0 mismatches, 1 documented deviations$/);
  });

  it("reads a folder's .jsonl files by name, and each file once", async () => {
    const inside = join(folder, "inside");
    mkdirSync(inside);
    const paths = [file("inside/z.jsonl", "even"), file("inside/a.jsonl", "even")];
    writeFileSync(join(inside, "README.md"), "no recording");
    const { printed } = await run([inside, ...paths]);
    expect(printed.split("\n").map((line) => line.split(":")[0])).toEqual([paths[1], paths[0], expect.any(String)]);
    expect(printed).toMatch(/\n2 sequences, 2 steps/);
  });

  /** A file of verdicts: tasks, and whether the kernel complains at the second operation of the first. */
  function verdicts(name: string, ...lines: readonly (readonly [complains: boolean, ...tasks: string[]])[]): string {
    const path = join(folder, name);
    const text = lines.map(([complains, ...tasks], index) => {
      const complaint = complains ? { task: 0, op: 1, kind: "possible circular locking dependency detected" } : null;
      return JSON.stringify({ id: `l/${index}`, tasks: tasks.map((task) => ({ task })), complaint });
    });
    writeFileSync(path, text.join("\n"));
    return path;
  }

  it("replays lockdep's verdicts, and counts those that we share, those that go further, and those that can't be said", async () => {
    const path = verdicts(
      "lockdep.jsonl",
      [false, "thread: m0; m1; -m1; -m0"],
      [true, "thread: begin; allocK; end"],
      [false, "thread: begin; wait; m0; -m0; end"],
      [false, "thread: s0; -s0", "irq: s0; -s0"],
    );
    const { code, printed } = await run([path]);
    expect(code).toBe(0);
    const lines = printed.split("\n");
    expect(lines[0]).toBe(`${path}: 4 verdicts of lockdep: 2 agree, 1 say more, 1 not expressible, 0 mismatches`);
    expect(lines.slice(1, -1).map((line) => line.split(":").slice(0, 2).join(":"))).toEqual([
      "  more: lock in a section, 1 times",
      "  more: wait in a section, 1 times",
      "  not expressible: an interrupt that comes while a spinlock is held, 1 times",
    ]);
    expect(lines.at(-1)).toBe("4 sequences, 16 steps, 0 mismatches, 0 documented deviations");
  });

  it("answers 1 for a verdict that is not the kernel's, and tells both", async () => {
    const path = verdicts(
      "wrong.jsonl",
      [true, "thread: m0; -m0"],
      [false, "thread: begin; allocK; end"],
      [true, "thread: allocK; begin; allocK; end"],
    );
    const unknown = verdicts("unknown.jsonl", [false, "thread: dance"]);
    expect((await run([unknown])).printed).toContain('ours    The replay doesn\'t know the operation "dance"');
    const { code, printed } = await run([path]);
    expect(code).toBe(1);
    expect(printed.split("\n")).toEqual([
      `${path}: 3 verdicts of lockdep: 0 agree, 0 say more, 0 not expressible, 3 mismatches`,
      `  ${path}:1 (l/0): the kernel complains, and we don't`,
      "    task 0  thread: m0; -m0",
      "    kernel  task 0, op 1: possible circular locking dependency detected",
      "    ours    no complaint",
      `  ${path}:2 (l/1): we complain, and the kernel doesn't`,
      "    task 0  thread: begin; allocK; end",
      "    kernel  no complaint",
      expect.stringMatching(/^ {4}ours {4}task 0, op 1: section-pool, taking from pool/),
      `  ${path}:3 (l/2): we complain at another place`,
      "    task 0  thread: allocK; begin; allocK; end",
      "    kernel  task 0, op 1: possible circular locking dependency detected",
      expect.stringMatching(/^ {4}ours {4}task 0, op 2: section-pool/),
      "3 sequences, 9 steps, 3 mismatches, 0 documented deviations",
    ]);
  });

  it("answers 2 for a file out of the format, with its place, and replays nothing at all", async () => {
    const bad = join(folder, "bad.jsonl");
    writeFileSync(bad, '{"id":"x","area":"x","steps":[{"op":"even","args":{},"ret":0}]}\n{"id":"y"}\n');
    const { code, printed, complained } = await run([file("a.jsonl", "even"), bad]);
    expect([code, printed]).toEqual([2, ""]);
    expect(complained).toMatch(/bad\.jsonl:2: a line needs "area"|bad\.jsonl:2: "steps" must be a list/);
  });

  it.each<[what: string, args: readonly string[], message: RegExp]>([
    ["nothing to replay", [], /No files to replay\n\nnpm run conformance --/],
    ["a file that is not there", [join(folder, "gone.jsonl")], /There is no file or folder .*gone\.jsonl/],
    ["an option that there is not", ["--fast"], /There is no option --fast/],
  ])("answers 2 for %s", async (_what, args, message) => {
    const { code, printed, complained } = await run(args);
    expect([code, printed]).toEqual([2, ""]);
    expect(complained).toMatch(message);
  });

  it("answers 2 for a folder without recordings: a wrong path must not look like a success", async () => {
    const empty = mkdtempSync(join(folder, "empty-"));
    const { code, complained } = await run([empty]);
    expect(code).toBe(2);
    expect(complained).toContain(`There are no .jsonl files in ${empty}`);
  });

  it("prints its usage when asked", async () => {
    expect(await run(["--help"])).toMatchObject({ code: 0, printed: expect.stringContaining("FILES-OR-FOLDERS") });
  });
});

const ours: ReplayOptions = { machines, deviations, patience: 5_000 };

describe("our objects answer as the kernel did", () => {
  it.each(readdirSync(samples))("%s", async (name) => {
    const recording = parseRecording(name, readFileSync(join(samples, name), "utf8"));
    const outcome = await replayFile(recording, ours);
    expect(outcome.counts.steps).toBeGreaterThan(0);
    if (outcome.counts.mismatches > 0) expect.fail(fileText(recording, outcome));
  });

  it("and every changed answer of a sample is found", async () => {
    const text = readFileSync(join(samples, "hand-timeline.jsonl"), "utf8");
    const recording = parseRecording("changed", text);
    let changed = 0;
    const sequences = recording.sequences.map((sequence) => ({
      ...sequence,
      steps: sequence.steps.map((step, index) => {
        if (index % 7 !== 3) return step;
        changed++;
        return { ...step, answer: { ...step.answer, out: { ...step.answer.out, planted: true } } };
      }),
    }));
    const { counts, mismatches } = await replayFile({ ...recording, sequences }, ours);
    expect(changed).toBeGreaterThan(20);
    expect(counts.mismatches).toBe(changed);
    expect(new Set(mismatches.map(({ problem }) => problem))).toEqual(new Set(["they part at out.planted"]));
  });
});

describe("the table of deviations", () => {
  const page = readFileSync(new URL("../../../../docs/conformance.md", import.meta.url), "utf8");

  it("is that of docs/conformance.md: the same rules, in the same order", () => {
    const text = /<!-- deviations: begin -->(.*)<!-- deviations: end -->/s.exec(page)?.[1] ?? "";
    const rows = text
      .split("\n")
      .filter((line) => line.startsWith("| ") && !line.startsWith("| rule") && !line.startsWith("| -"));
    expect(rows.map((row) => row.split("|")[1]?.trim())).toEqual(deviations.map(({ rule }) => rule));
    expect(new Set(deviations.map(({ rule }) => rule)).size).toBe(deviations.length);
    if (deviations.length === 0) expect(text).toContain("There are none.");
  });
});
