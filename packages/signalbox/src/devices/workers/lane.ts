/**
 * The lane: one place where jobs run one at a time, on a thread that is replaced when it ends.
 *
 * States: starting (no thread is ready) -> ready -> starting (its thread ended, the next one starts) ...; -> given up
 * (threads end before they can start a job); -> closed.
 *
 * What becomes of the jobs of a thread that ended: what it had completed is complete; the one that it had started fails
 * with EIO, or with ETIME if the thread was ended on its account (promise 9); the others, which it had not begun, go back to
 * wait for a thread (those of the pool for any, as soon as this one is being ended), except those whose arguments were
 * transferred to the dead one, which fail with EIO too. So each end of a thread costs the job that it was at, and a
 * module that ends every thread that loads it ends its own jobs and nobody else's. A thread that ends young without having
 * started any job is the lane's own trouble: after `MAX_BARREN` of them in a row the lane is given up and its queues end with EIO.
 */
import { errno } from "../../errors.ts";
import type { TimeoutVerdict } from "../../driver.ts";
import { hooks } from "../../hooks.ts";
import type { Platform } from "../../platform/platform.ts";
import type { Threads } from "../../platform/threads.ts";
import { deliver } from "../../fence/delivery.ts";
import { Ring } from "../../queue/ring.ts";
import type { JobQueue } from "../../queue/job-queue.ts";
import type { Job } from "../../queue/job.ts";
import type { QueueOptions } from "../../queue/queue-options.ts";
import { Completion } from "../../work/completion.ts";
import { WorkerError } from "./worker-error.ts";
import type { JobFunction } from "./job-function.ts";
import { LaneThread } from "./lane-thread.ts";
import type { HeldTask, LaneThreadOwner, ThreadEnd, ThreadOptions } from "./lane-thread.ts";
import type { Spares } from "./spares.ts";
import type { Watched } from "./spinner.ts";
import { TaskList } from "./task.ts";
import type { Task } from "./task.ts";
import type { WorkersDriver } from "./workers-driver.ts";
import type { WorkerJob } from "./worker-job.ts";

/** How many threads in a row may end young without having started a job, until the lane is given up. */
export const MAX_BARREN = 3;
/** What counts as young, in ms. */
export const YOUNG = 10_000;

/** starting: its thread is being started. ready: it runs jobs. dead: it was given up or closed, and has no thread. */
export type LaneState = "starting" | "ready" | "dead";

/** One lane of a workers device, as a program sees it. */
export interface WorkersLane {
  /** Its number, from 0: what `device.queue(name, { lane })` takes. */
  readonly index: number;
  /** Its name: the device's and its number, such as "workers/0". */
  readonly name: string;
  /** Whether it has a thread that runs jobs. */
  readonly state: LaneState;
  /** How many threads of it have ended and were replaced. */
  readonly restarts: number;
  /** What ended the thread before this one; undefined if it still has its first. */
  readonly lastEnd: WorkerError | undefined;
  /**
   * Ends the lane's thread now, whatever it is doing; a fresh one takes its place. The job that it was at fails with EIO
   * and `cause`; those behind it run on the fresh thread. Resolves when the old thread is gone.
   */
  restart(cause?: unknown): Promise<void>;
}

/** What a lane tells its device. */
export interface LaneOwner {
  readonly platform: Platform;
  readonly threads: Threads;
  readonly spares: Spares;
  /** How long each side looks for what the other does before it sleeps, in ms. */
  readonly spin: number;
  /** A call of this function has come to its end, for the first time on the device. */
  functionProven(called: JobFunction): void;
  /** There may be room for waiting tasks. */
  feed(): void;
  /** A task of the pool was given back by a thread that ended before it had started the job. */
  takeBack(task: Task): void;
  /** The lane will have no thread any more. */
  laneGivenUp(lane: Lane, cause: WorkerError): void;
}

