/** The log in shared memory, from both sides, in one thread: every step of a writer may be its last. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SignalboxError, errno } from "../../src/errors.ts";
import { ENTRY_BYTES, TEXT_BYTES } from "../../src/shared/entry.ts";
import type { Outcome } from "../../src/shared/entry.ts";
import { SignalLog } from "../../src/shared/signal-log.ts";

const well: Outcome = { error: 0, time: 1_000.5, text: "" };
const badly = (text: string, error: number = errno.EIO): Outcome => ({ error, time: 2_000.25, text });

/** The same memory, as another thread opens it. */
const other = (log: SignalLog): SignalLog => new SignalLog(log.memory);

describe("points", () => {
  test("have no outcome before the owner signalled them, and its outcome from then on, in every thread", () => {
    const log = SignalLog.create(4);
    const reader = other(log);
    expect(reader.outcome(1n)).toBeUndefined();
    expect(log.advance(1n, well)).toBe(true);
    expect(log.advance(3n, badly("no marker"))).toBe(true);
    expect(reader.outcome(1n)).toEqual(well);
    expect(reader.outcome(2n)).toEqual(badly("no marker"));
    expect(reader.outcome(3n)).toEqual(badly("no marker"));
    expect(reader.outcome(4n)).toBeUndefined();
    expect(reader.signalledThrough).toBe(3n);
  });

  test("0 and the highest u64 are points like any other", () => {
    const log = SignalLog.create(2);
    expect(log.outcome(0n)).toBeUndefined();
    log.advance(0n, badly("zero"));
    expect(log.outcome(0n)).toEqual(badly("zero"));
    expect(log.outcome(1n)).toBeUndefined();
    log.advance(0xffff_ffff_ffff_ffffn, well);
    expect(log.outcome(0xffff_ffff_ffff_ffffn)).toEqual(well);
    expect(log.outcome(0n)).toEqual(badly("zero"));
  });

  test("the bell changes with every advance, submission and end", () => {
    const log = SignalLog.create(2);
    const shown = new Set([log.rung]);
    for (const change of [
      () => log.advance(1n, well),
      () => log.submit(4n),
      () => log.setCurrent(1n),
      () => log.settle(1n),
      () => log.end("owner", well),
    ]) {
      change();
      shown.add(log.rung);
    }
    expect(shown.size).toBe(6);
    expect(log.submitted).toBe(4n);
    expect(log.current).toBe(1n);
  });
});

describe("a reader that is far behind", () => {
  test("never takes a failure for a success", () => {
    const log = SignalLog.create(4);
    log.advance(1n, well);
    log.advance(2n, badly("lost"));
    for (let point = 3n; point <= 8n; point++) log.advance(point, well);
    expect(log.outcome(1n)?.error).toBe(errno.ENODATA);
    expect(log.outcome(2n)?.error).toBe(errno.ENODATA);
    expect(log.outcome(2n)?.text).toContain("overwritten");
    expect(log.outcome(3n)?.error).toBe(0);
    expect(log.outcome(4n)?.error).toBe(0);
    expect(log.outcome(8n)).toEqual(well);
  });

  test("any advances, read at any time: the outcome is the owner's, or says that it is lost", () => {
    const steps = fc.array(fc.record({ by: fc.bigInt(1n, 3n), fails: fc.boolean() }), { maxLength: 40 });
    fc.assert(
      fc.property(steps, fc.constantFrom(1, 2, 4, 16), (plan, entries) => {
        const log = SignalLog.create(entries);
        const truth: number[] = [0];
        let time = 0;
        const times: number[] = [0];
        for (const { by, fails } of plan) {
          time++;
          const error = fails ? -1 - (time % 100) : 0;
          for (let i = 0n; i < by; i++) {
            truth.push(error);
            times.push(time);
          }
          log.advance(BigInt(truth.length - 1), { error, time, text: "" });
        }
        for (let point = 1; point < truth.length; point++) {
          const outcome = log.outcome(BigInt(point));
          expect(outcome).toBeDefined();
          if (outcome?.error === errno.ENODATA) {
            expect(time - times[point]!).toBeGreaterThanOrEqual(entries);
          } else {
            expect(outcome?.error).toBe(truth[point]);
            expect(outcome?.time).toBeGreaterThanOrEqual(times[point]!);
          }
        }
        expect(log.outcome(BigInt(truth.length))).toBeUndefined();
      }),
    );
  });
});

