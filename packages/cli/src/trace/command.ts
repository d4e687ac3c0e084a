/**
 * `signalbox trace FILE`: prints what a trace holds, says whether it is sound, and draws it.
 */
import { basename } from "node:path";
import { readPerfetto } from "signalbox/trace";
import { parseArguments } from "../arguments.ts";
import { UsageError } from "../command.ts";
import type { Command } from "../command.ts";
import { readInput, writeOutput } from "../files.ts";
import { drawSvg } from "./picture.ts";
import { rasterise } from "./png.ts";
import { report } from "./report.ts";

const options = {
  svg: { type: "string" },
  png: { type: "string" },
  width: { type: "string" },
  from: { type: "string" },
  to: { type: "string" },
} as const;

export const traceCommand: Command = {
  name: "trace",
  summary: "prints a recorded trace, checks it, draws it",
  help: `Usage: signalbox trace FILE [--svg OUT.svg] [--png OUT.png]
                            [--width PIXELS] [--from MS] [--to MS]

Prints the tracks of a trace with what is on them, the arrows, the counters and a last line of figures.
Exits with 1 if the trace is broken: bytes missing, a slice that never ends, an arrow with one end.

FILE is a Perfetto trace that signalbox/trace wrote (writePerfetto).

  --svg OUT.svg   draws the lanes: time from left to right, a band for each ring, a block for each queue
  --png OUT.png   the same as pixels, by a Chromium of this machine (CHROMIUM names one that isn't found)
  --width PIXELS  how wide the picture is; 1600 if left out
  --from MS       draws from that time on, in ms since the beginning of the trace
  --to MS         draws up to that time`,
  run,
};

async function run(args: readonly string[], print: (line: string) => void): Promise<number> {
  const { file, svg, png, width, from, to } = parse(args);
  const trace = await readInput(file, readPerfetto);
  for (const line of report(basename(file), trace)) print(line);
  if (svg !== undefined || png !== undefined) {
    const start = trace.start + from * 1e6;
    const end = Math.min(trace.end, trace.start + to * 1e6);
    if (start > end) throw new UsageError(`--from ${from} is after the end of the trace or after --to`);
    const picture = drawSvg(basename(file), trace, width, { start, end });
    if (svg !== undefined) await writeOutput(svg, picture.text);
    if (png !== undefined) await writeOutput(png, await rasterise(picture));
  }
  return trace.problems.length === 0 ? 0 : 1;
}

interface Request {
  readonly file: string;
  readonly svg: string | undefined;
  readonly png: string | undefined;
  readonly width: number;
  readonly from: number;
  readonly to: number;
}

function parse(args: readonly string[]): Request {
  const { values, positionals } = parseArguments("trace", args, options);
  const [file, ...more] = positionals;
  if (file === undefined) throw new UsageError("trace needs a file (signalbox trace --help)");
  if (more.length > 0) throw new UsageError(`trace takes one file (got ${positionals.join(" and ")})`);
  const width = Number(values.width ?? 1600);
  if (!Number.isInteger(width) || width < 400 || width > 20_000) {
    throw new UsageError(`--width takes a whole number from 400 to 20000 (got "${values.width ?? ""}")`);
  }
  const from = milliseconds("from", values.from ?? "0");
  const to = milliseconds("to", values.to ?? "Infinity");
  return { file, svg: values.svg, png: values.png, width, from, to };
}

function milliseconds(flag: string, text: string): number {
  const value = Number(text);
  if (text === "" || !(value >= 0)) throw new UsageError(`--${flag} takes a time in ms from 0 (got "${text}")`);
  return value;
}
