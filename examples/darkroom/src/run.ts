/**
 * A run: from the options to the exit code.
 *
 * Phases: look (photos, output folder, trace file) -> open (devices) -> develop and verify -> report -> compare, if asked ->
 * close. Each ends by an error of its own; whatever was opened is closed, and nothing half-written stays.
 */
import { writeFile } from "node:fs/promises";
import { startTrace, summarize, writePerfetto } from "signalbox/trace";
import type { Trace } from "signalbox/trace";
import type { Options } from "./cli/options.ts";
import { startProgress } from "./cli/progress.ts";
import type { Progress, ProgressStream } from "./cli/progress.ts";
import { measurePlainly } from "./compare/compare.ts";
import { DarkroomError } from "./errors.ts";
import { removeTemporaries } from "./files/atomic.ts";
import { checkTraceFile, prepareOutput } from "./files/output.ts";
import { listPhotos, planOutputs, samplePhotos } from "./files/photos.ts";
import { reason } from "./files/reasons.ts";
import { onInterrupt } from "./interrupt.ts";
import { developAll } from "./pipeline/darkroom.ts";
import type { Listener, Run } from "./pipeline/darkroom.ts";
import { openDevices } from "./pipeline/devices.ts";
import type { Devices } from "./pipeline/devices.ts";
import { exitCodeOf } from "./pipeline/outcome.ts";
import { compareLines, droppedLine, outcomeLine, queueLines, summaryLine } from "./report.ts";

/** Where a run writes: results to `out`, progress and remarks to `err`. */
export interface Streams {
  readonly out: { write(text: string): unknown };
  readonly err: ProgressStream;
}

/** Develops what the options say; answers the exit code. Rejects with a DarkroomError, or a device's error, where nothing could be done. */
export async function run(options: Options, streams: Streams): Promise<number> {
  const inputs = options.input === undefined ? samplePhotos() : await listPhotos(options.input);
  await prepareOutput(options.output, options.input);
  if (options.trace !== undefined) await checkTraceFile(options.trace);
  const photos = planOutputs(inputs, options.output, options.format);
  const print = (line: string): void => void streams.out.write(`${line}\n`);
  const remarks = new Remarks(streams.err);

  const trace = startTrace();
  const devices = await openDevices(options, (line) => remarks.line(line));
  const interrupt = onInterrupt(options.output, () => {
    remarks.line("Interrupted: what runs comes to its end, the rest is cancelled. Once more ends at once.");
    devices.interrupt();
  });
  try {
    const count = `${photos.length} ${photos.length === 1 ? "photo" : "photos"}`;
    print(`Developing ${count} with ${devices.developer.description}.`);
    const result = await developAll(photos, options.format, devices, remarks).finally(() => remarks.end());
    trace.stop();
    report(options, result, trace, print);
    await saveTrace(trace, options.trace, print);
    if (options.compare && interrupt.exitCode === undefined) await compare(options, devices, result, print);
    return interrupt.exitCode ?? exitCodeOf(result.outcomes);
  } finally {
    await devices.close();
    interrupt.stop();
    trace.stop();
    removeTemporaries(options.output);
  }
}

/** What goes to stderr: the progress, and lines that keep clear of its bar. */
class Remarks implements Listener {
  readonly #stream: ProgressStream;
  #progress: Progress | undefined;

  constructor(stream: ProgressStream) {
    this.#stream = stream;
  }

  planned(strips: number, photos: number): void {
    // https://no-color.org: whatever it is set to, but for the empty string.
    const colour = (process.env["NO_COLOR"] ?? "") === "";
    this.#progress = startProgress(this.#stream, { total: strips + photos, unit: "steps", colour });
  }

  stripOver(): void {
    this.#progress?.advance(1, "developing");
  }

  photoOver(): void {
    this.#progress?.advance(1, "comparing with the reference");
  }

  line(text: string): void {
    if (this.#progress === undefined) this.#stream.write(`${text}\n`);
    else this.#progress.line(text);
  }

  end(): void {
    this.#progress?.end();
    this.#progress = undefined;
  }
}

function report(options: Options, result: Run, trace: Trace, print: (line: string) => void): void {
  for (const outcome of result.outcomes) print(outcomeLine(outcome));
  print(`\n${queueLines(summarize(trace))}\n`);
  if (trace.dropped > 0) print(droppedLine(trace.dropped));
  print(summaryLine(result, options.output));
}

async function saveTrace(trace: Trace, file: string | undefined, print: (line: string) => void): Promise<void> {
  if (file === undefined) return;
  try {
    await writeFile(file, writePerfetto(trace));
  } catch (cause) {
    throw new DarkroomError("output-file", `The trace "${file}" cannot be written: ${reason(cause)}.`, { cause });
  }
  print(`The trace is ${file}: open it at ui.perfetto.dev.`);
}

async function compare(options: Options, devices: Devices, result: Run, print: (line: string) => void): Promise<void> {
  const photos = result.outcomes.flatMap((outcome) => (outcome.kind === "developed" ? [outcome.photo] : []));
  if (photos.length < result.outcomes.length) {
    print("Not compared with plain promises: not every photo was developed, so it would not be the same work.");
    return;
  }
  try {
    const promises = await measurePlainly(photos, options.format, devices);
    print(`\n${compareLines(result, promises)}`);
  } catch (error) {
    if (!devices.interrupted) throw error;
  }
}
