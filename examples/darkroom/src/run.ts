/**
 * A run: from the options to the exit code.
 *
 * Phases: look (photos, output folder) -> open (devices) -> develop and verify -> report -> compare, if asked -> close.
 * Each ends by an error of its own; whatever was opened is closed, and nothing half-written stays.
 */
import { writeFile } from "node:fs/promises";
import { openWebGpu } from "signalbox/webgpu";
import { startTrace, summarize, writePerfetto } from "signalbox/trace";
import type { Trace } from "signalbox/trace";
import type { Options } from "./cli/options.ts";
import { startProgress } from "./cli/progress.ts";
import type { ProgressStream } from "./cli/progress.ts";
import { formatMs } from "./cli/table.ts";
import { openPlainGpu } from "./compare/plain-gpu.ts";
import { developPlainly } from "./compare/plain-photos.ts";
import { openPlainThreads } from "./compare/plain-threads.ts";
import { DarkroomError } from "./errors.ts";
import { removeTemporaries } from "./files/atomic.ts";
import { prepareOutput } from "./files/output.ts";
import { listPhotos, planOutputs, samplePhotos } from "./files/photos.ts";
import { reason } from "./files/reasons.ts";
import { INTERRUPTED_EXIT_CODE, onInterrupt } from "./interrupt.ts";
import { developAll } from "./pipeline/darkroom.ts";
import type { Run } from "./pipeline/darkroom.ts";
import { openDevices } from "./pipeline/devices.ts";
import type { Devices } from "./pipeline/devices.ts";
import { compareLines, outcomeLines, queueLines } from "./report.ts";

/** Where a run writes: results to `out`, progress and remarks to `err`. */
export interface Streams {
  readonly out: { write(text: string): unknown };
  readonly err: ProgressStream;
}

/** Develops what the options say; answers the exit code. Rejects with a DarkroomError, or a device's error, where nothing could be done. */
export async function run(options: Options, streams: Streams): Promise<number> {
  const inputs = options.input === undefined ? samplePhotos() : await listPhotos(options.input);
  await prepareOutput(options.output, options.input);
  const photos = planOutputs(inputs, options.output, options.format);
  const print = (line: string): void => void streams.out.write(`${line}\n`);

  const trace = startTrace();
  const devices = await openDevices(options, (line) => streams.err.write(`${line}\n`));
  const interrupt = onInterrupt(options.output, () => {
    streams.err.write("\nInterrupted: what runs comes to its end, the rest is cancelled. Once more ends at once.\n");
    devices.interrupt();
  });
  try {
    print(
      `Developing ${photos.length} ${photos.length === 1 ? "photo" : "photos"} with ${devices.developer.description}.`,
    );
    const result = await withProgress(streams.err, (listener) => developAll(photos, options.format, devices, listener));
    const figures = summarize(trace);
    trace.stop();
    for (const line of outcomeLines(result.outcomes)) print(line);
    print(`\n${queueLines(figures)}\n`);
    print(`Developed in ${formatMs(result.wall)}; the pictures are in ${options.output}.`);
    await saveTrace(trace, options.trace, print);
    if (options.compare && !interrupt.asked) await compare(options, devices, result, print);
    if (interrupt.asked) return INTERRUPTED_EXIT_CODE;
    return result.outcomes.every(({ kind }) => kind === "developed") ? 0 : 1;
  } finally {
    await devices.close();
    interrupt.stop();
    trace.stop();
    removeTemporaries(options.output);
  }
}

type Listener = Parameters<typeof developAll>[3];

async function withProgress(stream: ProgressStream, body: (listener: Listener) => Promise<Run>): Promise<Run> {
  let progress: ReturnType<typeof startProgress> | undefined;
  try {
    return await body({
      planned: (strips, photos) => {
        const colour = process.env["NO_COLOR"] === undefined;
        progress = startProgress(stream, { total: strips + photos, unit: "steps", colour });
      },
      stripDone: () => progress?.advance(1, "developing"),
      photoVerified: () => progress?.advance(1, "comparing with the reference"),
    });
  } finally {
    progress?.end();
  }
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
  if (photos.length === 0) {
    print("There is nothing to compare: no photo was developed.");
    return;
  }
  // A device of its own: the buffers of the first run must not stand in its way.
  const gpu = devices.gpu === undefined ? undefined : await openWebGpu({ name: "plain" });
  const plain = gpu === undefined ? openPlainThreads(devices.lanes) : await openPlainGpu(gpu.device);
  try {
    const promises = await developPlainly(photos, options.format, plain);
    const { wall, peakBytes } = result;
    print(`\n${compareLines({ wall, peakBytes, strips: devices.developer.times }, promises)}`);
  } finally {
    await plain.close();
    await gpu?.close();
  }
}
