/**
 * Tables: what a run prints at the end, one line per queue.
 *
 * Invariants
 *  X1  Every line of a table is equally long but for blanks at its end, which are cut off; names stand left, numbers right.
 *  X2  What was not measured (no job, no limit) is a dash, never a zero.
 */
import { formatBytes } from "./bytes.ts";

/** How a time is spread over the jobs that have one, in milliseconds. */
export interface Times {
  readonly count: number;
  readonly total: number;
  readonly p50: number;
  readonly p99: number;
}

/** What one queue did. */
export interface QueueReport {
  readonly name: string;
  readonly jobs: number;
  /** From submission until the job was handed to its device. */
  readonly wait: Times;
  /** From then until the device was done with it. */
  readonly run: Times;
  readonly peakCredits: number;
  /** The queue's limit; absent: it has none. */
  readonly credits?: number;
  /** What one credit is. */
  readonly unit: "bytes" | "jobs";
}

const HEADER = ["queue", "jobs", "wait", "run", "wait p50", "wait p99", "run p50", "run p99", "peak credits"];

/** The table of all queues: means of wait and run, their percentiles, and how many credits were used at most. */
export function queueTable(queues: readonly QueueReport[]): string {
  const lines = queues.map((queue) => [
    queue.name,
    String(queue.jobs),
    formatMs(meanOf(queue.wait)),
    formatMs(meanOf(queue.run)),
    ...percentiles(queue.wait),
    ...percentiles(queue.run),
    formatCredits(queue),
  ]);
  return alignTable([HEADER, ...lines]);
}

/** Cells as text in columns: the first column left, the others right, a rule under the header. */
export function alignTable(rows: readonly (readonly string[])[]): string {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, c) => Math.max(...rows.map((row) => (row[c] ?? "").length)));
  const lines = rows.map((row) =>
    widths.map((width, c) => (c === 0 ? (row[c] ?? "").padEnd(width) : (row[c] ?? "").padStart(width))).join("  "),
  );
  const rule = widths.map((width) => "-".repeat(width)).join("  ");
  return [...lines.slice(0, 1), rule, ...lines.slice(1)].map((line) => line.trimEnd()).join("\n");
}

/** A time: three digits at most, in the unit that suits it. */
export function formatMs(ms: number | undefined): string {
  if (ms === undefined) return "-";
  if (ms < 1) return `${(ms * 1000).toFixed(0)} us`;
  if (ms < 1000) return `${ms.toFixed(ms < 10 ? 2 : ms < 100 ? 1 : 0)} ms`;
  return `${(ms / 1000).toFixed(2)} s`;
}

function meanOf({ count, total }: Times): number | undefined {
  return count === 0 ? undefined : total / count;
}

function percentiles({ count, p50, p99 }: Times): string[] {
  return count === 0 ? ["-", "-"] : [formatMs(p50), formatMs(p99)];
}

function formatCredits({ peakCredits, credits, unit }: QueueReport): string {
  const format = (amount: number): string => (unit === "bytes" ? formatBytes(amount) : String(amount));
  return credits === undefined ? format(peakCredits) : `${format(peakCredits)} of ${format(credits)}`;
}
