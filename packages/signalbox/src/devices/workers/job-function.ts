/**
 * Job functions: the exports that a device's jobs name, each under a number, and how long a call of it takes.
 *
 * The table belongs to a device and is shared by its lanes; it only grows, as the threads' own module caches do. The
 * estimates decide how far ahead a lane is loaded (lane.ts).
 */
import type { WorkerJob } from "./worker-job.ts";

/** How much of a new measurement goes into the estimate: quick to forget that the first call had to load the module. */
const SMOOTHING = 1 / 4;

/** How many functions are remembered as proven: those that came last. */
const MOST_PROVEN = 32;

/** The estimate before the first measurement. */
const UNMEASURED = Infinity;

/** One export of one module. */
export class JobFunction {
  /** Its number in the protocol. */
  readonly id: number;
  readonly module: string;
  readonly exported: string;
  /** What a call takes, in ms; infinite until one was measured. */
  estimate: number = UNMEASURED;

  constructor(id: number, module: string, exported: string) {
    this.id = id;
    this.module = module;
    this.exported = exported;
  }

  /** Takes in that a call took `time` ms; true for the first. */
  measured(time: number): boolean {
    const first = this.estimate === UNMEASURED;
    this.estimate = first ? time : this.estimate + (time - this.estimate) * SMOOTHING;
    return first;
  }
}

/** All functions of a device. */
export class JobFunctions {
  readonly #byModule = new Map<string, Map<string, JobFunction>>();
  readonly #proven: JobFunction[] = [];
  #count = 0;

  /** Those of which a call has come to its end: threads survive them, as far as is known. */
  get proven(): readonly JobFunction[] {
    return this.#proven;
  }

  /** A call of it has come to its end. */
  prove(called: JobFunction): void {
    this.#proven.push(called);
    if (this.#proven.length > MOST_PROVEN) this.#proven.shift();
  }

  /** The function that a job names. */
  of(spec: WorkerJob): JobFunction {
    const module = typeof spec.module === "string" ? spec.module : spec.module.href;
    const exported = spec.export ?? "default";
    let exports = this.#byModule.get(module);
    if (exports === undefined) {
      exports = new Map();
      this.#byModule.set(module, exports);
    }
    let found = exports.get(exported);
    if (found === undefined) {
      found = new JobFunction(this.#count++, module, exported);
      exports.set(exported, found);
    }
    return found;
  }
}
