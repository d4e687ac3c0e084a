/**
 * The runner: what a thread of a lane does. Takes jobs from the shared ring in order, one at a time, and leaves outcomes.
 *
 * States: waiting for `INIT` -> idle (asleep: `AWAKE` is 0) <-> running (inside `pump`) <-> busy (a job's promise or
 * module is awaited), or yielded (its slice of time is over: the event loop has a turn first); running -> halted (the other
 * side is ending this thread: nothing is started any more).
 *
 * Invariants:
 * - A job is marked started before anything of its program runs, so that whoever finds the thread dead knows whose fault it may be.
 * - A job's outcome is told before the next job starts: a job that hangs delays nobody before it.
 * - Whatever a job does, throw, reject, return what can't be cloned, becomes its own outcome. Nothing of the runner throws.
 */
import { cloneError, describeError } from "../../calls/error-record.ts";
import { ModuleFunction } from "../../calls/module-function.ts";
import type { Call } from "../../calls/module-function.ts";
import { errno } from "../../errors.ts";
import type { Platform } from "../../platform/platform.ts";
import { timeOrigin } from "../../platform/threads.ts";
import type { ParentThread } from "../../platform/threads.ts";
import * as protocol from "./protocol.ts";
import type { FromThread, ToThread } from "./protocol.ts";
import * as ring from "./shared-ring.ts";
import { SpinHabit } from "./spin-habit.ts";
import { isTransferred } from "./transfer.ts";

/** How long jobs may run one after the other before messages and timers of the thread have a turn, in ms. */
const SLICE = 10;

/** How many times is looked between two readings of the clock, which costs more than a look. */
const LOOKS = 32;

const noArgs: readonly unknown[] = [];

/** Serves the parent until the thread ends. */
export function startRunner(parent: ParentThread, platform: Platform): void {
  let runner: Runner | undefined;
  const message = (data: unknown): void => {
    const told = data as ToThread;
    if (typeof told !== "number" && told[0] === protocol.INIT)
      runner = new Runner(parent, platform, new ring.RunnerRing(told[1], told[2]), told[3]);
    else runner?.hear(told);
  };
  parent.listen(message, (error) => runner?.messageError(error));
}

class Runner {
  readonly #parent: ParentThread;
  readonly #platform: Platform;
  readonly #ring: ring.RunnerRing;
  /** How long it looks for a job before it sleeps, in ms. */
  readonly #spin: number;
  readonly #habit = new SpinHabit();
  readonly #functions: ModuleFunction[] = [];
  /** Arguments that came, by slot; undefined where they didn't yet. */
  readonly #args: (readonly unknown[] | undefined)[];
  /** Jobs whose arguments can't be read here, and the error that said so. */
  readonly #unreadable = new Map<number, unknown>();
  /** The job that is next to start. */
  #next: number = ring.START + 1;
  /** The last job known to be submitted: a message may tell before the mark in shared memory does. */
  #told: number = ring.START;
  /**
   * When this slice of time began, and the last reading of the clock: when a job starts, that is when the one before it ended, or
   * when the pump began, or a look for jobs ago.
   */
  #sliceStart = 0;
  #time = 0;
  #state: "idle" | "running" | "busy" | "yielded" | "halted" = "idle";

  constructor(parent: ParentThread, platform: Platform, memory: ring.RunnerRing, spin: number) {
    this.#parent = parent;
    this.#platform = platform;
    this.#ring = memory;
    this.#spin = spin;
    this.#args = new Array<undefined>(memory.capacity).fill(undefined);
    this.#post([protocol.READY, timeOrigin(), platform.now()]);
  }

  hear(told: ToThread): void {
    if (told !== protocol.WAKE) this.#takeIn(told);
    if (this.#state === "idle") this.#pumpAfresh();
  }

  #takeIn(told: Exclude<ToThread, typeof protocol.WAKE>): void {
    switch (told[0]) {
      case protocol.DEFINE:
        this.#functions[told[1]] = new ModuleFunction(told[2], told[3]);
        break;
      case protocol.LOAD:
        // What goes wrong is told to the first job that wants it.
        this.#functions[told[1]]?.load().catch(() => {});
        break;
      case protocol.ARGS:
        this.#tell(told[1], told[2]);
        break;
      case protocol.BATCH:
        for (let i = 1; i < told.length; i += 2) this.#tell(told[i] as number, told[i + 1] as readonly unknown[]);
        break;
      case protocol.END:
        this.#parent.end();
        break;
      case protocol.INIT:
        break;
    }
  }

