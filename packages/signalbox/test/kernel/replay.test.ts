import { describe, expect, it } from "vitest";
import { differenceOf } from "./compare.ts";
import type { Deviation } from "./deviations.ts";
import type { Answer, Sequence, Step } from "./format.ts";
import { replay } from "./replay.ts";
import type { Machine, Outcome } from "./replay.ts";

/** A machine of one operation, whose answers are the test's. */
function machine(op: string, step: Machine["step"]): Machine {
  return { handles: (asked) => asked === op, step };
}

function sequence(...steps: readonly (Partial<Step> & { readonly answer: Answer })[]): Sequence {
  return { at: "a:1", id: "x", area: "x", steps: steps.map((step) => ({ op: "ask", args: {}, ...step })) };
}

function play(what: Sequence, answers: Machine["step"], deviations: readonly Deviation[] = []): Promise<Outcome> {
  return replay(what, { machines: () => [machine("ask", answers)], deviations, patience: 20 });
}

const ok: Answer = { ret: 0 };

describe("two answers", () => {
  it("are the same when everything in them is, and say where they part when it is not", () => {
    const kernel: Answer = { ret: 0, out: { name: "a", fences: [{ status: 1 }, { status: 0 }] } };
    expect(differenceOf(kernel, structuredClone(kernel))).toBeUndefined();
    const off = (change: object): string | undefined => differenceOf(kernel, { ...kernel, ...change });
    expect(off({ ret: 1 })).toBe("ret");
    expect(off({ errno: "EINVAL" })).toBe("errno");
    expect(off({ out: { ...kernel.out, name: "b" } })).toBe("out.name");
    expect(off({ out: { ...kernel.out, fences: [{ status: 1 }] } })).toBe("out.fences.length");
    expect(off({ out: { ...kernel.out, fences: [{ status: 1 }, { status: 1 }] } })).toBe("out.fences.1.status");
    expect(off({ out: { ...kernel.out, more: 0 } })).toBe("out.more");
    expect(off({ out: undefined })).toBe("out.name");
  });

  it("keep kinds apart: a number is not its text, null not an object, a list not an object", () => {
    const differ = (a: unknown, b: unknown): unknown => differenceOf({ ret: 0, out: { a } }, { ret: 0, out: { a: b } });
    for (const [a, b] of [
      [1, "1"],
      [1, 1n],
      [null, {}],
      [{}, null],
      [[], {}],
      [{}, []],
      [false, 0],
    ]) {
      expect(differ(a, b)).toBe("out.a");
    }
  });

  it("may leave out what is undefined or empty", () => {
    expect(differenceOf({ ret: 0 }, { ret: 0, out: {} })).toBeUndefined();
    expect(differenceOf({ ret: 0, out: { a: 1 } }, { ret: 0, out: { a: 1, b: undefined } })).toBeUndefined();
  });
});

describe("a replay", () => {
  it("hands each step to the machine that knows it, and finds nothing when the answers are the kernel's", async () => {
    const asked: unknown[] = [];
    const note = (name: string): Machine => machine(name, (...call) => (asked.push([name, ...call]), ok));
    const what = sequence({ op: "b", args: { x: 1 }, as: "y", answer: ok }, { op: "a", answer: ok });
    const outcome = await replay(what, { machines: () => [note("a"), note("b")], deviations: [], patience: 20 });
    expect(outcome).toEqual({ mismatches: [], deviating: 0 });
    expect(asked).toEqual([
      ["b", "b", { x: 1 }, "y"],
      ["a", "a", {}, undefined],
    ]);
  });

  it("makes machines for each sequence", async () => {
    let made = 0;
    const machines = (): readonly Machine[] => (made++, [machine("ask", () => ok)]);
    for (let k = 0; k < 2; k++) await replay(sequence({ answer: ok }), { machines, deviations: [], patience: 20 });
    expect(made).toBe(2);
  });

  it("finds the one step that is off, and goes on", async () => {
    const what = sequence({ answer: ok }, { answer: { ret: -1, errno: "EINVAL" } }, { answer: ok });
    const { mismatches } = await play(what, () => Promise.resolve(ok));
    expect(mismatches).toMatchObject([{ index: 1, ours: ok, problem: "they part at ret" }]);
  });

  it("takes the debug kernel's answer as well as the first, and no third one", async () => {
    const step = { answer: ok, alt: { ret: 0, out: { value: 2 } } };
    for (const [value, found] of [
      [undefined, 0],
      [2, 0],
      [3, 1],
    ] as const) {
      const { mismatches } = await play(sequence(step), () => ({ ret: 0, out: { value } }));
      expect(mismatches).toHaveLength(found);
    }
  });

  it("counts what is thrown as a mismatch, at once or later, and goes on", async () => {
    const boom = new Error("boom");
    let calls = 0;
    const { mismatches } = await play(sequence({ answer: ok }, { answer: ok }, { answer: ok }), () => {
      if (calls++ === 0) throw boom;
      return calls === 2 ? Promise.reject(boom) : ok;
    });
    expect(mismatches.map(({ index, problem }) => [index, problem.includes("it threw Error: boom")])).toEqual([
      [0, true],
      [1, true],
    ]);
  });

  it("counts an operation that nobody knows as a mismatch", async () => {
    const { mismatches } = await play(sequence({ op: "dance", answer: ok }, { answer: ok }), () => ok);
    expect(mismatches).toMatchObject([{ index: 0, problem: 'no machine knows the operation "dance"' }]);
  });

  it("gives up a sequence whose answer never comes: all the rest of it counts", async () => {
    let calls = 0;
    const { mismatches } = await play(sequence({ answer: ok }, { answer: ok }, { answer: ok }), () => {
      return ++calls === 2 ? new Promise(() => {}) : ok;
    });
    expect(calls).toBe(2);
    expect(mismatches.map(({ index, problem }) => [index, problem.slice(0, 12)])).toEqual([
      [1, "no answer in"],
      [2, "not replayed"],
    ]);
  });
});

describe("a documented deviation", () => {
  const row: Deviation = { rule: "Z1", ops: ["ask"], why: "a test", covers: (_step, ours) => ours.ret === 7 };

  it("covers the steps that it names, and is counted", async () => {
    const outcome = await play(sequence({ answer: ok }), () => ({ ret: 7 }), [row]);
    expect(outcome).toEqual({ mismatches: [], deviating: 1 });
  });

  it("covers no other difference, no other operation, and nothing that is the kernel's answer", async () => {
    const other = await play(sequence({ answer: ok }), () => ({ ret: 6 }), [row]);
    expect(other).toMatchObject({ mismatches: [{}], deviating: 0 });
    const elsewhere = await play(sequence({ answer: ok }), () => ({ ret: 7 }), [{ ...row, ops: ["tell"] }]);
    expect(elsewhere).toMatchObject({ mismatches: [{}], deviating: 0 });
    expect(await play(sequence({ answer: { ret: 7 } }), () => ({ ret: 7 }), [row])).toMatchObject({ deviating: 0 });
  });
});