describe("generations", () => {
  test("signal in any order, each with its own outcome", () => {
    const log = SignalLog.create(4);
    log.advance(2n, badly("second"));
    expect(log.outcomeOfGeneration(1n)).toBeUndefined();
    expect(log.outcomeOfGeneration(2n)).toEqual(badly("second"));
    log.advance(1n, well);
    expect(log.outcomeOfGeneration(1n)).toEqual(well);
    expect(log.outcomeOfGeneration(2n)).toEqual(badly("second"));
  });

  test("one that is pending behind many that came and went stays pending, and those are settled when it has signalled", () => {
    const log = SignalLog.create(2);
    for (let generation = 2n; generation <= 9n; generation++) log.advance(generation, well);
    expect(log.outcomeOfGeneration(1n)).toBeUndefined();
    log.advance(1n, badly("late"));
    log.settle(10n);
    expect(log.outcomeOfGeneration(1n)).toEqual(badly("late"));
    expect(log.outcomeOfGeneration(4n)?.error).toBe(0);
  });
});

describe("the end", () => {
  test.each(["owner", "keeper"] as const)(
    "by the %s: what has no outcome gets this one, and nothing comes after",
    (ender) => {
      const log = SignalLog.create(2);
      log.advance(1n, well);
      expect(log.ended).toBe(false);
      expect(log.end(ender, badly("over", errno.ECANCELED))).toBe(true);
      expect(log.ended).toBe(true);
      expect(log.outcome(1n)).toEqual(well);
      expect(log.outcome(2n)).toMatchObject(badly("over", errno.ECANCELED));
      expect(log.outcome(2n)?.keepers === true).toBe(ender === "keeper");
      expect(log.advance(2n, well)).toBe(false);
      expect(log.outcome(2n)?.error).toBe(errno.ECANCELED);
    },
  );

  test("the first of two ends counts", () => {
    const log = SignalLog.create(2);
    log.end("owner", badly("closed", errno.ENOENT));
    expect(log.end("keeper", badly("gone", errno.ECANCELED))).toBe(false);
    expect(log.outcome(7n)).toEqual(badly("closed", errno.ENOENT));
  });

  // What a writer that was killed leaves behind: each cell it would have written next is as it was.
  test("an owner killed before its entry counts has not signalled; one killed before it rang has", () => {
    const log = SignalLog.create(2);
    const dead = log.memory;
    log.advance(1n, well);
    const before = new Uint8Array(dead.byteLength);
    before.set(new Uint8Array(dead));
    log.advance(2n, badly("just in time"));
    const cells = new Int32Array(dead);
    const word = cells[1]!;
    cells[1] = new Int32Array(before.buffer)[1]!;
    expect(log.outcome(2n)).toBeUndefined();
    cells[1] = word;
    cells[0] = new Int32Array(before.buffer)[0]!;
    const rung = log.rung;
    log.end("keeper", badly("gone", errno.ECANCELED));
    expect(log.outcome(2n)).toEqual(badly("just in time"));
    expect(log.rung).not.toBe(rung);
  });

  test("an owner killed in the middle of an entry costs nobody else's outcome", () => {
    const log = SignalLog.create(2);
    for (let point = 1n; point <= 3n; point++) log.advance(point, well);
    // The entry of point 2 is next to be overwritten: it is blank while that is done.
    const entry = 128 + 3 * ENTRY_BYTES;
    new Int32Array(log.memory, entry)[0] = 0;
    new BigUint64Array(log.memory)[10] = 3n;
    expect(log.outcome(3n)).toEqual(well);
    expect(log.outcome(2n)?.error).toBe(0);
    log.end("keeper", badly("gone", errno.ECANCELED));
    expect(log.outcome(3n)).toEqual(well);
    expect(log.outcome(4n)?.error).toBe(errno.ECANCELED);
  });
});

test("one owner, one keeper", () => {
  const log = SignalLog.create(1);
  expect([log.claim(), other(log).claim(), log.keep(), other(log).keep()]).toEqual([true, false, true, false]);
});

test("causes are cut at a character, and come back as they were", () => {
  const log = SignalLog.create(8);
  const two = "ß".repeat(TEXT_BYTES);
  const cases = [
    ["", ""],
    ["plain", "plain"],
    ["ein Bär 🐻", "ein Bär 🐻"],
    [two, "ß".repeat(TEXT_BYTES / 2)],
    [`a${two}`, `a${"ß".repeat(TEXT_BYTES / 2 - 1)}`],
  ] as const;
  for (const [i, [said, heard]] of cases.entries()) {
    log.advance(BigInt(i + 1), badly(said));
    expect(log.outcome(BigInt(i + 1))?.text).toBe(heard);
  }
});

test("memory that can't be a log's is refused", () => {
  for (const bytes of [0, 128, 128 + 2 * ENTRY_BYTES, 128 + 5 * ENTRY_BYTES, 1_000]) {
    expect(() => new SignalLog(new SharedArrayBuffer(bytes))).toThrow(SignalboxError);
  }
});
