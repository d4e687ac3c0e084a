/** What the core says of itself, beside what a judge has counted: after each step, and when nothing is left to happen. */
import type { Ring } from "../../../queue/ring.ts";
import type { Books } from "./books.ts";
import type { Notes } from "./verdict.ts";

export class Balance {
  readonly #books: Books;
  readonly #notes: Notes;
  readonly #lost = new Set<Ring>();

  constructor(books: Books) {
    this.#books = books;
    this.#notes = books.notes;
  }

  /** After each step: the core's figures are those that were counted here. */
  check(): void {
    for (const { queue, credits } of this.#books.ledgers.values()) {
      if (queue.creditsInFlight !== credits)
        this.#notes.broken(5, `queue ${queue.name} says ${queue.creditsInFlight} credits in flight, it is ${credits}`);
    }
    for (const [ring, count] of this.#books.onRing) {
      if (ring.inFlight !== count)
        this.#notes.broken(5, `ring ${ring.name} says ${ring.inFlight} jobs, it has ${count}`);
      if (ring.lost && !this.#lost.has(ring)) this.#losing(ring);
    }
    this.checkReset();
    this.#books.clocks.check();
  }

  /** After each step, and before a device that is reset says anything more: nothing runs there, whatever its queue's state (promise 12). */
  checkReset(): void {
    for (const ring of this.#books.halted) {
      const count = this.#books.onRing.get(ring)!;
      if (count > 0) this.#notes.broken(12, `ring ${ring.name} is being reset, and ${count} of its jobs run`);
    }
  }

  /** When nothing is left to happen. */
  checkEnd(): void {
    for (const path of this.#books.paths.values()) {
      const { name, pushed, published, runs, cancels, signals, releases, completions, takenBack } = path;
      const expected = pushed || published ? 1 : 0;
      if (signals !== expected)
        this.#notes.broken(1, `${name} was ${published ? "" : "not "}published, and has signalled ${signals} times`);
      const fate = Math.min(runs, 1) + cancels;
      if (fate !== expected || runs > 1 + takenBack)
        this.#notes.broken(3, `${name} was run ${runs} times and cancelled ${cancels} times`);
      // What was put back and then killed doesn't run again.
      if (runs - takenBack !== completions && (completions > 0 || runs !== takenBack))
        this.#notes.broken(
          5,
          `${name} was run ${runs} times, put back ${takenBack}, and completed ${completions} times`,
        );
      if (releases !== expected) this.#notes.broken(8, `${name} was released ${releases} times`);
    }
    for (const fence of this.#books.created)
      this.#notes.broken(1, `fence ${fence.timelineName}:${fence.seqno} has not signalled`);
    for (const { queue } of this.#books.ledgers.values()) {
      const { pushed, done, failed, cancelled } = queue.stats;
      if (pushed !== done + failed + cancelled)
        this.#notes.broken(
          5,
          `queue ${queue.name} counts ${pushed} pushed, ${done} done, ${failed} failed, ${cancelled} cancelled`,
        );
      if (queue.state === "destroyed")
        this.#notes.broken(1, `queue ${queue.name} was destroyed, and never becomes inactive`);
    }
  }

  // The ring was lost in this step.
  #losing(ring: Ring): void {
    this.#lost.add(ring);
    this.#books.halted.delete(ring);
    for (const path of this.#books.paths.values()) {
      if (path.pushed && path.queue.ring === ring && path.signals === 0)
        this.#notes.broken(12, `ring ${ring.name} is lost, and ${path.name} has not signalled`);
    }
  }
}
