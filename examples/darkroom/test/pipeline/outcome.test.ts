import { FenceError, SignalboxError, errno } from "signalbox";
import { describe, expect, it } from "vitest";
import { DarkroomError } from "../../src/errors.ts";
import { Interrupted, exitCodeOf, judge, outcomeOf } from "../../src/pipeline/outcome.ts";
import type { Outcome } from "../../src/pipeline/outcome.ts";

const photo = { input: "in/a.jpg", output: "out/a.png", size: { width: 2, height: 3 }, strips: [] };
const whole = { interrupted: false };
const interrupted = { interrupted: true };

/** The failure of a job that was cancelled since another failed, and so on, down to a first cause. */
function chain(depth: number, cause: unknown, number: number = errno.ECANCELED): FenceError {
  const under = depth === 0 ? cause : chain(depth - 1, cause, number);
  return new FenceError(`[Job ${depth}] was cancelled`, { errno: number, timeline: "t", seqno: 1, cause: under });
}

describe("a verdict", () => {
  it("without a difference is a photo developed", () => {
    const verdict = { pixels: 6, differing: 0 };
    expect(judge(photo, verdict)).toEqual({ kind: "developed", photo, verdict });
  });

  it("J3: with one pixel that differs is a photo failed, and a command that ends with 1", () => {
    const first = { x: 1, y: 2, expected: [1, 2, 3, 4], actual: [1, 2, 3, 5] } as const;
    const outcome = judge(photo, { pixels: 6, differing: 1, first });
    expect(outcome).toEqual({
      kind: "failed",
      photo,
      reason:
        '"out/a.png": 1 of 6 pixels differ from the reference, the first at (1, 2): rgba(1, 2, 3, 5) instead of rgba(1, 2, 3, 4).',
    });
    expect(exitCodeOf([judge(photo, { pixels: 6, differing: 0 }), outcome])).toBe(1);
  });
});

describe("the outcome of an error", () => {
  it.each([0, 1, 5])("J1: is told by its root, %d cancelled jobs further down", (depth) => {
    const root = new DarkroomError("input-file", '"in/a.jpg" is empty: it has 0 bytes.');
    const reason = '"in/a.jpg" is empty: it has 0 bytes.';
    expect(outcomeOf(photo, chain(depth, root), whole)).toEqual({ kind: "failed", photo, reason });
    expect(outcomeOf(photo, chain(depth, chain(1, root, errno.EIO)), interrupted)).toEqual({
      kind: "failed",
      photo,
      reason,
    });
  });

  it("is the fence's own words where it has no cause", () => {
    const error = new FenceError("Fence 7 failed: EIO", { errno: errno.EIO, timeline: "t", seqno: 7 });
    expect(outcomeOf(photo, error, whole)).toEqual({ kind: "failed", photo, reason: "Fence 7 failed: EIO" });
  });

  it("that is no fence's is told as it is", () => {
    expect(outcomeOf(photo, new RangeError("too much"), whole)).toMatchObject({ kind: "failed", reason: "too much" });
  });

  it.each([0, 3])("J2: is cancelled where an interrupt is the root, %d jobs further down", (depth) => {
    const error = chain(depth, new Interrupted());
    expect(outcomeOf(photo, error, interrupted)).toEqual({ kind: "cancelled", photo, written: false });
    expect(outcomeOf(photo, error, { interrupted: true, written: true })).toMatchObject({ written: true });
  });

  it("J2: is cancelled where a queue takes no more jobs, and only after an interrupt", () => {
    const refused = new SignalboxError("ENODEV", '[Queue "verify"] was destroyed and takes no job');
    expect(outcomeOf(photo, refused, interrupted).kind).toBe("cancelled");
    expect(outcomeOf(photo, refused, whole)).toMatchObject({ kind: "failed", reason: refused.message });
    expect(outcomeOf(photo, new SignalboxError("EINVAL", "a mistake"), interrupted).kind).toBe("failed");
  });
});

describe("the exit code", () => {
  const developed = judge(photo, { pixels: 6, differing: 0 });
  const failed: Outcome = { kind: "failed", photo, reason: "" };
  const cancelled: Outcome = { kind: "cancelled", photo, written: true };

  it("is 0 if every photo was developed, else 1", () => {
    expect(exitCodeOf([developed, developed])).toBe(0);
    expect(exitCodeOf([developed, failed])).toBe(1);
    expect(exitCodeOf([cancelled, developed])).toBe(1);
  });
});
