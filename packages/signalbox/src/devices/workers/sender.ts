/**
 * What goes to one thread: functions it doesn't know, jobs into its ring, their arguments by the cheapest way that keeps them
 * whole, and the bell if it sleeps.
 *
 * Arguments go, in this order of preference: not at all; one or two numbers in the job's slot; primitives of several jobs in one
 * message, when the batch is flushed; all others in a message of their own, at once, since a clone may refuse them.
 *
 * Invariants:
 * - A function is told of before the first job that calls it.
 * - A job whose arguments a clone refuses is completed with that error, and its slot is taken back: nothing of it was sent.
 * - A message of its own wakes the thread, so nothing is rung for what was told by one.
 *
 * Used by the thread's own side of the ring (lane-thread.ts).
 */
import { cloneError } from "../../calls/error-record.ts";
import { errno } from "../../errors.ts";
import type { JobFunction } from "./job-function.ts";
import * as protocol from "./protocol.ts";
import type { ToThread } from "./protocol.ts";
import * as ring from "./shared-ring.ts";
import type { Task } from "./task.ts";

type Post = (message: ToThread, transfer?: readonly Transferable[]) => void;

export class Sender {
  readonly #ring: ring.SubmitterRing;
  readonly #post: Post;
  readonly #defined = new Set<JobFunction>();
  #batch: (number | readonly unknown[])[] = [];
  /** The last job that the thread was told of by a message. */
  #told: number = ring.START;

  constructor(ofRing: ring.SubmitterRing, post: Post) {
    this.#ring = ofRing;
    this.#post = post;
  }

  /** Has the thread import a function's module, though no job asks for it yet. */
  warm(called: JobFunction): void {
    this.#define(called);
    this.#post([protocol.LOAD, called.id]);
  }

  /** Puts a task into the ring and its arguments on their way; false if they can't be, and then it was completed with its error. */
  put(task: Task, args: readonly unknown[], transfer: readonly Transferable[]): boolean {
    this.#define(task.function);
    const { id } = task.function;
    if (args.length === 0) {
      this.#ring.put(id, ring.NO_ARGS);
    } else if (transfer.length === 0 && areFewNumbers(args)) {
      const [first, second] = args;
      const kind = second === undefined ? ring.ONE_NUMBER : ring.TWO_NUMBERS;
      this.#ring.putNumbers(id, kind, first, second ?? 0);
    } else if (transfer.length === 0 && args.every(isPrimitive)) {
      this.#batch.push(this.#ring.put(id, ring.BATCHED_ARGS), args);
    } else {
      return this.#putApart(task, args, transfer);
    }
    return true;
  }

  /** Lets the thread see what was put, and wakes it if it sleeps. */
  flush(): void {
    const { last } = this.#ring;
    this.#ring.publish();
    if (this.#batch.length > 0) {
      this.#post([protocol.BATCH, ...this.#batch]);
      this.#batch = [];
      this.#told = last;
    }
    if (this.#told === last) return;
    this.#told = last;
    if (this.#ring.mustWake()) this.#post(protocol.WAKE);
  }

  #define(called: JobFunction): void {
    if (this.#defined.has(called)) return;
    this.#defined.add(called);
    this.#post([protocol.DEFINE, called.id, called.module, called.exported]);
  }

  #putApart(task: Task, args: readonly unknown[], transfer: readonly Transferable[]): boolean {
    const seqno = this.#ring.put(task.function.id, ring.OWN_ARGS);
    try {
      this.#post([protocol.ARGS, seqno, args], transfer);
    } catch (error) {
      this.#ring.takeBack();
      task.complete(errno.EINVAL, cloneError("The job's arguments can't be cloned", error), undefined);
      return false;
    }
    this.#told = seqno;
    return true;
  }
}

// What fits into a slot.
function areFewNumbers(args: readonly unknown[]): args is readonly [number] | readonly [number, number] {
  if (args.length > 2 || typeof args[0] !== "number") return false;
  return args.length === 1 || typeof args[1] === "number";
}

// What a clone can neither refuse nor share between two jobs.
function isPrimitive(value: unknown): boolean {
  return value === null || (typeof value !== "object" && typeof value !== "function" && typeof value !== "symbol");
}
