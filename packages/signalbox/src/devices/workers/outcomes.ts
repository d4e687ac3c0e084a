/**
 * The outcomes of one thread's jobs: what stands in the slots of its ring, and what came by message since it fits into none.
 *
 * Invariants:
 * - An outcome that is posted is marked in its slot before its message comes: until then the job isn't complete.
 * - A message that can't be read here is the outcome of the oldest job that waits for one: messages come in order.
 *
 * Used by the thread's own side of the ring (lane-thread.ts).
 */
import { errno } from "../../errors.ts";
import * as protocol from "./protocol.ts";
import type { Told } from "./protocol.ts";
import * as ring from "./shared-ring.ts";
import type { Task } from "./task.ts";
import { WorkerError, workerError } from "./worker-error.ts";

export class Outcomes {
  readonly #ring: ring.SubmitterRing;
  /** Those that came by message, by slot, and whether one did. */
  readonly #posted: (Told | undefined)[];
  /** Why some that were posted can't be read here, in order. */
  readonly #unreadable: unknown[] = [];

  constructor(ofRing: ring.SubmitterRing, capacity: number) {
    this.#ring = ofRing;
    this.#posted = new Array<undefined>(capacity).fill(undefined);
  }

  /** One came by message. */
  told(told: Told): void {
    this.#posted[this.#ring.slot(told[1])] = told;
  }

  /** A message came that can't be read. */
  unreadable(error: unknown): void {
    this.#unreadable.push(error);
  }

  /** Whether all that there is of a completed job's outcome has come. */
  isHere(seqno: number): boolean {
    if (this.#ring.outcome(seqno) !== ring.POSTED) return true;
    return this.#posted[this.#ring.slot(seqno)] !== undefined || this.#unreadable.length > 0;
  }

  /** SIGNALLING: completes the job of this sequence number; runs in a delivery, and only tells the core. */
  complete(task: Task, seqno: number, lane: string): void {
    switch (this.#ring.outcome(seqno)) {
      case ring.UNDEFINED:
        task.complete(0, undefined, undefined);
        return;
      case ring.NUMBER:
        task.complete(0, undefined, this.#ring.number(seqno));
        return;
      case ring.TRUE:
        task.complete(0, undefined, true);
        return;
      case ring.FALSE:
        task.complete(0, undefined, false);
        return;
      case ring.NULL:
        task.complete(0, undefined, null);
        return;
      case ring.POSTED:
        this.#completePosted(task, seqno, lane);
        return;
    }
  }

  #completePosted(task: Task, seqno: number, lane: string): void {
    const slot = this.#ring.slot(seqno);
    const told = this.#posted[slot];
    this.#posted[slot] = undefined;
    if (told?.[0] === protocol.RESULT) {
      task.complete(0, undefined, told[2]);
    } else if (told?.[0] === protocol.FAILED) {
      task.complete(this.#ring.error(seqno), workerError(told[2], lane), undefined);
    } else if (this.#unreadable.length > 0) {
      const cause = this.#unreadable.shift();
      task.complete(errno.EIO, outcomeError(lane, "can't be read here", cause), undefined);
    } else {
      task.lost(outcomeError(lane, "was lost with its thread"));
    }
  }
}

function outcomeError(lane: string, what: string, cause?: unknown): WorkerError {
  return new WorkerError(lane, "WorkerError", `The job's outcome ${what}`, { cause });
}