  /** A message can't be read: it was the first `ARGS` that is still missing, for messages come in order and only those can fail. */
  messageError(error: unknown): void {
    for (let i = 0; i < this.#ring.capacity; i++) {
      const seqno = (this.#next + i) | 0;
      if (this.#ring.args(seqno) === ring.OWN_ARGS && this.#args[this.#ring.slot(seqno)] === undefined) {
        this.#unreadable.set(seqno, error);
        this.#tell(seqno, noArgs);
        break;
      }
    }
    if (this.#state === "idle") this.#pumpAfresh();
  }

  #tell(seqno: number, args: readonly unknown[]): void {
    this.#args[this.#ring.slot(seqno)] = args;
    if (((seqno - this.#told) | 0) > 0) this.#told = seqno;
  }

  #pumpAfresh(): void {
    this.#sliceStart = this.#time = this.#platform.now();
    this.#pump();
  }

  // Runs what is there, until a job has to be awaited, its arguments have not come, or there is none left.
  #pump(): void {
    this.#state = "running";
    this.#ring.wake();
    while (this.#time - this.#sliceStart < SLICE) {
      const seqno = this.#next;
      if (!this.#submitted(seqno) && !this.#spinFor(seqno)) {
        this.#ring.sleep();
        if (!this.#submitted(seqno)) {
          this.#state = "idle";
          return;
        }
        this.#ring.wake();
      }
      // What was seen in shared memory may be ahead of the messages that belong to it; these wake as well as any.
      const target = this.#functions[this.#ring.functionId(seqno)];
      const args = target === undefined ? undefined : this.#takeArgs(seqno);
      if (target === undefined || args === undefined) {
        this.#state = "idle";
        return;
      }
      this.#next = (seqno + 1) | 0;
      if (!this.#begin(seqno, target, args)) return;
    }
    this.#state = "yielded";
    this.#platform.macrotask(() => this.#pumpAfresh());
  }

  // Looks for a job for a while, and keeps the core meanwhile; false if none came.
  #spinFor(seqno: number): boolean {
    if (this.#spin === 0 || !this.#habit.wanted()) return false;
    const end = this.#time + this.#spin;
    for (let looks = 1; !this.#submitted(seqno); looks++) {
      if (looks % LOOKS !== 0) continue;
      this.#time = this.#platform.now();
      if (this.#time < end) continue;
      this.#habit.failed();
      return false;
    }
    this.#habit.paid();
    return true;
  }

  #submitted(seqno: number): boolean {
    if (((this.#told - seqno) | 0) >= 0) return true;
    if (!this.#ring.submitted(seqno)) return false;
    this.#told = seqno; // Never far behind: these numbers wrap.
    return true;
  }

  #takeArgs(seqno: number): readonly unknown[] | undefined {
    const kind = this.#ring.args(seqno);
    if (kind === ring.NO_ARGS) return noArgs;
    if (kind === ring.ONE_NUMBER || kind === ring.TWO_NUMBERS) return this.#ring.numbers(seqno, kind);
    const slot = this.#ring.slot(seqno);
    const args = this.#args[slot];
    this.#args[slot] = undefined;
    return args;
  }

  // Starts a job; false if it has to be awaited, and then the pump goes on when it has ended; or if it may not be started.
  #begin(seqno: number, target: ModuleFunction, args: readonly unknown[]): boolean {
    if (!this.#ring.start(seqno, this.#time)) {
      this.#state = "halted";
      return false;
    }
    try {
      if (this.#unreadable.size > 0) this.#throwUnreadable(seqno);
      const value = target.call === undefined ? this.#loadAndCall(target, args) : target.call(...args);
      if (isThenable(value)) {
        this.#state = "busy";
        void this.#follow(seqno, value);
        return false;
      }
      this.#succeed(seqno, value);
    } catch (error) {
      this.#fail(seqno, error);
    }
    return true;
  }

  async #follow(seqno: number, value: PromiseLike<unknown>): Promise<void> {
    try {
      this.#succeed(seqno, await value);
    } catch (error) {
      this.#fail(seqno, error);
    }
    this.#pump();
  }

  async #loadAndCall(target: ModuleFunction, args: readonly unknown[]): Promise<unknown> {
    const call: Call = await target.load();
    return call(...args);
  }

  #throwUnreadable(seqno: number): void {
    if (!this.#unreadable.has(seqno)) return;
    const cause = this.#unreadable.get(seqno);
    this.#unreadable.delete(seqno);
    throw new Error("The job's arguments can't be read in its thread", { cause });
  }

  // Throws only what a clone throws, and then has told nothing.
  #succeed(seqno: number, value: unknown): void {
    switch (typeof value) {
      case "undefined":
        this.#complete(seqno, ring.UNDEFINED, 0, 0);
        return;
      case "number":
        this.#complete(seqno, ring.NUMBER, 0, value);
        return;
      case "boolean":
        this.#complete(seqno, value ? ring.TRUE : ring.FALSE, 0, 0);
        return;
      default:
        if (value !== null) break;
        this.#complete(seqno, ring.NULL, 0, 0);
        return;
    }
    // The message rings the bell itself; `complete` repeats it if somebody looked too early.
    this.#ring.ring();
    try {
      if (isTransferred(value)) this.#post([protocol.RESULT, seqno, value.value], value.list);
      else this.#post([protocol.RESULT, seqno, value]);
    } catch (error) {
      throw cloneError("The job's result can't be cloned", error);
    }
    this.#complete(seqno, ring.POSTED, 0, 0);
  }

  #fail(seqno: number, thrown: unknown): void {
    this.#ring.ring();
    this.#post([protocol.FAILED, seqno, describeError(thrown)]);
    this.#complete(seqno, ring.POSTED, errno.EIO, 0);
  }

  #complete(seqno: number, outcome: ring.Outcome, error: number, value: number): void {
    this.#time = this.#platform.now();
    this.#ring.complete(seqno, outcome, error, value, this.#time);
    if (this.#ring.ring()) this.#post(protocol.BELL);
  }

  #post(message: FromThread, transfer?: readonly Transferable[]): void {
    this.#parent.post(message, transfer);
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === "object" && value !== null && typeof (value as Partial<PromiseLike<unknown>>).then === "function"
  );
}
