/**
 * The picture: a trace as lanes over time, in SVG.
 *
 * Time goes from left to right. A band for each ring: what was on the hardware, then a block for each of its queues, in the
 * queue's colour: what ran (full), what waited (pale, darker where it was at the head and blocked), how jobs ended (ticks,
 * red crosses for those that failed or were cancelled), credits in flight (an area). Below, timelines with their fences.
 * Arrows go from the end of a dependency to the beginning of its dependent.
 *
 * Slices too narrow to be seen are drawn once for each half pixel: a picture's size is bounded, whatever the trace's.
 */
import type { FileFlow, FileSlice, PerfettoTrace } from "signalbox/trace";
import { Colours, bad, band, faint, good, grid, ink, paper } from "./colours.ts";
import { count, duration, grouped } from "./format.ts";
import { rowsOf } from "./rows.ts";
import type { Row } from "./rows.ts";
import { Scale } from "./scale.ts";
import { element, escapeXml, px, textAt } from "./svg.ts";

/** A drawn trace: SVG, and its size in pixels. */
export interface Picture {
  readonly text: string;
  readonly width: number;
  readonly height: number;
}

const GUTTER = 190;
const MARGIN = 24;
const TOP = 74;
const LANE = 15;
/** No row of lanes is higher than this: its lanes get narrower instead. */
const ROW = 150;
const COUNTER = 34;
/** More arrows than this hide what they connect: none is drawn then, and the picture says so. */
const ARROWS = 1500;

/** The part of a trace that is drawn, in ns. */
export interface Window {
  readonly start: number;
  readonly end: number;
}

/** Draws a trace, or the part of it that is in a window. */
export function drawSvg(title: string, trace: PerfettoTrace, width: number, window: Window = trace): Picture {
  return new Painter(title, trace, width, window).paint();
}

/** How a row of lanes is painted. */
interface Style {
  readonly opacity: number;
  readonly labels: boolean;
}

const full: Style = { opacity: 1, labels: true };
const pale: Style = { opacity: 0.28, labels: true };

class Painter {
  readonly #title: string;
  readonly #trace: PerfettoTrace;
  readonly #window: Window;
  readonly #width: number;
  readonly #scale: Scale;
  readonly #colours = new Colours();
  /** Under everything: bands and rules. */
  readonly #ground: string[] = [];
  readonly #parts: string[] = [];
  readonly #places = new Map<FileSlice, number>();
  #y = TOP;

  constructor(title: string, trace: PerfettoTrace, width: number, window: Window) {
    this.#title = title;
    this.#trace = trace;
    this.#width = width;
    this.#window = window;
    this.#scale = new Scale(trace.start, window, GUTTER, width - MARGIN);
  }

  paint(): Picture {
    const roots = rowsOf(this.#trace).filter(({ children }) => children.length > 0);
    // Queues get their colours in the order of their blocks, before the hardware rows above them ask.
    for (const root of roots) for (const child of root.children) this.#colours.of(contextOf(child));
    for (const root of roots) this.#root(root);
    const arrows = this.#arrows();
    const height = Math.ceil(this.#y + 34);
    const body = [
      element("rect", { width: this.#width, height, fill: paper }),
      ...this.#ground,
      ...this.#axis(),
      ...this.#parts,
      ...arrows,
      ...this.#words(height),
    ];
    const font = "font-family: ui-sans-serif, system-ui, 'DejaVu Sans', sans-serif; font-size: 11px";
    const attributes = `xmlns="http://www.w3.org/2000/svg" width="${this.#width}" height="${height}" viewBox="0 0 ${this.#width} ${height}"`;
    return { text: `<svg ${attributes} style="${font}">\n${body.join("\n")}\n</svg>\n`, width: this.#width, height };
  }

  #root(root: Row): void {
    const top = this.#y;
    this.#parts.push(textAt(12, top + 17, root.name, { fill: ink, "font-weight": "bold", "font-size": "13" }));
    this.#notes(root, GUTTER, top + 17);
    this.#y += 26;
    for (const child of root.children) {
      if (child.kind === "lanes") this.#lanes(child, full, () => this.#label(child.name, ink));
      else if (child.kind === "group") this.#block(child);
    }
    this.#y += 4;
    this.#ground.push(element("rect", { x: 0, y: top, width: this.#width, height: this.#y - top, fill: band }));
    this.#y += 10;
  }

  /** A queue, or a timeline: its name stands beside its first row. */
  #block(block: Row): void {
    const colour = this.#colours.of(contextOf(block));
    const top = this.#y;
    const name = shorten(block.name.replace(/^(queue|timeline) /, ""), 16);
    this.#parts.push(textAt(20, top + 11, name, { fill: colour, "font-weight": "bold" }));
    this.#notes(block, 20, top + 24);
    for (const row of block.children) {
      const style = row.name === "waiting" || row.name === "waits" ? pale : full;
      if (row.kind === "lanes") this.#lanes(row, style, () => this.#label(row.name, faint));
      else if (row.name.startsWith("credits")) this.#counter(row, colour);
    }
    this.#ends(block);
    this.#ground.push(element("rect", { x: 12, y: top, width: 3, height: this.#y - top - 6, fill: colour }));
    this.#y += 6;
  }

  /** What the writer of the trace could not draw of a ring or a queue. */
  #notes({ lanes }: Row, x: number, y: number): void {
    const notes = lanes.flat().filter(isNote);
    notes.forEach(({ name }, index) => {
      this.#parts.push(textAt(x, y + 11 * index, name, { fill: bad, "font-size": "9" }));
    });
  }

  #label(text: string, fill: string): void {
    this.#parts.push(textAt(GUTTER - 10, this.#y + 11, text, { fill, "text-anchor": "end" }));
  }

  #lanes({ lanes }: Row, style: Style, label: () => void): void {
    label();
    const lane = Math.min(LANE, ROW / lanes.length);
    for (const slices of lanes) {
      let painted = -1;
      for (const slice of slices) {
        if (!this.#isSeen(slice)) continue;
        const x = this.#scale.x(slice.start);
        const width = this.#scale.x(slice.end) - x;
        this.#places.set(slice, this.#y + lane / 2);
        const cell = Math.floor(x * 2);
        if (width < 0.5 && cell === painted) continue;
        painted = width < 0.5 ? cell : -1;
        this.#slice(slice, x, Math.max(0.5, width), lane, style);
      }
      this.#y += lane;
    }
    this.#y += 5;
  }

  #isSeen({ start, end }: FileSlice): boolean {
    return start <= this.#window.end && end >= this.#window.start;
  }

