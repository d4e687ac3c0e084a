/**
 * The trace: what jobs and fences did, recorded as events, summed up, and written for a viewer. The subpath `signalbox/trace`.
 *
 * It listens to the hooks; nothing in the core imports it, and while no trace runs each step of the core pays one check
 * of a field. Works in Node, in browsers and in workers; each agent has a trace of its own.
 *
 * ```ts
 * import { startTrace, summarize, writePerfetto } from "signalbox/trace";
 *
 * const trace = startTrace();
 * // ... work ...
 * trace.stop();
 * console.table(summarize(trace));
 * await writeFile("work.pftrace", writePerfetto(trace)); // for ui.perfetto.dev, or `signalbox trace work.pftrace`
 * ```
 */
export { startTrace } from "./trace.ts";
export type { Trace, TraceOptions } from "./trace.ts";
export type { ClockPolicy } from "./clock.ts";
export type { DropPolicy } from "./event-log.ts";
export type { FenceId, TracedReason, TracedRing, TracedTimeline, TraceEvent, TraceEventType } from "./events.ts";
export { summarize } from "./summary.ts";
export type { QueueFigures, Spread } from "./summary.ts";
export { writePerfetto } from "./perfetto/write.ts";
export type { PerfettoOptions } from "./perfetto/write.ts";
export { readPerfetto } from "./perfetto/read.ts";
export type { FileFlow, FileSample, FileSlice, FileTrack, PerfettoTrace } from "./perfetto/file.ts";
export { writeChromeJson } from "./chrome.ts";
