/**
 * The GPU's clock on the platform's: where a timestamp of the one lies on the other.
 *
 * The two run at the same speed and differ by an offset that nobody tells. Each measured stretch narrows it down: the GPU
 * began after the CPU had submitted, and had ended when the CPU saw it.
 *
 * Invariant: a stretch is never shown before its submission; it may be shown early by as much as the quickest start of any
 * stretch took (some 50 us). Where the clocks drift apart until the bounds cross, they start anew.
 */

/** @internal */
export class GpuClock {
  #low = -Infinity;
  #high = Infinity;

  /** A stretch of the GPU, and when the CPU had submitted it and saw it ended; all in ms, each pair on its own clock. */
  observe(begin: number, end: number, submitted: number, seen: number): void {
    const low = submitted - begin;
    const high = seen - end;
    this.#low = Math.max(this.#low, low);
    this.#high = Math.min(this.#high, high);
    if (this.#low > this.#high) {
      this.#low = low;
      this.#high = high;
    }
  }

  /** A time of the GPU's clock, in ms, on the platform's. After at least one observation. */
  toPlatform(time: number): number {
    return time + this.#low;
  }
}