  #slice(slice: FileSlice, x: number, width: number, lane: number, { opacity, labels }: Style): void {
    const height = lane > 3 ? lane - 1.5 : lane;
    const failed = slice.facts["error"] !== undefined;
    const colour = failed ? bad : this.#colours.of(slice.facts["fence context"]);
    const inner = slice.depth > 0;
    const attributes: Record<string, string | number> = { x, y: this.#y, width, height, fill: inner ? ink : colour };
    const shade = inner ? 0.32 : opacity;
    if (shade < 1) attributes["fill-opacity"] = shade;
    if (width > 3 && lane > 3 && !inner) attributes["rx"] = 2;
    if (inner) {
      attributes["y"] = this.#y + height * 0.62;
      attributes["height"] = height * 0.38;
    }
    this.#parts.push(element("rect", attributes, element("title", {}, escapeXml(describe(slice)))));
    const room = Math.floor((width - 5) / 5.6);
    if (!labels || inner || lane < 11 || room < Math.min(6, slice.name.length)) return;
    const text = shorten(slice.name, room);
    const fill = opacity === 1 ? paper : ink;
    this.#parts.push(textAt(x + 3, this.#y + 10, text, { fill, "font-size": "10", "pointer-events": "none" }));
  }

  #counter({ name, samples }: Row, colour: string): void {
    const limit = Number(/ of (\d+)$/.exec(name)?.[1] ?? 0);
    const peak = samples.reduce((most, { value }) => Math.max(most, value), 0);
    const most = Math.max(limit, peak, 1);
    const base = this.#y + COUNTER;
    const y = (value: number): number => base - (value / most) * (COUNTER - 4);
    // One step for each half pixel, at its highest: a peak is what the picture must not lose.
    const steps = new Map<number, { high: number; last: number }>();
    for (const { time, value } of samples) {
      if (time > this.#window.end) break;
      const cell = Math.round(this.#scale.x(time) * 2) / 2;
      steps.set(cell, { high: Math.max(steps.get(cell)?.high ?? 0, value), last: value });
    }
    let path = `M${px(this.#scale.left)} ${px(base)}`;
    for (const [x, { high, last }] of steps)
      path += `H${px(x)}V${px(y(high))}${last === high ? "" : `H${px(x + 0.5)}V${px(y(last))}`}`;
    path += `H${px(this.#scale.right)}V${px(base)}Z`;
    this.#label("credits", faint);
    this.#parts.push(
      textAt(GUTTER - 10, this.#y + 24, `peak ${grouped(peak)}${limit > 0 ? ` of ${grouped(limit)}` : ""}`, {
        fill: faint,
        "font-size": "9",
        "text-anchor": "end",
      }),
      element("path", { d: path, fill: colour, "fill-opacity": 0.35, stroke: colour, "stroke-width": 0.8 }),
    );
    if (limit > 0) this.#parts.push(this.#rule(y(limit), colour));
    this.#y = base + 8;
  }

  #rule(y: number, stroke: string): string {
    const { left, right } = this.#scale;
    return element("line", {
      x1: left,
      x2: right,
      y1: y,
      y2: y,
      stroke,
      "stroke-width": 0.7,
      "stroke-dasharray": "3 3",
    });
  }

  /** How the jobs of a queue ended: its instants. */
  #ends({ lanes }: Row): void {
    const instants = lanes.flat().filter((slice) => !isNote(slice) && this.#isSeen(slice));
    if (instants.length === 0) return;
    this.#label("signalled", faint);
    const y = this.#y + 7;
    let painted = -1;
    for (const slice of instants) {
      const x = this.#scale.x(slice.start);
      this.#places.set(slice, y);
      const failed = slice.name === "cancelled" || slice.facts["error"] !== undefined;
      const cell = Math.floor(x * 2);
      if (cell === painted && !failed) continue;
      painted = cell;
      const title = element("title", {}, escapeXml(describe(slice)));
      const cross = `M${px(x - 3)} ${y - 3}l6 6m0 -6l-6 6`;
      const path = failed ? cross : `M${px(x)} ${y - 4}v8`;
      this.#parts.push(
        element(
          "path",
          { d: path, stroke: failed ? bad : good, "stroke-width": failed ? 1.4 : 0.9, fill: "none" },
          title,
        ),
      );
    }
    this.#y += 20;
  }

  #arrows(): string[] {
    const flows = this.#flows();
    if (flows.length > ARROWS) return [];
    const opacity = flows.length > 300 ? 0.35 : flows.length > 80 ? 0.55 : 0.8;
    return flows.flatMap((flow) => this.#arrow(flow, opacity));
  }

  #flows(): FileFlow[] {
    return this.#trace.flows.filter(({ from, to }) => this.#places.has(from) && this.#places.has(to));
  }

  #arrow({ from, to }: FileFlow, opacity: number): string[] {
    const y1 = this.#places.get(from);
    const y2 = this.#places.get(to);
    if (y1 === undefined || y2 === undefined) return [];
    // A dependency that had not ended when its dependent went on (it is waiting too) has its arrow from its beginning.
    const x1 = this.#scale.x(from.end <= to.start ? from.end : from.start);
    const x2 = this.#scale.x(to.start);
    const bend = Math.max(10, Math.min(60, (x2 - x1) / 2));
    const stroke = from.facts["error"] === undefined ? this.#colours.of(from.facts["fence context"]) : bad;
    const curve = `M${px(x1)} ${px(y1)}C${px(x1 + bend)} ${px(y1)} ${px(x2 - bend)} ${px(y2)} ${px(x2 - 1)} ${px(y2)}`;
    const head = `M${px(x2 - 6)} ${px(y2 - 3)}L${px(x2)} ${px(y2)}L${px(x2 - 6)} ${px(y2 + 3)}Z`;
    return [
      element("path", { d: curve, fill: "none", stroke, "stroke-width": 0.9, "stroke-opacity": opacity }),
      element("path", { d: head, fill: stroke, "fill-opacity": Math.min(1, opacity * 1.4) }),
    ];
  }

  #axis(): string[] {
    return this.#scale
      .ticks()
      .flatMap(({ x, label }) => [
        element("line", { x1: x, x2: x, y1: TOP - 8, y2: this.#y, stroke: grid }),
        textAt(x, TOP - 14, label, { fill: faint, "text-anchor": "middle" }),
      ]);
  }

  #words(height: number): string[] {
    const slices = [...this.#places.keys()].filter(({ instant }) => !instant).length;
    const flows = this.#flows().length;
    const hidden = flows > ARROWS ? " (too many to draw: --from and --to take a part)" : "";
    const length = duration(this.#window.end - this.#window.start);
    const figures = `${length}, ${count(slices, "slice")}, ${count(flows, "arrow")}${hidden}`;
    const legend =
      "full: running on its queue; pale: waiting; dark underline: at the head and blocked; arrow: dependency to dependent; red: failed or cancelled";
    return [
      textAt(12, 24, this.#title, { fill: ink, "font-size": "16", "font-weight": "bold" }),
      textAt(12, 42, figures, { fill: faint }),
      textAt(12, height - 12, legend, { fill: faint, "font-size": "10" }),
    ];
  }
}

/** The fence context of a block, told by anything that is on it. */
function contextOf(block: Row): unknown {
  const rows = [block, ...block.children];
  for (const { lanes } of rows) {
    for (const [slice] of lanes) if (slice?.facts["fence context"] !== undefined) return slice.facts["fence context"];
  }
  return undefined;
}

/** What the writer says of the trace itself, as against what a queue did. */
function isNote({ category }: FileSlice): boolean {
  return category === "trace";
}

function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

/** What is shown of a slice under the pointer. */
function describe({ name, start, end, instant, facts }: FileSlice): string {
  const lines = Object.entries(facts).map(([key, value]) => `${key}: ${value}`);
  return [instant ? name : `${name}, ${duration(end - start)}`, ...lines].join("\n");
}
