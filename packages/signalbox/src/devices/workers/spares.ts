/**
 * The spares: threads that are ready before a lane needs one, with the modules imported that its jobs are likely to want.
 *
 * States of a spare: starting -> ready -> taken (from then on it is a lane's thread like any other), and another one is started; or
 * -> ended by itself, and replaced. States of the whole: empty, until the lanes are ready -> kept -> given up, when `MAX_BARREN`
 * spares in a row ended young and unused; -> closed.
 *
 * Invariants:
 * - A spare runs no job, keeps no process alive, and is counted in no lane's figures.
 * - A module is imported ahead only if a job of it has come to its end before: one that ends its threads ends no spare.
 *
 * The device fills and closes; lanes take.
 */
import type { Platform } from "../../platform/platform.ts";
import type { Threads } from "../../platform/threads.ts";
import { Completion } from "../../work/completion.ts";
import type { JobFunction, JobFunctions } from "./job-function.ts";
import { MAX_BARREN, YOUNG } from "./lane.ts";
import { LaneThread } from "./lane-thread.ts";
import type { LaneThreadOwner, ThreadOptions } from "./lane-thread.ts";

/** How long after one was taken the next one is started, in ms: what it was taken for is under way by then. */
const PAUSE = 10;

/** What the spares of a device share with its lanes. */
export interface SparesOwner {
  readonly platform: Platform;
  readonly threads: Threads;
  readonly functions: JobFunctions;
}

/** The spare threads of one device. */
export class Spares {
  readonly #owner: SparesOwner;
  readonly #name: string;
  readonly #count: number;
  readonly #options: ThreadOptions;
  readonly #spares = new Set<Spare>();
  #state: "empty" | "kept" | "given up" | "closed" = "empty";
  #barren = 0;
  #gone: Completion | undefined;

  /** `count` threads, of the device of this name, made in this way. None is started before `fill`. */
  constructor(owner: SparesOwner, name: string, count: number, options: ThreadOptions) {
    this.#owner = owner;
    this.#name = `${name}/spare`;
    this.#count = count;
    this.#options = options;
  }

  /** How many are ready. */
  get ready(): number {
    let count = 0;
    for (const spare of this.#spares) if (spare.thread.ready) count++;
    return count;
  }

  /** Starts what is missing, from now on whenever something is. */
  fill(): void {
    if (this.#state === "empty") this.#state = "kept";
    while (this.#state === "kept" && this.#spares.size < this.#count) this.#start();
  }

  /** Hands over one that is ready; null if none is. Another one is started when what comes next is under way. */
  take(owner: LaneThreadOwner): LaneThread | null {
    for (const spare of this.#spares) {
      if (!spare.thread.ready) continue;
      this.#spares.delete(spare);
      this.#barren = 0;
      spare.thread.adopt(owner);
      this.#fillLater();
      return spare.thread;
    }
    return null;
  }

  // Starting a thread keeps both cores of a small machine busy, which the lane wants for its next job.
  #fillLater(): void {
    const { platform } = this.#owner;
    const timer = platform.setTimer(() => this.fill(), PAUSE);
    platform.holdTimer?.(timer, false);
  }

  /** Has every spare import a function's module. */
  warm(called: JobFunction): void {
    for (const spare of this.#spares) spare.thread.warm(called);
  }

  /** Ends them all; resolves when they are gone. There will be no more. */
  close(): Promise<void> {
    this.#state = "closed";
    if (this.#spares.size === 0) return Promise.resolve();
    for (const spare of this.#spares) spare.thread.terminate();
    this.#gone ??= new Completion();
    return this.#gone.wait();
  }

  #start(): void {
    const { platform, threads, functions } = this.#owner;
    const startedAt = platform.now();
    const spare = new Spare(this.#name, () => this.#ended(spare, startedAt));
    spare.thread = new LaneThread(spare, threads, platform, this.#options, "spare");
    this.#spares.add(spare);
    for (const called of functions.proven) spare.thread.warm(called);
  }

  #ended(spare: Spare, startedAt: number): void {
    this.#spares.delete(spare);
    if (this.#state === "closed") {
      if (this.#spares.size === 0) this.#gone?.completeAll();
      return;
    }
    this.#barren = this.#owner.platform.now() - startedAt < YOUNG ? this.#barren + 1 : 0;
    if (this.#barren >= MAX_BARREN) this.#state = "given up";
    this.fill();
  }
}

/** The owner of a thread that no lane has yet. */
class Spare implements LaneThreadOwner {
  readonly name: string;
  thread!: LaneThread;
  readonly threadEnded: () => void;

  constructor(name: string, ended: () => void) {
    this.name = name;
    this.threadEnded = ended;
  }

  // What a spare says before a lane has it is of no interest to anybody.
  threadReady(): void {}
  threadProgressed(): void {}
  threadMeasured(): void {}
  threadHalted(): void {}
  functionProven(): void {}
  threadGone(): void {}
}
