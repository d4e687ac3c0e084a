/**
 * The standby: a process whose GPU is open already, to take over from one that is killed.
 *
 * States: none -> starting -> ready -> none (it was taken); starting or ready -> none (it died; another one is tried after a
 * back-off, which doubles each time until one is taken); -> stopped.
 *
 * Invariants: there is at most one. A standby that dies, or can't be had, is nobody's error: who takes it when there is none gets
 * a process that has only begun to start.
 */
import type { Platform, Timer } from "../../../platform/platform.ts";
import type { GpuProcess } from "./gpu-process.ts";

/** none: there is no standby, or not yet. starting: it opens its GPU. ready: it can take over at once. */
export type StandbyState = "none" | "starting" | "ready";

/** How long after the first death of a standby the next one starts, in ms. */
const BACKOFF = 100;
const LONGEST_BACKOFF = 30_000;

export class Standby {
  readonly #spawn: () => GpuProcess;
  readonly #warmUp: (process: GpuProcess) => void;
  readonly #platform: Platform;
  #process: GpuProcess | undefined;
  #timer: Timer | undefined;
  #deaths = 0;
  #stopped = false;

  /** `warmUp` is called with each standby that is ready. */
  constructor(spawn: () => GpuProcess, warmUp: (process: GpuProcess) => void, platform: Platform) {
    this.#spawn = spawn;
    this.#warmUp = warmUp;
    this.#platform = platform;
  }

  get state(): StandbyState {
    const state = this.#process?.state ?? "ended";
    return state === "ended" ? "none" : state;
  }

  /** The process, if it is ready. */
  get ready(): GpuProcess | undefined {
    return this.state === "ready" ? this.#process : undefined;
  }

  /** Starts one in so many ms, unless there is one. Nothing that waits for that keeps the program alive. */
  startIn(delay: number): void {
    if (this.#stopped || this.#process !== undefined || this.#timer !== undefined) return;
    this.#timer = this.#platform.setTimer(() => {
      this.#timer = undefined;
      this.#start();
    }, delay);
    this.#platform.holdTimer?.(this.#timer, false);
  }

  /** Takes the standby over, or a process that has only just been started. */
  take(): GpuProcess {
    this.#clearTimer();
    const process = this.#process ?? this.#spawn();
    this.#process = undefined;
    this.#deaths = 0;
    return process;
  }

  /** Tells of the end of a process: if it was the standby, another one takes its place. */
  ended(process: GpuProcess): void {
    if (process !== this.#process) return;
    this.#process = undefined;
    process.kill();
    this.startIn(Math.min(BACKOFF * 2 ** this.#deaths++, LONGEST_BACKOFF));
  }

  /** Ends it, and starts none any more. */
  stop(): void {
    this.#stopped = true;
    this.#clearTimer();
    this.#process?.kill();
    this.#process = undefined;
  }

  #start(): void {
    const process = this.#spawn();
    this.#process = process;
    // One without a GPU lives on, and is of no use.
    process.ready.then(
      () => {
        if (process === this.#process) this.#warmUp(process);
      },
      () => {
        this.ended(process);
      },
    );
  }

  #clearTimer(): void {
    if (this.#timer !== undefined) this.#platform.clearTimer(this.#timer);
    this.#timer = undefined;
  }
}
