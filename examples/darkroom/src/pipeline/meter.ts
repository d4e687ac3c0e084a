/**
 * A meter of bytes in flight: what is held now, and the most that was held at once. Both pipelines, the one of fences and
 * the one of plain promises, are measured with one.
 *
 * Invariant: `peak` is the most that `now` was when something was added, and whenever `look` was called.
 */
export class Meter {
  readonly #others: (() => number)[] = [];
  #held = 0;
  #peak = 0;

  /** What is held now. */
  get now(): number {
    return this.#others.reduce((sum, count) => sum + count(), this.#held);
  }

  /** The most that was held at once. */
  get peak(): number {
    return this.#peak;
  }

  /** So many bytes more are held. */
  add(bytes: number): void {
    this.#held += bytes;
    this.look();
  }

  /** So many bytes fewer. */
  remove(bytes: number): void {
    this.#held -= bytes;
  }

  /** Counts what somebody else keeps count of, too: a queue its credits in flight. */
  include(count: () => number): void {
    this.#others.push(count);
  }

  /** Called when somebody else's count has grown. */
  look(): void {
    this.#peak = Math.max(this.#peak, this.now);
  }
}
