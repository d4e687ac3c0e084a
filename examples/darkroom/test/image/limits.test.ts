import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DarkroomError } from "../../src/errors.ts";
import { fitRows, type StripLimits } from "../../src/image/limits.ts";
import { planStrips, rowCount } from "../../src/image/strips.ts";

describe("fitRows", () => {
  it("takes what was asked for where it fits", () => {
    expect(fitRows({ width: 100, height: 1000 }, 256, { bytes: 2 ** 27 }, "the test")).toBe(256);
  });

  it("takes off the halo of both sides where the bytes are scarce", () => {
    expect(fitRows({ width: 100, height: 1000 }, 256, { bytes: 100 * 4 * 30 }, "the test")).toBe(20);
  });

  it("minds the rows of a dispatch", () => {
    expect(fitRows({ width: 1, height: 1000 }, 256, { bytes: 2 ** 27, rows: 64 }, "the test")).toBe(54);
  });

  it("needs no halo for a picture that fits whole", () => {
    expect(fitRows({ width: 100, height: 8 }, 256, { bytes: 100 * 4 * 8 }, "the test")).toBe(8);
  });

  it("slices a picture larger than a GPU's buffer, up to the last width that can be sliced", () => {
    const gpu = { bytes: 2 ** 27, width: 65535 * 32, rows: 65535 * 4 };
    expect(fitRows({ width: 40_000, height: 30_000 }, 10_000, gpu, "the GPU")).toBe(828);
    expect(fitRows({ width: 65535 * 32, height: 11 }, 256, gpu, "the GPU")).toBe(11);
    expect(() => fitRows({ width: 65535 * 32 + 1, height: 11 }, 256, gpu, "the GPU")).toThrow(
      "A picture of 2097121 x 11 does not fit the GPU: " +
        "a strip needs 11 whole rows at once, so at most 2097120 pixels of width.",
    );
  });

  it("says which width does fit, and it does", () => {
    const error = catchError(() => fitRows({ width: 101, height: 50 }, 8, { bytes: 100 * 4 * 11 }, "the credits"));
    expect(error).toBeInstanceOf(DarkroomError);
    expect(error).toMatchObject({ code: "too-wide", message: expect.stringContaining("at most 100 pixels of width") });
    expect(fitRows({ width: 100, height: 50 }, 8, { bytes: 100 * 4 * 11 }, "the credits")).toBe(1);
  });

  it("L1, L2: a strip planned with the result fits, and the next taller one would not or was not asked for", () => {
    const limits = fc.record({
      bytes: fc.integer({ min: 1, max: 20_000 }),
      width: fc.integer({ min: 1, max: 60 }),
      rows: fc.integer({ min: 1, max: 60 }),
    });
    const size = fc.record({ width: fc.integer({ min: 1, max: 60 }), height: fc.integer({ min: 1, max: 60 }) });
    const wanted = fc.integer({ min: 1, max: 60 });
    fc.assert(
      fc.property(size, wanted, limits, (size, wanted, limits) => {
        const rows = catchResult(() => fitRows(size, wanted, limits, "the test"));
        if (rows === undefined) {
          // Refused: then a strip of one row in the middle of the picture must indeed not fit.
          expect(fits(size, 1, limits)).toBe(false);
          return;
        }
        expect(rows).toBeGreaterThanOrEqual(1);
        expect(rows).toBeLessThanOrEqual(wanted);
        for (const strip of planStrips(size.width, size.height, rows)) {
          expect(rowCount(strip.source) * size.width * 4).toBeLessThanOrEqual(limits.bytes);
          expect(rowCount(strip.source)).toBeLessThanOrEqual(limits.rows);
        }
        if (rows < Math.min(wanted, size.height)) expect(fits(size, rows + 1, limits)).toBe(false);
      }),
    );
  });
});

/** Whether a strip of so many rows, with as much of a halo as the picture can have, fits. */
function fits(size: { width: number; height: number }, rows: number, limits: StripLimits): boolean {
  const sourceRows = Math.min(size.height, rows + 10);
  return size.width <= limits.width! && sourceRows <= limits.rows! && sourceRows * size.width * 4 <= limits.bytes;
}

function catchResult(call: () => number): number | undefined {
  try {
    return call();
  } catch (error) {
    if (error instanceof DarkroomError) return undefined;
    throw error;
  }
}

function catchError(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error("Nothing was thrown.");
}
