/**
 * The thread developer: the same kernels in TypeScript, one job a strip, on worker threads.
 *
 * Invariant: a strip's source rows are copied when its job is handed to a thread, not before, so no more of them are alive
 * than the credits allow.
 */
import type { Job, JobQueue } from "signalbox";
import type { WorkerJob, WorkersDevice } from "signalbox/workers";
import { fitRows } from "../image/limits.ts";
import type { Picture, Size } from "../image/picture.ts";
import { BYTES_PER_PIXEL } from "../image/picture.ts";
import { cutRows, pasteRows } from "../image/slice.ts";
import { pixelCount } from "../image/strips.ts";
import type { Strip } from "../image/strips.ts";
import { THREAD_JOBS } from "./thread-module.ts";
import type { Developer, DeveloperLimits, StripJobs } from "./developer.ts";

/** Opens a developer on threads that stay the caller's to close. */
export function openThreadDeveloper(workers: WorkersDevice, lanes: number, limits: DeveloperLimits): Developer {
  return new ThreadDeveloper(workers, lanes, limits);
}

class ThreadDeveloper implements Developer {
  readonly description: string;
  readonly bytesHeld = 0;
  readonly times: number[] = [];
  readonly #limits: DeveloperLimits;
  readonly #queue: JobQueue<WorkerJob>;

  constructor(workers: WorkersDevice, lanes: number, limits: DeveloperLimits) {
    this.#limits = limits;
    this.description = `the kernels in TypeScript on ${lanes} worker threads`;
    this.#queue = workers.queue("develop", { credits: limits.credits, jobs: 2 * lanes });
  }

  rowsFor(size: Size): number {
    return fitRows(size, this.#limits.stripRows, { bytes: this.#limits.credits }, "the credits");
  }

  prepare(): void {
    // Threads take their memory strip by strip.
  }

  develop(strip: Strip, decoded: Job<Picture>): StripJobs {
    let begun = 0;
    const done = this.#queue.job<Uint8Array>({
      label: `develop ${strip.index}`,
      cost: pixelCount(strip, strip.source) * BYTES_PER_PIXEL,
      after: decoded,
      module: THREAD_JOBS,
      export: "develop",
      args: () => {
        begun = performance.now();
        return [{ strip, source: cutRows(decoded.result, strip.source) }];
      },
      transfer: ([input]) => [(input as { source: Uint8Array<ArrayBuffer> }).source.buffer],
    });
    return {
      jobs: [done],
      done,
      collect: (picture) => {
        pasteRows(picture, strip.output, done.result);
        this.times.push((done.timestamp ?? begun) - begun);
      },
    };
  }
}
