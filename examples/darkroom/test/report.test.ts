import { describe, expect, it } from "vitest";
import type { QueueFigures } from "signalbox/trace";
import { planStrips } from "../src/image/strips.ts";
import type { Outcome } from "../src/pipeline/outcome.ts";
import { compareLines, outcomeLine, queueLines, summaryLine } from "../src/report.ts";

const photo = {
  input: "in/a.jpg",
  output: "out/a.png",
  size: { width: 20, height: 30 },
  strips: planStrips(20, 30, 10),
};
const developed: Outcome = { kind: "developed", photo, verdict: { pixels: 600, differing: 0 } };
const failed: Outcome = { kind: "failed", photo, reason: '"in/a.jpg" is empty: it has 0 bytes.' };
const cancelled: Outcome = { kind: "cancelled", photo, written: false };

describe("a photo's line", () => {
  it("says where the result is, how it was cut and that nothing differs", () => {
    expect(outcomeLine(developed)).toBe("out/a.png  20 x 30, 3 strips, 0 of 600 pixels differ from the reference");
  });

  it("names a file that failed, and the cause", () => {
    expect(outcomeLine(failed)).toBe('FAILED  a.jpg: "in/a.jpg" is empty: it has 0 bytes.');
  });

  it("says of a photo that was cancelled whether there is a result", () => {
    expect(outcomeLine(cancelled)).toBe("cancelled  a.jpg");
    expect(outcomeLine({ ...cancelled, written: true })).toBe(
      "cancelled  a.jpg: written, but not compared with the reference",
    );
  });
});

describe("the summary", () => {
  it("counts how the photos ended", () => {
    const summary = (...outcomes: Outcome[]) => summaryLine({ outcomes, wall: 1500 }, "out");
    expect(summary(developed, developed)).toBe("Developed 2 of 2, in 1.50 s; the pictures are in out.");
    expect(summary(developed, failed, failed)).toBe("Developed 1 of 3, 2 failed, in 1.50 s; the pictures are in out.");
    expect(summary(failed, cancelled, developed)).toBe(
      "Developed 1 of 3, 1 failed, 1 cancelled, in 1.50 s; the pictures are in out.",
    );
  });

  it("names no folder for pictures that there are not", () => {
    expect(summaryLine({ outcomes: [cancelled], wall: 10 }, "out")).toBe("Developed 0 of 1, 1 cancelled, in 10.0 ms.");
    expect(summaryLine({ outcomes: [{ ...cancelled, written: true }], wall: 10 }, "out")).toBe(
      "Developed 0 of 1, 1 cancelled, in 10.0 ms; the pictures are in out.",
    );
  });
});

describe("the table of queues", () => {
  const spread = { count: 2, p50: 1, p99: 2, max: 2, total: 3 };
  const figures = (queue: string, jobs: number): QueueFigures => ({
    queue,
    context: 1,
    ring: undefined,
    jobs,
    done: jobs,
    failed: 0,
    cancelled: 0,
    unfinished: 0,
    wait: spread,
    run: spread,
    credits: 2048,
    peakCredits: 1024,
  });

  it("has the queues in the order of a photo's way, and none without a job", () => {
    const lines = queueLines(
      ["verify", "readback", "encode", "upload", "inspect", "decode", "compute"]
        .map((name) => figures(name, 3))
        .concat(figures("develop", 0)),
    ).split("\n");
    expect(lines.slice(2).map((line) => line.split(" ")[0])).toEqual([
      "inspect",
      "decode",
      "upload",
      "compute",
      "readback",
      "encode",
      "verify",
    ]);
  });

  it("counts bytes where credits are bytes, and jobs where they are jobs", () => {
    expect(queueLines([figures("upload", 3)])).toMatch(/ 1 KiB of 2 KiB$/);
    expect(queueLines([figures("decode", 3)])).toMatch(/ 1024 of 2048$/);
  });
});

describe("the comparison", () => {
  it("has both ways, and the first in shares of the second", () => {
    const fences = { wall: 2000, peakBytes: 2 ** 20, strips: [1, 2, 3, 4] };
    const promises = { wall: 1000, peakBytes: 2 ** 22, strips: [4, 4, 4, 8] };
    const [, , first, second, ratio] = compareLines(fences, promises)
      .split("\n")
      .map((line) => line.split(/ {2,}/));
    expect(first).toEqual(["fences and credits", "2.00 s", "1 MiB", "2.00 ms", "4.00 ms"]);
    expect(second).toEqual(["plain promises", "1.00 s", "4 MiB", "4.00 ms", "8.00 ms"]);
    expect(ratio).toEqual(["ratio", "2.00x", "0.25x", "0.50x", "0.50x"]);
  });

  it("has dashes where there was no strip", () => {
    const none = { wall: 1, peakBytes: 1, strips: [] };
    expect(compareLines(none, none).split("\n").at(4)).toMatch(/1\.00x +1\.00x +- +-$/);
  });

  it("says what a strip's time is", () => {
    const none = { wall: 1, peakBytes: 1, strips: [] };
    expect(compareLines(none, none).split("\n").at(-1)).toBe(
      "A strip's time is from when its photo was decoded until its rows are back.",
    );
  });
});
