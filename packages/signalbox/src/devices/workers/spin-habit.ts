/**
 * The spin's habit: whether it is worth while to look once more, by how it went lately.
 *
 * Where there are fewer cores than threads that want one, who looks keeps from its core the very thread that it looks for, and
 * each look is in vain. Looks that are in vain take about as long as five that are not save: so each of them has the next ones left
 * out, twice as many each time, and it takes several that are not to make up for one.
 */

/** What is left out after a look in vain, at most. */
const MOST = 256;
/** What a look that was not in vain makes of the number that the next one in vain has left out. */
const FORGIVES = 0.9;

export class SpinHabit {
  #next = 1;
  #leftOut = 0;

  /** Whether to look now; each answer counts. */
  wanted(): boolean {
    if (this.#leftOut === 0) return true;
    this.#leftOut--;
    return false;
  }

  /** It was not in vain. */
  paid(): void {
    this.#next = Math.max(1, this.#next * FORGIVES);
  }

  /** It was in vain. */
  failed(): void {
    this.#leftOut = Math.round(this.#next);
    this.#next = Math.min(MOST, this.#next * 2);
  }
}
