/**
 * Arbitration: which of the queues that share a ring starts its head next (Q35).
 *
 * Every policy is a number for each queue, least first:
 * - `fair`: the service it has had, in ms, times the weight of its priority (8.4). Nobody starves: a low queue's number grows faster.
 * - `fifo`: the place of its head in the order of pushes on the ring.
 * - `round-robin`: when it last had a turn.
 *
 * Invariants: a queue that was idle (empty, or waiting for what it depends on) rejoins no further back than where the ring is
 * now, so that it can't hoard its absence; and each job moves its queue's number on, however short it was.
 */

/** How a queue's share weighs against those it shares a ring with. Not strict: low never starves. */
export type Priority = "kernel" | "high" | "normal" | "low";

/** How a ring chooses among its queues; see the head of this file. */
export type Policy = "fair" | "fifo" | "round-robin";

/** 8.4: what a millisecond on the ring counts for, by priority: the kernel's shifts 1, 2, 4 and 7. */
const weights: Readonly<Record<Priority, number>> = { kernel: 2, high: 4, normal: 16, low: 128 };

/** What a job counts for at the least, in ms: one that took no time that a clock can see must still cost its queue its turn. */
const LEAST = 0.001;

/** How much of a new measurement goes into the estimate of a job's service time. */
const SMOOTHING = 1 / 8;

/** The service that one queue has had of its ring. */
export class Service {
  readonly #weight: number;
  #settled = 0;
  /** What a job of this queue takes, in ms: a guess at first, then a moving average. */
  #estimate = 0.01;
  #inFlight = 0;

  constructor(priority: Priority) {
    this.#weight = weights[priority];
  }

  /** Its number under the fair policy: what was measured, and what is under way at its estimate. */
  get virtualTime(): number {
    return this.#settled + this.#inFlight * this.#estimate * this.#weight;
  }

  /** Whether the ring has none of its jobs. */
  get idle(): boolean {
    return this.#inFlight === 0;
  }

  /** A job was started. */
  begin(): void {
    this.#inFlight++;
  }

  /** A job is off the ring, and nobody has measured it. */
  end(): void {
    this.#inFlight--;
  }

  /** A job is off the ring, after so many ms. */
  endAfter(time: number): void {
    this.#inFlight--;
    const counted = Math.max(time, LEAST);
    this.#settled += counted * this.#weight;
    this.#estimate += (counted - this.#estimate) * SMOOTHING;
  }

  /** The queue had nothing to start and has again, while the ring is at `floor`. */
  rejoin(floor: number): void {
    if (this.virtualTime < floor) this.#settled += floor - this.virtualTime;
  }
}
