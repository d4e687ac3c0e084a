/**
 * Those who listen in every scenario, so that promise 10 is judged in each: two registrations on every second job that is published.
 *
 * The first acts, and takes the second back, which is due by then and must never act; and itself, which is too late. They take no
 * steps of their own, so there are no more schedules on their account; the jobs between those have nobody that listens but the core.
 */
import type { Fence } from "../../../fence/fence.ts";
import { WatchedRegistration } from "./registrations.ts";
import type { Notes } from "./verdict.ts";

export class Listeners {
  readonly #notes: Notes;
  readonly #registrations: WatchedRegistration[] = [];
  #seen = 0;

  constructor(notes: Notes) {
    // A story is told of what its scenario does.
    this.#notes = {
      broken: (promise, sentence) => {
        notes.broken(promise, sentence);
      },
      tell: null,
    };
  }

  /** A job was published, in the step that is over. */
  listen(job: Fence, name: string): void {
    if (this.#seen++ % 2 === 1) return;
    const first = this.#register(`the first listener of ${name}`, job, () => {
      second.cancel();
      first.cancel();
    });
    const second = this.#register(`the second listener of ${name}`, job);
  }

  /** When nothing is left to happen. */
  checkEnd(): void {
    for (const registration of this.#registrations) registration._checkEnd();
  }

  #register(name: string, fence: Fence, then: () => void = () => {}): WatchedRegistration {
    const registration = new WatchedRegistration(this.#notes, name, fence, then);
    this.#registrations.push(registration);
    return registration;
  }
}
