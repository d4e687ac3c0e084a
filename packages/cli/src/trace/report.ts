/** The report: what a trace holds, in lines of text. */
import type { FileSlice, PerfettoTrace } from "signalbox/trace";
import { count, duration, grouped, percentile } from "./format.ts";
import { rowsOf } from "./rows.ts";
import type { Row } from "./rows.ts";

/** How many problems are told one by one. */
const PROBLEMS = 10;

/** The lines that `signalbox trace` prints. */
export function report(file: string, trace: PerfettoTrace): string[] {
  const rows = rowsOf(trace);
  const { slices, flows, brokenFlows, samples, tracks, problems } = trace;
  const instants = slices.filter(({ instant }) => instant).length;
  return [
    `${file}: ${duration(trace.end - trace.start)}`,
    ...rows.flatMap((row) => ["", ...linesOf(row, trace)]),
    "",
    ...problems.slice(0, PROBLEMS).map((problem) => `BROKEN: ${problem}`),
    ...(problems.length > PROBLEMS ? [`BROKEN: and ${count(problems.length - PROBLEMS, "more problem")}`] : []),
    ...droppedLine(trace),
    [
      count(tracks.length, "track"),
      count(slices.length - instants, "slice"),
      count(instants, "instant"),
      count(samples.length, "counter value"),
      `${count(flows.length, "flow")} resolved, ${brokenFlows} unresolved`,
      duration(trace.end - trace.start),
      problems.length === 0 ? "sound" : `BROKEN (${count(problems.length, "problem")})`,
    ].join(" | "),
  ];
}

/** How many events the recorder could not hold, as the trace itself tells. */
function droppedLine({ slices }: PerfettoTrace): string[] {
  const dropped = slices.find(({ category, name }) => category === "trace" && name === "trace")?.facts[
    "events dropped"
  ];
  if (typeof dropped !== "number" || dropped === 0) return [];
  return [`INCOMPLETE: the recorder dropped ${count(dropped, "event")}: figures are of what it kept`];
}

function linesOf(row: Row, trace: PerfettoTrace): string[] {
  const indent = "  ".repeat(row.depth);
  const line = `${indent}${row.name}`.padEnd(30);
  return [
    `${line} ${factsOf(row, trace).join("  ")}`.trimEnd(),
    ...row.children.flatMap((child) => linesOf(child, trace)),
  ];
}

function factsOf(row: Row, trace: PerfettoTrace): string[] {
  switch (row.kind) {
    case "counter":
      return counterFacts(row);
    case "group":
      return groupFacts(row);
    case "lanes":
      return laneFacts(row, trace);
  }
}

function groupFacts({ lanes }: Row): string[] {
  const instants = lanes.flat();
  const of = (wanted: string): FileSlice[] => instants.filter(({ category }) => category === wanted);
  const cancelled = new Set(of("cancelled").map(({ job }) => job));
  const failed = of("signalled").filter(({ facts, job }) => facts["error"] !== undefined && !cancelled.has(job));
  // What the trace says of itself is said in its own words.
  const notes = of("trace").filter(({ name }) => name !== "trace");
  return [
    ...tally(of("signalled").map(({ name }) => name)),
    ...tally(failed.map(() => "failed")),
    ...tally(of("cancelled").map(({ name }) => name)),
    ...notes.map(({ name }) => name),
  ];
}

function counterFacts({ samples, unit }: Row): string[] {
  const peak = samples.reduce((most, { value }) => Math.max(most, value), 0);
  const last = samples.at(-1)?.value ?? 0;
  return [`${count(samples.length, "value")}, peak ${grouped(peak)}, ${grouped(last)} at the end (${unit})`];
}

function laneFacts({ name, lanes }: Row, trace: PerfettoTrace): string[] {
  const slices = lanes.flat();
  const outer = slices.filter(({ depth, instant }) => depth === 0 && !instant);
  const inner = slices.filter(({ depth, instant }) => depth > 0 && !instant);
  const lengths = outer.map(({ start, end }) => end - start).sort((a, b) => a - b);
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const whole = trace.end - trace.start;
  const facts = [
    count(outer.length, "slice").padStart(12),
    `p50 ${duration(percentile(lengths, 0.5))}`.padEnd(12),
    `p99 ${duration(percentile(lengths, 0.99))}`.padEnd(12),
    `at most ${lanes.length} at once`,
  ];
  if (name === "hardware" && lanes.length === 1 && whole > 0) facts.push(`busy ${Math.round((100 * total) / whole)} %`);
  const unfinished = outer.filter(({ facts: { unfinished: open } }) => open === true).length;
  if (unfinished > 0) facts.push(`unfinished ${unfinished}`);
  if (inner.length > 0) facts.push(`(${tally(inner.map(blockedOn)).join(", ")})`);
  return facts;
}

// "blocked on upload:3" and "blocked on upload:4" are the same thing to be told of a queue.
function blockedOn({ name }: FileSlice): string {
  return name.replace(/:\d+$/, "");
}

function tally(names: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Array.from(counts, ([name, times]) => `${name} ${grouped(times)}`);
}
