/**
 * The report: what a run prints when it is over.
 *
 * Invariant: every photo is in it, developed or not; figures come from the trace of the run itself.
 */
import { basename } from "node:path";
import type { QueueFigures } from "signalbox/trace";
import { formatBytes } from "./cli/bytes.ts";
import { percentile } from "./cli/percentile.ts";
import { alignTable, formatMs, queueTable } from "./cli/table.ts";
import type { Figures } from "./compare/plain-photos.ts";
import { verdictText } from "./verify.ts";
import type { Run } from "./pipeline/darkroom.ts";
import type { Outcome } from "./pipeline/outcome.ts";

/** The queues in the order of a photo's way, and what their credits are. */
const QUEUES: ReadonlyMap<string, "bytes" | "jobs"> = new Map([
  ["inspect", "jobs"],
  ["decode", "jobs"],
  ["upload", "bytes"],
  ["compute", "jobs"],
  ["readback", "bytes"],
  ["develop", "bytes"],
  ["encode", "jobs"],
  ["verify", "jobs"],
]);

/** How a photo ended, in a line. */
export function outcomeLine(outcome: Outcome): string {
  switch (outcome.kind) {
    case "developed": {
      const { photo, verdict } = outcome;
      const strips = `${photo.strips.length} ${photo.strips.length === 1 ? "strip" : "strips"}`;
      return `${photo.output}  ${photo.size.width} x ${photo.size.height}, ${strips}, ${verdictText(verdict)}`;
    }
    case "failed":
      return `FAILED  ${basename(outcome.photo.input)}: ${outcome.reason}`;
    case "cancelled":
      return `cancelled  ${basename(outcome.photo.input)}${outcome.written ? ": written, but not compared with the reference" : ""}`;
  }
}

/** How many photos ended how, how long it took, and where the pictures are. */
export function summaryLine({ outcomes, wall }: Pick<Run, "outcomes" | "wall">, folder: string): string {
  const count = (kind: Outcome["kind"]): number => outcomes.filter((outcome) => outcome.kind === kind).length;
  const others = (["failed", "cancelled"] as const)
    .filter((kind) => count(kind) > 0)
    .map((kind) => `, ${count(kind)} ${kind}`);
  const isWritten = (outcome: Outcome): boolean =>
    outcome.kind === "developed" || (outcome.kind === "cancelled" && outcome.written);
  const where = outcomes.some(isWritten) ? `; the pictures are in ${folder}` : "";
  return `Developed ${count("developed")} of ${outcomes.length}${others.join("")}, in ${formatMs(wall)}${where}.`;
}

/** Why the table may not be the whole truth. */
export function droppedLine(dropped: number): string {
  return `The table leaves out the first ${dropped} events: there were more than the trace holds.`;
}

/** The table of the queues that had something to do. */
export function queueLines(figures: readonly QueueFigures[]): string {
  const names = [...QUEUES.keys()];
  return queueTable(
    figures
      .filter(({ jobs }) => jobs > 0)
      .sort((a, b) => names.indexOf(a.queue) - names.indexOf(b.queue))
      .map(({ queue, jobs, wait, run, credits, peakCredits }) => ({
        name: queue,
        jobs,
        wait,
        run,
        peakCredits,
        unit: QUEUES.get(queue) ?? "jobs",
        ...(Number.isFinite(credits) ? { credits } : {}),
      })),
  );
}

/** The two ways to do the work, side by side. */
export function compareLines(fences: Figures, promises: Figures): string {
  const row = (name: string, { wall, peakBytes, strips }: Figures): string[] => [
    name,
    formatMs(wall),
    formatBytes(peakBytes),
    formatMs(percentile(strips, 50)),
    formatMs(percentile(strips, 99)),
  ];
  const ratio = (a: number | undefined, b: number | undefined): string =>
    a === undefined || b === undefined ? "-" : `${(a / b).toFixed(2)}x`;
  const table = alignTable([
    ["the same work", "wall time", "peak in flight", "strip p50", "strip p99"],
    row("fences and credits", fences),
    row("plain promises", promises),
    [
      "ratio",
      ratio(fences.wall, promises.wall),
      ratio(fences.peakBytes, promises.peakBytes),
      ratio(percentile(fences.strips, 50), percentile(promises.strips, 50)),
      ratio(percentile(fences.strips, 99), percentile(promises.strips, 99)),
    ],
  ]);
  return `${table}\nA strip's time is from when its photo was decoded until its rows are back.`;
}
