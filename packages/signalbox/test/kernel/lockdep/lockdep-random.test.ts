/** Random programs over the words of the recorded verdicts: the validator complains where a plain graph of classes does. */
import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isLockdepLine, parseLockdepLine } from "./lockdep-format.ts";
import type { LockdepLine } from "./lockdep-format.ts";
import { referenceVerdict } from "./lockdep-reference.ts";
import { judgeLockdep, replayLockdep } from "./lockdep-replay.ts";

const recorded = new URL("../../../../../../shared/conformance/lockdep.jsonl", import.meta.url);
const samples = new URL("../samples/lockdep.jsonl", import.meta.url);

/** The recordings that a plain graph can speak of: not those of which interrupts come while a spinlock is held. */
function lines(url: URL): readonly LockdepLine[] {
  const all = readFileSync(url, "utf8")
    .trim()
    .split("\n")
    .map((line): unknown => JSON.parse(line));
  return all
    .filter(isLockdepLine)
    .map((line, index) => parseLockdepLine(`line ${index + 1}`, line))
    .filter(
      ({ tasks }) => !tasks.some(({ context, ops }) => context === "irq" && ops.some((op) => /^-?i?s\d/.test(op))),
    );
}

const textOf = ({ tasks }: Pick<LockdepLine, "tasks">): string =>
  tasks.map(({ context, ops }) => `${context}: ${ops.join("; ")}`).join(" || ");

describe("the reference", () => {
  it.skipIf(!existsSync(recorded)).for([["recorded", recorded] as const])(
    "says what the kernel said: %s",
    ([, url]) => {
      checkReference(lines(url));
    },
  );
  it("says what the kernel said: samples", () => {
    checkReference(lines(samples));
  });

  function checkReference(all: readonly LockdepLine[]): void {
    expect(all.length).toBeGreaterThan(40);
    for (const line of all) {
      const { complaint } = line;
      const ours = referenceVerdict(line.tasks);
      expect([textOf(line), ours?.task, complaint?.op === undefined ? undefined : ours?.op]).toEqual([
        textOf(line),
        complaint?.task,
        complaint?.op,
      ]);
    }
  }
});

type Ops = readonly string[];

const number = (max: number): fc.Arbitrary<string> => fc.nat({ max }).map(String);
const simple = fc.oneof(
  fc.constantFrom("allocK", "allocFS", "allocIO", "allocNW", "allocA", "wait", "signal", "mightsleep", "rwait"),
  number(3).map((n) => `flush${n}`),
  number(1).map((n) => `drain${n}`),
);
const lock = fc.oneof(
  { weight: 4, arbitrary: number(3).map((n) => `m${n}`) },
  ...[
    number(3).map((n) => `tm${n}`),
    number(1).map((n) => `rd${n}`),
    number(1).map((n) => `wr${n}`),
    number(1).map((n) => `resv${n}`),
    number(1).map((n) => `is${n}`),
    fc.constantFrom("mmap", "reclaim"),
  ].map((arbitrary) => ({ weight: 1, arbitrary })),
);

const { block } = fc.letrec<{ block: Ops; body: Ops }>((tie) => ({
  body: fc.array(tie("block"), { maxLength: 3, depthIdentifier: "program" }).map((blocks) => blocks.flat()),
  block: fc.oneof(
    { depthIdentifier: "program", maxDepth: 4 },
    simple.map((op) => [op]),
    tie("body").map((body) => ["begin", ...body, "end"]),
    fc.tuple(lock, tie("body")).map(([op, body]) => [op, ...body, `-${op}`]),
    fc.tuple(lock, lock, tie("body")).map(([a, b, body]) => [a, b, ...body, `-${a}`, `-${b}`].flat()),
    tie("body").map((body) => ["ctx", "cresv0", "cresv1", ...body, "-cresv1", "-cresv0", "-ctx"]),
  ),
}));
const task = fc
  .tuple(
    fc.constantFrom("thread", "thread", "thread", "irq", "work0", "work1", "work2"),
    fc.array(block, { maxLength: 3 }),
  )
  .map(([context, blocks]) => ({ context, ops: blocks.flat() }));

/** What the kernel has no meaning for, or the recordings don't say: then a program says nothing. */
function isSense({ context, ops }: LockdepLine["tasks"][number]): boolean {
  const open: string[] = [];
  for (const op of ops) {
    if (op.startsWith("-")) {
      open.splice(open.lastIndexOf(op.slice(1)), 1);
      continue;
    }
    const atomic = context === "irq" || open.some((each) => each.startsWith("is"));
    if (context === "irq" && /^(is|tm|reclaim|ctx)/.test(op)) return false;
    if (atomic && /^(tm|reclaim)/.test(op)) return false;
    // Whether that is told of depends on what is in flight.
    if (context === "work1" && op === "drain0") return false;
    // One thing is taken once by a task that has it: the second time it would hang.
    const same = (each: string): boolean =>
      each.replace(/^(t|rd|wr|c)(?=m|resv|\d)/, "") === op.replace(/^(t|rd|wr|c)(?=m|resv|\d)/, "");
    if (/^(i?s|t?m\d|rd|wr|c?resv|reclaim|mmap|ctx)/.test(op)) {
      if (open.some(same)) return false;
      open.push(op);
    }
  }
  return true;
}

describe("random programs", () => {
  it("are complained about by the validator just where they are by the reference", () => {
    let complaints = 0;
    fc.assert(
      fc.property(fc.array(task.filter(isSense), { minLength: 1, maxLength: 4 }), (tasks) => {
        const line = { at: "random", id: "random", tasks };
        const theirs = referenceVerdict(tasks);
        if (theirs !== null) complaints++;
        const answer = replayLockdep({ ...line, complaint: null });
        const verdict = judgeLockdep({ ...line, complaint: theirs === null ? null : { ...theirs, kind: "" } }, answer);
        expect({
          program: textOf(line),
          verdict: verdict === "more" || verdict === "not expressible" ? "agree" : verdict,
          theirs,
          ours:
            answer.complaint === null
              ? null
              : `${answer.complaint.task}.${answer.complaint.op} ${answer.complaint.report.message}`,
        }).toMatchObject({ verdict: "agree" });
      }),
      { numRuns: 300 },
    );
    expect(complaints).toBeGreaterThan(50);
  });
});
