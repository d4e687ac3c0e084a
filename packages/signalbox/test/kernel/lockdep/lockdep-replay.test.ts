import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { FormatError } from "../format-error.ts";
import { isLockdepLine, parseLockdepLine } from "./lockdep-format.ts";
import type { LockdepLine } from "./lockdep-format.ts";
import { judgeLockdep, moreClasses, replayLockdep } from "./lockdep-replay.ts";
import type { LockdepVerdict } from "./lockdep-replay.ts";

const text = readFileSync(new URL("../samples/lockdep.jsonl", import.meta.url), "utf8");
const samples = text
  .trim()
  .split("\n")
  .map((line, index) => parseLockdepLine(`samples:${index + 1}`, JSON.parse(line)));

function line(complaint: LockdepLine["complaint"], ...tasks: readonly string[]): LockdepLine {
  return parseLockdepLine("here", { id: "made up", tasks: tasks.map((task) => ({ task })), complaint });
}

function verdictOf(each: LockdepLine): LockdepVerdict {
  return judgeLockdep(each, replayLockdep(each));
}

describe("the kernel's verdicts", () => {
  it.each(samples.map((sample) => [sample.id, sample] as const))(
    "%s: we complain where it does, or say why not",
    (_, sample) => {
      expect(["agree", "more", "not expressible"]).toContain(verdictOf(sample));
    },
  );

  it("are nearly all expressible, and half of the samples are complaints", () => {
    const answers = samples.map((sample) => replayLockdep(sample));
    expect(answers.filter(({ inexpressible }) => inexpressible !== null)).toHaveLength(4);
    expect(answers.filter(({ complaint }) => complaint !== null).length).toBeGreaterThan(25);
  });

  it("whatever we complain about beyond them has a class with a reason", () => {
    const seen = new Set(samples.flatMap((sample) => replayLockdep(sample).more.map((each) => each.class)));
    expect([...seen].sort()).toEqual(Object.keys(moreClasses).sort());
    for (const reason of Object.values(moreClasses)) expect(reason.length).toBeGreaterThan(40);
  });
});

describe("the comparison", () => {
  const complaint = { task: 0, op: 1, kind: "possible circular locking dependency detected" };

  it("tells a miss from a complaint at another place, and from one that the kernel doesn't have", () => {
    expect(verdictOf(line(complaint, "thread: m0; -m0"))).toBe("missed");
    expect(verdictOf(line({ ...complaint, op: 0 }, "thread: begin; allocK; end"))).toBe("elsewhere");
    expect(verdictOf(line(null, "thread: begin; allocK; end"))).toBe("false");
    expect(verdictOf(line(complaint, "thread: begin; allocK; end"))).toBe("agree");
  });

  it("what we say before the kernel's complaint is more, what we say after it is nothing", () => {
    expect(verdictOf(line({ ...complaint, op: 2 }, "thread: begin; wait; allocK; end"))).toBe("more");
    expect(verdictOf(line(complaint, "thread: begin; allocK; wait; end"))).toBe("agree");
  });

  it("no line is remembered by the next", () => {
    expect(verdictOf(line(null, "thread: m0; m1; -m1; -m0"))).toBe("agree");
    expect(verdictOf(line(null, "thread: m1; m0; -m0; -m1"))).toBe("agree");
  });

  it("an operation that it doesn't know is an error, not a silence", () => {
    expect(() => replayLockdep(line(null, "thread: begin; dance; end"))).toThrow("dance");
    expect(verdictOf(line(null, "thread: wait"))).toBe("agree");
  });
});

describe("the format of verdicts", () => {
  it("is told from that of operations by its tasks", () => {
    expect([isLockdepLine({ tasks: [] }), isLockdepLine({ steps: [] }), isLockdepLine(null)]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it("a line that is not in it names its place", () => {
    const wrong = [
      null,
      { tasks: [] },
      { id: "a", tasks: [] },
      { id: "a", tasks: [{ task: "begin; end" }] },
      { id: "a", tasks: [{ task: "thread: begin" }], complaint: { task: 3 } },
      { id: "a", tasks: [{ task: "thread: begin" }], complaint: { task: 0, op: "1" } },
    ];
    for (const value of wrong) {
      expect(() => parseLockdepLine("f.jsonl:7", value)).toThrow(FormatError);
      expect(() => parseLockdepLine("f.jsonl:7", value)).toThrow(/^f\.jsonl:7: /);
    }
  });
});
