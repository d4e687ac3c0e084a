/**
 * The end of a queue, as a machine: who may still do what with it, and what its device has to say to that.
 *
 * States (Q5): usable (takes jobs) -> destroyed (takes none; what was pushed comes to its end) -> closing (nothing is left; the
 * device is asked to let go of the queue: a handshake with firmware, say) -> inactive (nothing refers to it) -> released (the
 * driver has let go of what it kept for it). Seen from outside, closing is destroyed. Without `driver.closeQueue` there is no closing.
 *
 * Invariants:
 * - Promise 8: the device is asked, and the queue released, by the ring's worker, outside every section; once each.
 * - Promise 1: a handshake can't hold a queue for ever: one that fails, or takes too long, is a reset, after which the device
 *   knows nothing of the queue; so is any other reset, and any loss. What an answer that comes later says is ignored. Where nothing
 *   can be reset one that takes too long is heard of, and waited for: the device may be at work on what the queue refers to.
 * - State first: who waits is let through when the queue is off its ring.
 *
 * Owned by its queue; the ring's worker calls {@link QueueEnd.proceed}.
 */
import { SignalboxError } from "../errors.ts";
import type { JobSpec } from "../driver.ts";
import type { Timer } from "../platform/platform.ts";
import { Completion } from "../work/completion.ts";
import type { JobQueue } from "./job-queue.ts";
import { TIME_LIMIT } from "./recovery/recovery-options.ts";
import { DestroyedQueue } from "./teardown.ts";

/** Whether a queue takes jobs, and what is left of it: see the head of queue-end.ts. */
export type QueueState = "usable" | "destroyed" | "inactive" | "released";

export class QueueEnd<Spec extends JobSpec> {
  readonly #queue: JobQueue<Spec>;
  #state: QueueState | "closing" = "usable";
  #releasing = false;
  #value: DestroyedQueue | undefined;
  #inactive: Completion | undefined;
  /** How long the device may take to let go. */
  #timer: Timer | undefined;

  constructor(queue: JobQueue<Spec>) {
    this.#queue = queue;
  }

  get state(): QueueState {
    return this.#state === "closing" ? "destroyed" : this.#state;
  }

  /** What programs hold of a queue that takes no more jobs. */
  get value(): DestroyedQueue {
    return (this.#value ??= new DestroyedQueue(this.#queue));
  }

  /** usable -> destroyed. */
  stop(): void {
    if (this.#state !== "usable") return;
    this.#queue._usable = false;
    this.#state = "destroyed";
    this.look();
  }

  /** Something may have become the last thing that was left. May be called in a section. */
  look(): void {
    if (this.#state !== "destroyed" || !this.#queue._list.empty) return;
    if (this.#deviceKnows()) this.#queue.ring._hasReleases(this.#queue);
    else this.#becomeInactive();
  }

  /** Outside every section: asks the device to let go, or has the driver release what it kept. */
  proceed(): void {
    if (this.#state === "destroyed" && this.#queue._list.empty) {
      if (this.#deviceKnows()) this.#beginClosing();
      else this.#becomeInactive();
    } else if (this.#releasing && this.#state === "inactive") {
      this.#state = "released";
      this.#queue.ring._calls.releaseQueue(this.#queue);
    }
  }

  /** The device was reset, or is gone: it knows nothing of the queue any more. */
  deviceForgot(): void {
    if (this.#state === "closing") this.#becomeInactive();
  }

  /** inactive -> released, soon. Throws EINVAL in any other state. */
  release(): void {
    if (this.#state === "released" || this.#releasing) return;
    if (this.#state !== "inactive") {
      throw new SignalboxError("EINVAL", `[Queue "${this.#queue.name}"] is ${this.state}, and can't be released`);
    }
    this.#releasing = true;
    this.#queue.ring._hasReleases(this.#queue);
  }

  /** Resolves when the queue is inactive. */
  whenInactive(): Promise<void> {
    if (this.#state === "inactive" || this.#state === "released") return Promise.resolve();
    this.#inactive ??= new Completion();
    return this.#inactive._wait();
  }

  // A device that is being reset, or gone, has forgotten the queue already.
  #deviceKnows(): boolean {
    const { driver, recovery, lost } = this.#queue.ring;
    return driver.closeQueue !== undefined && !lost && (recovery === undefined || recovery.state === "running");
  }

  #beginClosing(): void {
    this.#state = "closing";
    const failed = (error: unknown): void => {
      if (this.#state !== "closing") return;
      this.#failed(error);
      this.deviceForgot();
    };
    try {
      const answer = this.#queue.ring.driver.closeQueue?.(this.#queue);
      if (answer === undefined) {
        this.deviceForgot();
        return;
      }
      answer.then(() => {
        this.deviceForgot();
      }, failed);
      this.#limit();
    } catch (error) {
      failed(error);
    }
  }

  #limit(): void {
    // A driver may have had its device reset while it was asked.
    if (this.#state !== "closing") return;
    const { platform, recovery } = this.#queue.ring;
    const limit = recovery?.timeLimit ?? TIME_LIMIT;
    this.#timer = platform.setTimer(() => {
      this.#failed(new SignalboxError("ETIME", `The device did not let go within ${limit} ms`));
      if (recovery !== undefined) this.deviceForgot();
    }, limit);
  }

  // Only a reset makes a device forget. Where there is none, this is heard of; a device that threw is believed to have let go all the same.
  #failed(error: unknown): void {
    const { ring, name } = this.#queue;
    const cause = new SignalboxError("EIO", `[Queue "${name}"] was not let go by its device`, { cause: error });
    if (ring.recovery === undefined) ring._calls.failed(cause);
    else ring.recovery.reset(cause);
  }

  #becomeInactive(): void {
    this.#state = "inactive";
    if (this.#timer !== undefined) this.#queue.ring.platform.clearTimer(this.#timer);
    this.#timer = undefined;
    this.#queue.ring._forget(this.#queue);
    this.#inactive?.completeAll();
    this.#inactive = undefined;
  }
}
