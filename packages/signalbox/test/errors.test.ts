import { describe, expect, it } from "vitest";
import { FenceError, SignalboxError, checkErrno, checkTimeout, errno, errorName } from "../src/errors.ts";

describe("the names of errors", () => {
  it("are the kernel's, for its negative numbers", () => {
    expect([errorName(-125), errorName(-62), errorName(-5), errorName(-2)]).toEqual([
      "ECANCELED",
      "ETIME",
      "EIO",
      "ENOENT",
    ]);
    for (const [name, number] of Object.entries(errno)) expect(errorName(number)).toBe(name);
  });

  it("of a number without a name are its number", () => {
    expect(errorName(-4095)).toBe("E4095");
  });

  it("each number has one name", () => {
    expect(new Set(Object.values(errno)).size).toBe(Object.keys(errno).length);
    for (const number of Object.values(errno)) expect(number).toBeLessThan(0);
  });
});

describe("what may be stored on a fence", () => {
  it("F9, F11: the integers from -4095 to -1, and nothing else", () => {
    for (const good of [-1, -125, -4095]) checkErrno(good);
    for (const wrong of [0, 1, 125, -4096, -0.5, NaN, Infinity]) {
      expect(() => checkErrno(wrong)).toThrow(RangeError);
      expect(() => checkErrno(wrong)).toThrow(`(got ${wrong})`);
    }
  });
});

describe("how long something may wait", () => {
  it("from 0 ms, for ever if nothing is said; nothing negative, and no NaN", () => {
    for (const good of [undefined, 0, 0.5, Infinity]) checkTimeout(good);
    for (const wrong of [-1, -0.5, NaN, -Infinity]) {
      expect(() => {
        checkTimeout(wrong);
      }).toThrow(new RangeError(`A timeout is 0 ms or more (got ${wrong})`));
    }
  });
});

describe("the classes", () => {
  it("are Errors with a name, a code and a cause", () => {
    const cause = new Error("down below");
    const misuse = new SignalboxError("EINVAL", "this call is wrong", { cause });
    expect(misuse).toBeInstanceOf(Error);
    expect(misuse).toMatchObject({ name: "SignalboxError", code: "EINVAL", message: "this call is wrong", cause });
    expect(String(misuse)).toBe("SignalboxError: this call is wrong");
    const failure = new FenceError("it failed", { errno: -62, timeline: "t", seqno: 3, job: "j", queue: "q", cause });
    expect(failure).toBeInstanceOf(Error);
    expect(failure).toMatchObject({
      name: "FenceError",
      code: "ETIME",
      errno: -62,
      timeline: "t",
      seqno: 3,
      job: "j",
      queue: "q",
      cause,
    });
  });
});