/** A lane, as its device sees it. */
export class Lane implements WorkersLane, LaneThreadOwner, Watched {
  readonly index: number;
  readonly name: string;
  /** For the queues that are pinned to this lane; also the track on which traces show whatever runs on its thread. */
  readonly ring: Ring<WorkerJob>;
  /** Tasks of the queues that are pinned to this lane. */
  readonly waiting: TaskList = new TaskList();
  readonly #owner: LaneOwner;
  readonly #options: ThreadOptions;
  #thread: LaneThread | null = null;
  /** starting -> ready -> starting ...; "closing" while the last thread is being ended. */
  #state: "starting" | "ready" | "closing" | "dead" = "starting";
  #restarts = 0;
  #barren = 0;
  /** Threads of it that have stopped and are not gone yet. */
  #leaving = 0;
  #startedAt = 0;
  #restartCause: { readonly cause: unknown } | undefined;
  #lastEnd: WorkerError | undefined;
  #opened: { resolve(): void; reject(error: unknown): void } | undefined;
  #gone: Completion | undefined;

  constructor(owner: LaneOwner, index: number, name: string, slots: number, driver: (list: TaskList) => WorkersDriver) {
    this.index = index;
    this.name = name;
    this.#owner = owner;
    this.#options = { capacity: capacityFor(slots), spin: owner.spin };
    this.ring = new Ring(driver(this.waiting), { name, slots, platform: owner.platform });
  }

  get state(): LaneState {
    return this.#state === "closing" ? "dead" : this.#state;
  }

  get restarts(): number {
    return this.#restarts;
  }

  get lastEnd(): WorkerError | undefined {
    return this.#lastEnd;
  }

  /** How much work is ahead of a new task, in ms. */
  get ahead(): number {
    return this.#thread?.ahead ?? 0;
  }

  /** Opens a queue that is pinned to this lane. */
  queue(name: string, options: QueueOptions): JobQueue<WorkerJob> {
    return this.ring.queue(name, options);
  }

  /** Starts the first thread; resolves when it is ready, rejects if it ended instead (and then the lane is dead). */
  open(): Promise<void> {
    const opened = new Promise<void>((resolve, reject) => {
      this.#opened = { resolve, reject };
    });
    this.#start();
    return opened;
  }

  hasRoom(called: JobFunction): boolean {
    return this.#thread?.hasRoom(called) ?? false;
  }

  take(task: Task): void {
    this.#thread?.take(task);
  }

  flush(spins: boolean): void {
    this.#thread?.flush(spins);
  }

  get hushed(): boolean {
    return this.#thread?.hushed ?? false;
  }

  poll(): boolean {
    return this.#thread?.poll() ?? false;
  }

  listen(): void {
    this.#thread?.listen();
  }

  restart(cause?: unknown): Promise<void> {
    if (this.#thread === null) return this.#leaving === 0 ? Promise.resolve() : this.#whenGone();
    if (this.#state !== "closing") this.#restartCause ??= { cause };
    const gone = this.#whenGone();
    this.#thread.terminate();
    return gone;
  }

  /** What is to be said about a job that may be out of time; undefined if the lane's thread is not at it. */
  timedOut(job: Job<unknown, WorkerJob>, limit: number): TimeoutVerdict | undefined {
    return this.#thread?.timedOut(job, limit);
  }

  /** Lets the thread, which holds nothing, end for good. Resolves when it is gone. */
  close(): Promise<void> {
    return this.#leave((thread) => {
      thread.end();
    });
  }

