import { describe, expect, test } from "vitest";
import { readPerfetto } from "signalbox/trace";
import { drawSvg } from "../../src/trace/picture.ts";
import { record } from "../support.ts";

/** The names of the elements; fails unless each is closed where it belongs. */
function elements(svg: string): string[] {
  const names: string[] = [];
  const open: string[] = [];
  for (const [, close, name = "", empty] of svg.matchAll(
    /<(\/?)([a-z]+)(?: [a-z0-9-]+="[^"<]*"| xmlns="[^"]*"| viewBox="[^"]*")*(\/?)>/g,
  )) {
    if (close === "/") expect(open.pop()).toBe(name);
    else {
      names.push(name);
      if (empty !== "/") open.push(name);
    }
  }
  expect(open).toEqual([]);
  // Nothing but elements and text: no `<` is left over.
  expect(svg.replaceAll(/<\/?[a-z]+(?: [A-Za-z0-9-]+="[^"<]*")*\/?>/g, "")).not.toMatch(/[<>]/);
  return names;
}

const count = (svg: string, what: RegExp): number => Array.from(svg.matchAll(what)).length;

describe("the picture", () => {
  const trace = readPerfetto(record());
  const { text, width, height } = drawSvg("good.pftrace", trace, 1200);

  test("is well-formed, as wide as was asked for, and high enough for what it shows", () => {
    expect(elements(text).length).toBeGreaterThan(400);
    expect(width).toBe(1200);
    const lows = Array.from(text.matchAll(/ y="([\d.]+)"/g), ([, y]) => Number(y));
    expect(Math.max(...lows)).toBeLessThan(height);
  });

  test("has a name for each ring, queue and timeline", () => {
    for (const name of ["ring gpu.0 (gpu)", "ring gpu.1 (gpu)", "upload", "compute", "readback", "timelines", "gate"]) {
      expect(text).toContain(`>${name}</text>`);
    }
    expect(text).toContain(">peak 4 of 4</text>");
  });

  test("has a slice for each job that is wide enough to be seen, and an arrow for each dependency", () => {
    expect(count(text, /<title>put \d+, /g)).toBe(3 * 40); // Running, waiting, and on the hardware.
    expect(count(text, /Z" fill="#[0-9a-f]{6}" fill-opacity="[\d.]+"\/>/g)).toBeGreaterThanOrEqual(trace.flows.length);
  });

  test("marks what failed in red", () => {
    expect(count(text, /<title>put 10, [^<]*error: EIO/g)).toBe(2);
    expect(count(text, /stroke="#cc2222" stroke-width="1.4"/g)).toBe(5); // put 10; and both marks of the two jobs that were cancelled after it.
  });

  test("makes words harmless", () => {
    const label = `</text><script>&"'\u0000\u0007`;
    const odd = drawSvg(label, readPerfetto(record({ label })), 1200).text;
    expect(elements(odd)).not.toContain("script");
    expect(odd).toContain("&lt;script&gt;&amp;&quot;'");
    // eslint-disable-next-line no-control-regex -- these are what must not be there
    expect(odd).not.toMatch(/[\u0000-\u0008]/);
  });

  test("draws a part of a trace, and nothing outside of it", () => {
    const part = drawSvg("part", trace, 1200, { start: trace.start + 20e6, end: trace.start + 30e6 }).text;
    expect(elements(part).length).toBeLessThan(elements(text).length / 2);
    expect(part).toMatch(/<title>put 1[0-4], /);
    expect(part).not.toMatch(/<title>put [0-8], /);
    const xs = Array.from(
      part.matchAll(/<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)"/g),
      ([, x, w]) => Number(x) + Number(w),
    );
    expect(Math.max(...xs)).toBeLessThanOrEqual(1200);
    expect(part).toContain(">20.0 ms</text>");
  });

  test("stays small for a trace that is not, and says what it can't show", () => {
    const many = { ...trace, flows: Array.from({ length: 2000 }, () => trace.flows[0]!) };
    const crowded = drawSvg("crowded", many, 1200).text;
    expect(crowded).toContain("2 000 arrows (too many to draw: --from and --to take a part)");
    expect(crowded.length).toBeLessThan(text.length);
  });
});
