/**
 * The workers device, as a program holds it: what it does is its engine's (workers-engine.ts), and nothing but the program refers to
 * it (device-end.ts).
 */
import type { CloseOptions, Device, DeviceState } from "../../device.ts";
import type { Platform } from "../../platform/platform.ts";
import type { Threads } from "../../platform/threads.ts";
import { watchDevice } from "../../queue/device-end.ts";
import type { JobQueue } from "../../queue/job-queue.ts";
import type { QueueOptions } from "../../queue/queue-options.ts";
import type { WorkersLane } from "./lane.ts";
import type { WorkerJob } from "./worker-job.ts";
import { WorkersEngine } from "./workers-engine.ts";

/** How a workers device is opened. */
export interface WorkersOptions {
  /** How many threads; what the machine runs at once, but at most 8, if left out. A whole number from 1. */
  readonly lanes?: number;
  /** The device's name, and the first part of its lanes' names; "workers" if left out. */
  readonly name?: string;
  /**
   * How many jobs of its queues a lane takes at once, running one included; 16 if left out. Few keep priorities sharp,
   * many keep lanes busy with jobs of a few microseconds. A whole number from 1 to 65536.
   */
  readonly slots?: number;
  /**
   * How many threads are kept ready, beyond the lanes', to take the place of one that ended or had to be ended; 0 if left out: then the
   * lane waits until a fresh one has started (tens of ms). Each costs what a thread costs, and has imported the modules
   * that jobs ran so far. A whole number up to 1024.
   */
  readonly spares?: number;
  /**
   * How long each side looks for what the other does before it sleeps until it is told, in ms; 0 (never) if left out. With 0.05 the
   * way of a tiny job to its thread and back takes a few microseconds instead of tens: for many small jobs on a machine with
   * cores to spare. A thread looks when it has nothing more to do, and then sleeps; the side that submits looks, and does nothing
   * else meanwhile, when the jobs that are on their way are thought to take no longer than this (calls of the same function
   * tell). An idle device costs nothing. Timers and I/O never wait for longer than about 1 ms on its account. From 0 to 10.
   */
  readonly spin?: number;
}

/** How a queue of a workers device is opened. */
export interface WorkersQueueOptions extends QueueOptions {
  /**
   * The lane whose thread runs this queue's jobs, one after the other. If left out, each job goes to the lane with the
   * least work ahead: then they start in order and may run in parallel; their fences signal in order all the same.
   */
  readonly lane?: number;
}

/** Worker threads, as a device. Made by `openWorkers`. */
export class WorkersDevice implements Device<WorkerJob, WorkersQueueOptions> {
  readonly name: string;
  readonly #engine: WorkersEngine;

  /** @internal Use `openWorkers`. */
  constructor(threads: Threads, platform: Platform, options: Required<WorkersOptions>) {
    this.name = options.name;
    this.#engine = new WorkersEngine(threads, platform, options);
    watchDevice(this);
  }

  get state(): DeviceState {
    return this.#engine.end.state;
  }

  /** Its lanes, by number. */
  get lanes(): readonly WorkersLane[] {
    return this.#engine.lanes;
  }

  /** How many spare threads are ready to take the place of a lane's: `WorkersOptions.spares` at most. */
  get spares(): number {
    return this.#engine.spares;
  }

  /**
   * Opens a queue. Throws `SignalboxError` ENODEV unless the device is open, and if the lane was given up; RangeError for
   * a lane that doesn't exist.
   */
  queue(name: string, options: WorkersQueueOptions = {}): JobQueue<WorkerJob> {
    return this.#engine.queue(name, options);
  }

  /**
   * Takes no more jobs and cancels what no thread has got yet, with ECANCELED and this cause; what threads have comes to its
   * end. To be followed by `close()`. (For a job that runs for ever there are timeouts, and `lanes[i].restart()`.)
   */
  kill(cause?: unknown): void {
    this.#engine.end.kill(cause);
  }

  /**
   * Takes no more jobs, lets what was pushed run, and ends the threads. With a `timeout` (ms), what is left then ends with
   * ETIME, running jobs included, whose threads are ended first. Never rejects; a second call answers the same promise.
   */
  close(options: CloseOptions = {}): Promise<void> {
    return this.#engine.end.close(this, options);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** @internal For tests of what a program does then: every thread is ended, and replaced. */
  _lose(cause: string): void {
    this.#engine.lose(cause);
  }

  /** @internal Resolves when every lane's thread is ready; if one isn't, ends them all and rejects. */
  async _open(): Promise<void> {
    try {
      await this.#engine.open();
    } catch (error) {
      await this.close({ timeout: 0 });
      throw error;
    }
  }
}