  /** Ends the thread for good, wherever it is; what it holds is not judged but left to its ring. Resolves when it is gone. */
  terminate(): Promise<void> {
    return this.#leave((thread) => {
      thread.terminate();
    });
  }

  threadReady(): void {
    if (this.#state !== "starting") return;
    this.#state = "ready";
    this.#opened?.resolve();
    this.#opened = undefined;
    this.#owner.feed();
  }

  threadProgressed(): void {
    this.#owner.feed();
  }

  threadHalted(rest: readonly Task[]): void {
    if (this.#state === "closing" || rest.length === 0) return;
    for (const task of rest) this.#waitAgain(task);
    // Not in here: who ends a thread may be in the middle of something.
    this.#owner.platform.microtask(() => this.#owner.feed());
  }

  functionProven(called: JobFunction): void {
    this.#owner.functionProven(called);
  }

  threadMeasured(task: Task, start: number, end: number): void {
    hooks.tracer?.deviceSpan({
      ring: this.ring,
      job: task.job,
      name: task.job.label,
      start,
      end,
    });
  }

  threadEnded(end: ThreadEnd, rest: readonly HeldTask[]): void {
    this.#thread = null;
    const deliberate = this.#restartCause !== undefined || end.late !== null;
    const cause = this.#describe(end);
    this.#restartCause = undefined;
    this.#lastEnd = cause;
    if (this.#state === "closing") this.#state = "dead";
    else this.#replace(end, deliberate, cause, rest);
    this.#leaving++;
    this.#owner.feed();
  }

  threadGone(): void {
    this.#leaving--;
    if (this.#leaving > 0 || this.#thread?.ending === true) return;
    this.#gone?.completeAll();
    this.#gone = undefined;
  }

  #start(): void {
    const { platform, threads, spares } = this.#owner;
    this.#startedAt = platform.now();
    const spare = spares.take(this);
    this.#state = spare === null ? "starting" : "ready";
    this.#thread = spare ?? new LaneThread(this, threads, platform, this.#options);
  }

  #leave(how: (thread: LaneThread) => void): Promise<void> {
    const thread = this.#thread;
    this.#state = thread === null ? "dead" : "closing";
    if (thread === null && this.#leaving === 0) return Promise.resolve();
    const gone = this.#whenGone();
    if (thread !== null) how(thread);
    return gone;
  }

  #whenGone(): Promise<void> {
    this.#gone ??= new Completion();
    return this.#gone.wait();
  }

  #replace(end: ThreadEnd, deliberate: boolean, cause: WorkerError, rest: readonly HeldTask[]): void {
    deliver(() => {
      for (const held of rest) this.#judge(held, cause);
    });
    if (this.#opened !== undefined) {
      this.#state = "dead";
      this.#opened.reject(cause);
      this.#opened = undefined;
      return;
    }
    const barren = !deliberate && !end.startedJobs && this.#owner.platform.now() - this.#startedAt < YOUNG;
    this.#barren = barren ? this.#barren + 1 : 0;
    if (this.#barren >= MAX_BARREN) {
      this.#state = "dead";
      this.#owner.laneGivenUp(this, cause);
      return;
    }
    this.#restarts++;
    this.#start();
  }

  // SIGNALLING: runs in a delivery; moves the task or tells the core.
  #judge({ task, started }: HeldTask, cause: WorkerError): void {
    if (started) {
      task.lost(cause);
    } else if (task.transferred) {
      const lost = new WorkerError(
        this.name,
        "WorkerError",
        "The job's arguments were transferred to a thread that ended before it started the job",
        { cause },
      );
      task.complete(errno.EIO, lost, undefined);
    } else {
      this.#waitAgain(task);
    }
  }

  #waitAgain(task: Task): void {
    if (task.queue.ring === this.ring) this.waiting.putBack(task);
    else this.#owner.takeBack(task);
  }

  #describe(end: ThreadEnd): WorkerError {
    const how = this.#howEnded(end);
    const when = end.wasReady ? "" : " before it was ready";
    return new WorkerError(this.name, "WorkerError", `The thread of lane "${this.name}" ${how}${when}`, {
      cause: this.#restartCause?.cause ?? end.error,
    });
  }

  #howEnded(end: ThreadEnd): string {
    if (end.late !== null) return `was ended, since job "${end.late.job.label}" was out of time`;
    return this.#restartCause !== undefined ? "was ended by a restart" : `exited with code ${end.code}`;
  }
}

/** How many slots the rings of a device's threads have. */
export function capacityFor(slots: number): number {
  return 2 ** Math.ceil(Math.log2(slots));
}
