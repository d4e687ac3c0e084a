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
import type { Outcome } from "./pipeline/darkroom.ts";

/** Queues whose costs are bytes; all others count jobs. */
const BYTE_QUEUES: ReadonlySet<string> = new Set(["upload", "readback", "develop"]);

/** One line for each photo. */
export function outcomeLines(outcomes: readonly Outcome[]): string[] {
  return outcomes.map((outcome) => {
    switch (outcome.kind) {
      case "developed": {
        const { photo, verdict } = outcome;
        return `${photo.output}  ${photo.size.width} x ${photo.size.height}, ${photo.strips.length} strips, ${verdict.differing} of ${verdict.pixels} pixels differ from the reference`;
      }
      case "failed":
        return `FAILED  ${basename(outcome.photo.input)}: ${outcome.reason}`;
      case "cancelled":
        return `cancelled  ${basename(outcome.photo.input)}`;
    }
  });
}

/** The table of the queues that had something to do. */
export function queueLines(figures: readonly QueueFigures[]): string {
  return queueTable(
    figures
      .filter(({ jobs }) => jobs > 0)
      .map(({ queue, jobs, wait, run, credits, peakCredits }) => ({
        name: queue,
        jobs,
        wait,
        run,
        peakCredits,
        unit: BYTE_QUEUES.has(queue) ? "bytes" : "jobs",
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
  return alignTable([
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
}
