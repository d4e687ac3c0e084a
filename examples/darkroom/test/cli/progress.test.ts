import { describe, expect, it } from "vitest";
import { startProgress, type ProgressOptions, type ProgressStream } from "../../src/cli/progress.ts";

/** Collects what is written. */
class Collector implements ProgressStream {
  text = "";
  readonly isTTY: boolean | undefined;
  readonly columns: number | undefined;

  constructor(isTTY?: boolean, columns?: number) {
    this.isTTY = isTTY;
    this.columns = columns;
  }

  write(text: string): void {
    this.text += text;
  }

  /** What a terminal would show at the end: a carriage return and "erase line" start the line anew. */
  get screen(): string[] {
    return this.text.split("\n").map((line) => line.split("\r\u001b[K").at(-1)!);
  }
}

const OPTIONS: ProgressOptions = { total: 40, unit: "strips" };

describe("progress elsewhere than on a terminal", () => {
  it("Z1: is at most ten plain lines", () => {
    const out = new Collector();
    const progress = startProgress(out, { ...OPTIONS, colour: true });
    for (let i = 0; i < 40; i++) progress.advance(1, "earth.jpg");
    progress.end();
    expect(out.text).toMatch(/^[\x20-\x7e\n]*$/);
    expect(out.text.split("\n")).toHaveLength(11);
    expect(out.text).toMatch(/^4\/40 strips, 10 %\n8\/40 strips, 20 %\n/);
    expect(out.text).toMatch(/40\/40 strips, 100 %\n$/);
  });

  it("prints lines between, and nothing after the end", () => {
    const out = new Collector(false);
    const progress = startProgress(out, OPTIONS);
    progress.advance(39);
    progress.line("earth.jpg: done");
    progress.end();
    progress.line("late");
    progress.advance(1);
    expect(out.text).toBe("39/40 strips, 97 %\nearth.jpg: done\n");
  });
});

describe("progress on a terminal", () => {
  const bar = (filled: number): string => "█".repeat(filled) + "░".repeat(30 - filled);

  it("is one bar, drawn over itself", () => {
    const out = new Collector(true, 100);
    let now = 0;
    const progress = startProgress(out, { ...OPTIONS, now: () => now });
    expect(out.screen).toEqual([`${bar(0)} 0/40 strips, 0 %`]);
    now = 60;
    progress.advance(10, "earth.jpg");
    expect(out.screen).toEqual([`${bar(7)} 10/40 strips, 25 %  earth.jpg`]);
    now = 120;
    progress.advance(10);
    expect(out.screen).toEqual([`${bar(15)} 20/40 strips, 50 %  earth.jpg`]);
  });

  it("Z3: is not drawn too often, but at the end", () => {
    const out = new Collector(true, 100);
    const progress = startProgress(out, { ...OPTIONS, now: () => 0 });
    const before = out.text;
    for (let i = 0; i < 39; i++) progress.advance(1);
    expect(out.text).toBe(before);
    progress.advance(1);
    expect(out.screen).toEqual([`${bar(30)} 40/40 strips, 100 %`]);
  });

  it("Z2: keeps a printed line whole and draws itself below it", () => {
    const out = new Collector(true, 100);
    const progress = startProgress(out, { ...OPTIONS, now: () => 0 });
    progress.line("earth.jpg: done");
    expect(out.screen).toEqual(["earth.jpg: done", `${bar(0)} 0/40 strips, 0 %`]);
  });

  it("Z4: leaves nothing of itself", () => {
    const out = new Collector(true, 100);
    const progress = startProgress(out, { ...OPTIONS, now: () => 0 });
    progress.line("earth.jpg: done");
    progress.end();
    progress.end();
    progress.advance(40);
    progress.line("late");
    expect(out.screen).toEqual(["earth.jpg: done", ""]);
  });

  it("is a bar on a terminal that says it has 0 columns, as pseudo-terminals do", () => {
    const out = new Collector(true, 0);
    startProgress(out, OPTIONS);
    expect(out.screen).toEqual([`${bar(0)} 0/40 strips, 0 %`]);
  });

  it.each([10, 30, 49, 50, 51, 80, 200, undefined])("Z3: is never wider than a terminal of %s columns", (columns) => {
    const out = new Collector(true, columns);
    const progress = startProgress(out, { ...OPTIONS, now: () => 0 });
    progress.advance(40, "a name that is longer than most terminals are wide, and then some more of it");
    expect(out.screen[0]!.length).toBeLessThan(columns ?? 80);
    expect(out.screen[0]).toContain("40/40");
  });

  it("has colours only if asked for", () => {
    const plain = new Collector(true, 100);
    startProgress(plain, OPTIONS);
    expect(plain.text).not.toContain("\u001b[3");
    const coloured = new Collector(true, 100);
    startProgress(coloured, { ...OPTIONS, colour: true });
    expect(coloured.text).toContain("\u001b[90m");
  });

  it("of nothing to do is full at once", () => {
    const out = new Collector(true, 100);
    startProgress(out, { total: 0, unit: "strips" });
    expect(out.screen).toEqual([`${bar(30)} 0/0 strips, 100 %`]);
  });
});
