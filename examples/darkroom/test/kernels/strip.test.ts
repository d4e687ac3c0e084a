import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cutRows } from "../../src/image/slice.ts";
import { planStrips, type Strip } from "../../src/image/strips.ts";
import {
  developReference,
  edgesReference,
  horizontalReference,
  lumaReference,
  verticalReference,
} from "../../src/kernels/reference.ts";
import { blurHorizontal, blurVertical, compose, develop, edges, luma } from "../../src/kernels/strip.ts";
import { anyCut, inStrips, noisyPicture } from "../support/pictures.ts";

const only = (width: number, height: number): Strip => planStrips(width, height, height)[0]!;

describe("the strip kernels", () => {
  it("S4: give the reference's very bytes, however the picture is cut", async () => {
    await fc.assert(
      fc.asyncProperty(anyCut, async ({ width, height, maxRows, seed }) => {
        const photo = noisyPicture(width, height, seed);
        const developed = await inStrips(photo, maxRows, (strip) =>
          develop({ strip, source: cutRows(photo, strip.source) }),
        );
        expect(developed.data).toEqual(developReference(photo).data);
      }),
      { numRuns: 300 },
    );
  });

  it("agree with the reference kernel by kernel", () => {
    const [width, height] = [23, 17];
    const photo = noisyPicture(width, height);
    const strip = only(width, height);
    const grey = luma({ strip, source: photo.data });
    const horizontal = blurHorizontal({ strip, luma: grey });
    const blurred = blurVertical({ strip, horizontal });
    const lines = edges({ strip, blurred });
    const want = { luma: lumaReference(photo) } as Record<string, Uint32Array>;
    want["horizontal"] = horizontalReference(want["luma"]!, width, height);
    want["blurred"] = verticalReference(want["horizontal"], width, height);
    want["edges"] = edgesReference(want["blurred"], width, height);
    expect({ luma: grey, horizontal, blurred, edges: lines }).toEqual({
      luma: Uint8Array.from(want["luma"]!),
      horizontal: Uint16Array.from(want["horizontal"]),
      blurred: Uint8Array.from(want["blurred"]),
      edges: Uint8Array.from(want["edges"]),
    });
    expect(compose({ strip, source: photo.data, blurred, edges: lines })).toEqual(developReference(photo).data);
  });

  it("T1: take what a structured clone makes of their input, and leave it as it was", () => {
    const photo = noisyPicture(9, 30);
    const strip = planStrips(9, 30, 10)[1]!;
    const input = { strip, source: cutRows(photo, strip.source) };
    const clone = structuredClone(input);
    expect(develop(clone)).toEqual(develop(input));
    expect(clone).toEqual(input);
  });

  it("T2: hand out arrays that own their buffer", () => {
    const photo = noisyPicture(9, 30);
    const strip = planStrips(9, 30, 10)[1]!;
    const source = cutRows(photo, strip.source);
    const grey = luma({ strip, source });
    const horizontal = blurHorizontal({ strip, luma: grey });
    const blurred = blurVertical({ strip, horizontal });
    const lines = edges({ strip, blurred });
    for (const result of [grey, horizontal, blurred, lines, develop({ strip, source })]) {
      expect(result.byteLength).toBe(result.buffer.byteLength);
      const moved = structuredClone(result, { transfer: [result.buffer] });
      expect(moved.length).toBeGreaterThan(0);
      expect(result.length).toBe(0);
    }
  });

  it("T3: refuse input of the wrong size", () => {
    const strip = only(3, 3);
    const right = { source: new Uint8Array(36), blurred: new Uint8Array(9), edges: new Uint8Array(9) };
    const short = new Uint8Array(8);
    expect(() => luma({ strip, source: short })).toThrow("source has 36 values, not 8");
    expect(() => blurHorizontal({ strip, luma: short })).toThrow("luma has 9 values, not 8");
    expect(() => blurVertical({ strip, horizontal: new Uint16Array(8) })).toThrow("horizontal has 9 values, not 8");
    expect(() => edges({ strip, blurred: short })).toThrow("blurred has 9 values, not 8");
    expect(() => compose({ strip, ...right, source: short })).toThrow("source has 36 values, not 8");
    expect(() => compose({ strip, ...right, blurred: short })).toThrow("blurred has 9 values, not 8");
    expect(() => compose({ strip, ...right, edges: short })).toThrow("edges has 9 values, not 8");
  });
});
