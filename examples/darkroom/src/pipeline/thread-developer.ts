/**
 * The thread developer: the same kernels in TypeScript, one job a strip, on worker threads.
 *
 * Invariant: a strip's source rows are copied when its job is handed to a thread, not before, so no more of them are alive
 * than the credits allow.
 */
import type { Job, JobQueue } from "signalbox";
import type { WorkerJob, WorkersDevice } from "signalbox/workers";
import { formatBytes } from "../cli/bytes.ts";
import { fitRows } from "../image/limits.ts";
import type { Picture, Size } from "../image/picture.ts";
import { BYTES_PER_PIXEL } from "../image/picture.ts";
import { cutRows, pasteRows } from "../image/slice.ts";
import { pixelCount } from "../image/strips.ts";
import type { Strip } from "../image/strips.ts";
import type { Developer, DeveloperLimits, StripJobs } from "./developer.ts";
import { Meter } from "./meter.ts";
import { THREAD_JOBS } from "./thread-module.ts";

/** Opens a developer on threads that stay the caller's to close. */
export function openThreadDeveloper(workers: WorkersDevice, lanes: number, limits: DeveloperLimits): Developer {
  return new ThreadDeveloper(workers, lanes, limits);
}

class ThreadDeveloper implements Developer {
  readonly description: string;
  readonly #limits: DeveloperLimits;
  readonly #queue: JobQueue<WorkerJob>;
  #meter = new Meter();

  constructor(workers: WorkersDevice, lanes: number, limits: DeveloperLimits) {
    this.#limits = limits;
    this.description = `the kernels in TypeScript on ${lanes} worker ${lanes === 1 ? "thread" : "threads"}`;
    this.#queue = workers.queue("develop", { credits: limits.credits, jobs: 2 * lanes });
  }

  rowsFor(size: Size): number {
    const { credits, stripRows } = this.#limits;
    return fitRows(size, stripRows, { bytes: credits }, `the credits of ${formatBytes(credits)}`);
  }

  prepare(_strips: readonly Strip[], meter: Meter): Promise<void> {
    // Threads take their memory strip by strip: a strip's cost is the copy of its source rows.
    meter.include(() => this.#queue.creditsInFlight);
    this.#meter = meter;
    return Promise.resolve();
  }

  develop(strip: Strip, decoded: Job<Picture>): StripJobs {
    const cost = pixelCount(strip, strip.source) * BYTES_PER_PIXEL;
    const done = this.#queue.job<Uint8Array>({
      label: `develop ${strip.index}`,
      cost,
      after: decoded,
      module: THREAD_JOBS,
      export: "develop",
      args: () => {
        const source = cutRows(decoded.result, strip.source);
        this.#meter.look();
        return [{ strip, source }];
      },
      transfer: ([input]) => [(input as { source: Uint8Array<ArrayBuffer> }).source.buffer],
    });
    return { jobs: [done], done, collect: (picture) => pasteRows(picture, strip.output, done.result) };
  }
}
