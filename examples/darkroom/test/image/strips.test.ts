import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BLUR_REACH, EDGE_REACH, HALO, planStrips, rowCount, type Rows } from "../../src/image/strips.ts";
import { TAPS } from "../../src/kernels/recipe.ts";
import { anyCut } from "../support/pictures.ts";

const inside = (inner: Rows, outer: Rows): boolean => inner.first >= outer.first && inner.end <= outer.end;

describe("planStrips", () => {
  it("gives a strip the rows that its passes read", () => {
    const strips = planStrips(10, 30, 10);
    expect(strips.map(({ source, blurred, output }) => [source, blurred, output])).toEqual([
      [
        { first: 0, end: 15 },
        { first: 0, end: 11 },
        { first: 0, end: 10 },
      ],
      [
        { first: 5, end: 25 },
        { first: 9, end: 21 },
        { first: 10, end: 20 },
      ],
      [
        { first: 15, end: 30 },
        { first: 19, end: 30 },
        { first: 20, end: 30 },
      ],
    ]);
  });

  it("leaves no sliver at the end", () => {
    expect(planStrips(1, 2050, 256).map((strip) => rowCount(strip.output))).toEqual([
      227, 228, 228, 228, 227, 228, 228, 228, 228,
    ]);
  });

  it("reaches as far as the blur's taps do", () => {
    expect(TAPS).toHaveLength(2 * BLUR_REACH + 1);
    expect(HALO).toBe(BLUR_REACH + EDGE_REACH);
  });

  it("S1, S5: puts every row into one strip, in order, none taller than asked for and all nearly alike", () => {
    fc.assert(
      fc.property(anyCut, ({ width, height, maxRows }) => {
        const strips = planStrips(width, height, maxRows);
        const rows = strips.flatMap(({ output }) =>
          Array.from({ length: rowCount(output) }, (_, i) => output.first + i),
        );
        expect(rows).toEqual(Array.from({ length: height }, (_, y) => y));
        expect(strips.map((strip) => strip.index)).toEqual([...strips.keys()]);
        const heights = strips.map((strip) => rowCount(strip.output));
        expect(Math.max(...heights)).toBeLessThanOrEqual(maxRows);
        expect(Math.max(...heights) - Math.min(...heights)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("S2, S3: every row that a pass reads, clamped to the picture, was written by the pass before it", () => {
    fc.assert(
      fc.property(anyCut, ({ width, height, maxRows }) => {
        const reached = ({ first, end }: Rows, reach: number): Rows => ({
          first: Math.max(0, first - reach),
          end: Math.min(height, end + reach),
        });
        for (const { source, blurred, output } of planStrips(width, height, maxRows)) {
          expect(inside(reached(output, EDGE_REACH), blurred)).toBe(true);
          expect(inside(reached(blurred, BLUR_REACH), source)).toBe(true);
          expect(inside(source, { first: 0, end: height })).toBe(true);
          expect(rowCount(source)).toBeLessThanOrEqual(rowCount(output) + 2 * HALO);
        }
      }),
    );
  });

  it.each([0, -1, 1.5, NaN])("takes no %d rows", (maxRows) => {
    expect(() => planStrips(4, 4, maxRows)).toThrow(`not ${maxRows}`);
  });

  it("takes no picture without rows", () => {
    expect(() => planStrips(4, 0, 1)).toThrow("not 4 x 0");
  });
});
