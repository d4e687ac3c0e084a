/**
 * What a round may leave behind in the process: threads, child processes, open files, handles, and bytes on the heap.
 *
 * Invariants:
 * - Threads are counted twice: those that Node started (its `worker` event, and their exits), and those of the process as the system lists
 *   them, where it does (Linux). The second finds threads of a GPU driver, too.
 * - Files are whatever the process has a descriptor of (sockets and pipes, too), as the system lists them, where it does (Linux); without
 *   what is known to be left open by others (`leftByOthers`).
 * - The heap is measured after full collections, when nothing is under way.
 */
import { readFileSync, readdirSync, readlinkSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Worker } from "node:worker_threads";

/** What there is at one moment. */
export interface Holdings {
  /** Threads that Node started and that have not exited. */
  readonly workers: number;
  /** Threads of the process; undefined where the system doesn't list them. */
  readonly threads: number | undefined;
  /** Child processes by number; undefined where the system doesn't list them. */
  readonly children: readonly number[] | undefined;
  /** What it has open, by name; undefined where the system doesn't list it. */
  readonly files: readonly string[] | undefined;
  /** What keeps the event loop alive, by kind. */
  readonly handles: readonly string[];
  /** Bytes on the heap, and beside it in buffers. */
  readonly heap: number;
}

let alive = 0;
process.on("worker", (worker: Worker) => {
  alive++;
  worker.once("exit", () => {
    alive--;
  });
});

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** What the process holds now, after a moment in which what has ended may go. */
export async function takeStock(): Promise<Holdings> {
  // Finalizers run in turns of their own, and let go of more.
  for (let count = 0; count < 4; count++) {
    collect();
    await pause(count === 0 ? 20 : 1);
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return {
    workers: alive,
    threads: list("/proc/self/task")?.length,
    children: childProcesses(),
    files: openFiles(),
    handles: process.getActiveResourcesInfo().sort(),
    heap: heapUsed + arrayBuffers,
  };
}

/** The same, when it is no more than `before`, or as it is when the time is over: threads and processes take a moment to end. */
export async function takeStockWhenSettled(before: Holdings, patience = 5_000): Promise<Holdings> {
  const end = performance.now() + patience;
  for (;;) {
    const now = await takeStock();
    if (leftBehind(before, now).length === 0 || performance.now() > end) return now;
    await pause(50);
  }
}

/** One sentence for each kind of thing of which there is more than before; the heap is another matter. */
export function leftBehind(before: Holdings, after: Holdings): string[] {
  const left: string[] = [];
  if (after.workers > before.workers) left.push(`${after.workers - before.workers} worker threads`);
  if ((after.threads ?? 0) > (before.threads ?? 0)) {
    left.push(`threads of the process: ${before.threads} before, ${after.threads} after`);
  }
  const known = new Set(before.children);
  const children = (after.children ?? []).filter((pid) => !known.has(pid));
  if (children.length > 0) left.push(`child processes ${children.join(", ")}`);
  if (after.files !== undefined && before.files !== undefined && after.files.length > before.files.length) {
    const fresh = without(after.files, before.files).join(", ");
    left.push(`open files: ${before.files.length} before, ${after.files.length} after, among them ${fresh}`);
  }
  const handles = without(after.handles, before.handles);
  if (handles.length > 0) left.push(`handles: ${handles.join(", ")}`);
  return left;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function without(list: readonly string[], taken: readonly string[]): string[] {
  const rest = [...list];
  for (const entry of taken) {
    const index = rest.indexOf(entry);
    if (index >= 0) rest.splice(index, 1);
  }
  return rest;
}

function list(folder: string): string[] | undefined {
  try {
    return readdirSync(folder);
  } catch {
    return undefined;
  }
}

/**
 * What others than this program leave open: Node the modules that a thread was reading when it was ended, since an `open` on its way then is
 * nobody's any more; the software GPU one piece of memory each time that it is unloaded.
 */
const leftByOthers = [/\.m?js$/, /^\/memfd:swiftshader_jit\b/];

function openFiles(): string[] | undefined {
  return list("/proc/self/fd")
    ?.map((descriptor) => nameOf(`/proc/self/fd/${descriptor}`))
    .filter((name) => name !== undefined)
    .filter((name) => !leftByOthers.some((known) => known.test(name)));
}

// Undefined for the descriptor of the listing itself, which is closed again.
function nameOf(link: string): string | undefined {
  try {
    return readlinkSync(link);
  } catch {
    return undefined;
  }
}

function childProcesses(): number[] | undefined {
  return list("/proc")
    ?.filter((name) => /^\d+$/.test(name) && parentOf(name) === process.pid)
    .map(Number);
}

// The name of the program stands in parentheses, and may hold spaces and parentheses itself.
function parentOf(pid: string): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return undefined; // It has ended meanwhile.
  }
}
