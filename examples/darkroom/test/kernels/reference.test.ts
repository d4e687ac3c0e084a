/** The reference is what everything else is checked against; so it is checked against numbers worked out by hand. */
import { describe, expect, it } from "vitest";
import { HALO } from "../../src/image/strips.ts";
import { LUMA_WEIGHTS, TAPS } from "../../src/kernels/recipe.ts";
import {
  developReference,
  edgesReference,
  horizontalReference,
  lumaReference,
  verticalReference,
} from "../../src/kernels/reference.ts";
import { flatPicture, noisyPicture, pictureOf } from "../support/pictures.ts";

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

describe("the recipe", () => {
  it("R2: has weights that keep a flat picture flat", () => {
    expect(sum(TAPS)).toBe(256);
    expect(sum(LUMA_WEIGHTS)).toBe(256);
  });
});

describe("luma", () => {
  it.each([
    [[0, 0, 0], 0],
    [[255, 255, 255], 255],
    [[255, 0, 0], 53],
    [[0, 255, 0], 182],
    [[0, 0, 255], 18],
    [[12, 34, 56], 30],
  ] as const)("of %j is %d", ([r, g, b], luma) => {
    expect([...lumaReference(flatPicture(1, 1, [r, g, b, 9]))]).toEqual([luma]);
  });
});

describe("the blur", () => {
  const size = 11;
  const dot = new Uint32Array(size * size);
  dot[5 * size + 5] = 255;

  it("spreads a dot by the taps, along the rows and then along the columns", () => {
    const horizontal = horizontalReference(dot, size, size);
    expect([...horizontal.subarray(5 * size, 6 * size)]).toEqual([0, ...TAPS.map((tap) => tap * 255), 0]);
    expect(sum([...horizontal])).toBe(255 * 256);
    const blurred = verticalReference(horizontal, size, size);
    expect([...blurred.subarray(5 * size, 6 * size)]).toEqual([0, 0, 2, 8, 15, 19, 15, 8, 2, 0, 0]);
  });

  it("repeats the border at the border", () => {
    const step = Uint32Array.from([255, 0, 0, 0, 0, 0, 0, 0, 0]);
    const expected = [163, 93, 37, 9, 1].map((taps) => taps * 255).concat(0, 0, 0, 0);
    expect([...horizontalReference(step, 9, 1)]).toEqual(expected);
    const column = verticalReference(
      step.map((value) => value * 256),
      1,
      9,
    );
    expect([...column]).toEqual([162, 93, 37, 9, 1, 0, 0, 0, 0]);
  });

  it.each([1, 77, 128, 254, 255])("leaves a flat %d as it is", (value) => {
    const flat = new Uint32Array(15).fill(value);
    expect(verticalReference(horizontalReference(flat, 5, 3), 5, 3)).toEqual(flat);
  });
});

describe("edges", () => {
  it("are nowhere on flat ground", () => {
    expect(edgesReference(new Uint32Array(12).fill(200), 4, 3)).toEqual(new Uint32Array(12));
  });

  it("stand on both sides of a step, whichever way it runs", () => {
    // A step of 20 makes a slope of 80 across and 0 down: 2 * 80 - 12 = 148.
    const step = Uint32Array.from([10, 10, 30, 30]);
    expect([...edgesReference(step, 4, 1)]).toEqual([0, 148, 148, 0]);
    expect([...edgesReference(step, 1, 4)]).toEqual([0, 148, 148, 0]);
    expect([...edgesReference(Uint32Array.from([30, 30, 10, 10]), 4, 1)]).toEqual([0, 148, 148, 0]);
  });

  it("count a corner's smaller slope by three eighths", () => {
    // At the corner's inside: 30 across and 30 down, so 30 + 11 = 41, and 2 * 41 - 12 = 70.
    expect(edgesReference(Uint32Array.from([10, 10, 10, 10, 10, 10, 10, 10, 40]), 3, 3)[4]).toBe(70);
  });

  it("end at 0 and at 255", () => {
    expect([...edgesReference(Uint32Array.from([10, 11, 10, 250]), 4, 1)]).toEqual([0, 0, 255, 255]);
  });
});

describe("the developed picture", () => {
  it.each([
    // Without edges: (96 photo + 160 print) >> 8, where the print is the paper's colour at the tone.
    ["black: the shadow's colour", [0, 0, 0], [7, 13, 27]],
    ["white: nearly the light's colour", [255, 255, 255], [254, 246, 230]],
    ["grey 100: tone 137, from the middle on to the light", [100, 100, 100], [134, 110, 90]],
  ] as const)("makes of %s", (_name, [r, g, b], expected) => {
    expect([...developReference(flatPicture(1, 1, [r, g, b, 200])).data]).toEqual([...expected, 200]);
  });

  it("draws a dark line where light ground ends, and a bright one on dark ground", () => {
    const border = (dark: number, light: number) =>
      developReference(pictureOf(40, 1, (i) => (i % 4 === 3 ? 255 : i < 80 ? dark : light))).data;
    const byDay = border(150, 255);
    expect(byDay[4 * 22]!).toBeLessThan(byDay[4 * 39]!);
    // A black pixel beside the light stays black after sharpening: what brightens it is the line.
    const byNight = border(0, 60);
    expect(byNight[4 * 19]!).toBeGreaterThan(byNight[0]!);
  });

  it("keeps every pixel's alpha", () => {
    const photo = noisyPicture(7, 5);
    const alpha = (data: Uint8Array): number[] => [...data].filter((_, i) => i % 4 === 3);
    expect(alpha(developReference(photo).data)).toEqual(alpha(photo.data));
  });

  it("looks HALO rows up and down, and no further", () => {
    const photo = noisyPicture(3, 40);
    const before = developReference(photo).data.slice();
    for (let x = 0; x < 3; x++)
      photo.data.fill(photo.data[4 * (60 + x)]! < 128 ? 255 : 0, 4 * (60 + x), 4 * (60 + x) + 3);
    const after = developReference(photo).data;
    const changed = Array.from({ length: 40 }, (_, y) => y).filter((y) =>
      [...after.subarray(12 * y, 12 * y + 12)].some((byte, i) => byte !== before[12 * y + i]),
    );
    expect(changed[0]).toBeGreaterThanOrEqual(20 - HALO);
    expect(changed.at(-1)).toBeLessThanOrEqual(20 + HALO);
    expect(changed.length).toBeGreaterThan(HALO);
  });
});
