/**
 * The wait of a queue's head for its dependencies: the only wait a queue needs, since only its head can block.
 *
 * One registration on each dependency that has not signalled, and a counter; the last one asks for one kick (Q16). The
 * registrations are made once for the queue and used again for each head.
 *
 * States: idle (waiting 0) -> waiting (registered on `waiting` fences) -> idle, by the last signal or by `cancel()`; which may come
 * in the middle of `begin()`, from an issuer that is told of the wait (F20), and ends that too.
 */
import type { Fence } from "../fence/fence.ts";
import { DEPENDENCY, Registration } from "../fence/registration.ts";
import type { HeadWaiter } from "../fence/registration.ts";
import type { Job } from "./job.ts";

export class HeadWait implements HeadWaiter {
  /** How many dependencies of the head have not signalled. */
  waiting = 0;
  readonly #ready: () => void;
  readonly #registrations: Registration[] = [];
  /** Since the last `begin()`. */
  #cancelled = false;

  /** `ready` is called from inside a delivery: it may only ask for a kick. */
  constructor(ready: () => void) {
    this.#ready = ready;
  }

  /**
   * Registers on whatever the job still waits for; answers the first blocker, or null if there is none.
   * Inside a delivery only: what an issuer signals when it is told of the wait must count when all are registered, not before.
   */
  begin(job: Job): Fence | null {
    this.#cancelled = false;
    const first = job._dependency;
    if (first === null) return null;
    let blocker = this.#watch(first) ? first : null;
    if (job._others !== null) {
      for (const fence of job._others) if (this.#watch(fence)) blocker ??= fence;
    }
    return blocker;
  }

  /** Waits for nothing any more: the head goes without its dependencies. */
  cancel(): void {
    for (const registration of this.#registrations) registration.cancel();
    this.waiting = 0;
    this.#cancelled = true;
  }

  // SIGNALLING: counts; the kick that it may ask for runs later.
  _dependencySignalled(): void {
    this.waiting--;
    if (this.waiting === 0) this.#ready();
  }

  #watch(fence: Fence): boolean {
    if (this.#cancelled) return false;
    const registration = (this.#registrations[this.waiting] ??= new Registration(DEPENDENCY, this, 0));
    if (!fence._register(registration)) return false;
    // Read anew: the registration came after whatever the issuer did when it was told.
    if (this.#cancelled as boolean) {
      registration.cancel();
      return false;
    }
    this.waiting++;
    return true;
  }
}
