/**
 * Writes a trace as Chrome's JSON, for viewers that know nothing newer (chrome://tracing, Firefox's profiler, speedscope).
 *
 * The same scene as in Perfetto's format, twice the size: a group is a process there, a lane a thread.
 */
import { layOut } from "./layout/layout.ts";
import type { Mark, Track } from "./layout/scene.ts";
import type { Trace } from "./trace.ts";

/** The text of a Chrome trace file. @example `await writeFile("work.json", writeChromeJson(trace));` */
export function writeChromeJson(trace: Trace): string {
  const scene = layOut(trace, 100);
  const names = scene.tracks.map((track) => ({
    ph: "M",
    ...placeOf(track),
    name: "thread_name",
    args: { name: track.name },
  }));
  const groups = scene.tracks.filter(({ kind }) => kind === "group");
  const processes = groups.map((track) => ({
    ph: "M",
    pid: track.id,
    name: "process_name",
    args: { name: titleOf(track) },
  }));
  const events = scene.sorted().flatMap((mark) => [eventOf(mark), ...flowsOf(mark)]);
  return JSON.stringify({ displayTimeUnit: "ms", traceEvents: [...processes, ...names, ...events] });
}

const phases = { begin: "B", end: "E", instant: "i", counter: "C" } as const;

function eventOf({ type, track, time, what, value }: Mark): object {
  const { name, category, facts } = what;
  const args = type === "counter" ? { [track.unit]: value } : Object.fromEntries(facts?.() ?? []);
  return {
    ph: phases[type],
    ...placeOf(track),
    ts: time / 1000,
    name: type === "counter" ? track.name : name,
    cat: category,
    args,
    s: "t",
  };
}

function flowsOf({ track, time, leaving, arriving }: Mark): object[] {
  const flow = { ...placeOf(track), ts: time / 1000, name: "dependency", cat: "dependency", bp: "e" };
  return [
    ...(leaving ?? []).map((id) => ({ ph: "s", id, ...flow })),
    ...(arriving ?? []).map((id) => ({ ph: "f", id, ...flow })),
  ];
}

function placeOf(track: Track): { pid: number; tid: number } {
  return { pid: track.kind === "group" ? track.id : (track.parent?.id ?? track.id), tid: track.id };
}

function titleOf(track: Track): string {
  return track.parent === null ? track.name : `${titleOf(track.parent)} / ${track.name}`;
}
