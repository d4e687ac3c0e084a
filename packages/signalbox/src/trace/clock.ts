/**
 * The clock of a trace: one reading for each stretch of time in which nobody's code but the core's ran; or, where a trace has to
 * be cheap, for each batch of work.
 *
 * A reading costs about 50 ns, as much as several records, so most events share one. Three ways to set it to the time of an event:
 * - `fresh`: read. For what comes after a stretch of somebody else's code: a job that is made or armed (the program ran), one
 *   that is started (the driver ran the one before it: hundreds of microseconds for a command buffer, which one reading
 *   for the whole batch would hide).
 * - `shared`: the reading of the present delivery (fence/delivery.ts), the same that stamps the fences signalled in it: an
 *   interrupt that finds a hundred jobs done is one moment. Outside deliveries it is a fresh one.
 * - `same`: the time of the event before, for events that follow one another inside one call of the core.
 *
 * With the policy "batch" the first two are one: the reading of the present stretch, made at its first event, and in a delivery
 * the one that stamps its fences. A stretch ends when a delivery begins, or when the code that runs has come to its end: a
 * microtask says so, so that what is submitted long after is not told to be early.
 *
 * States, with "batch": no stretch -> stretch of a platform -> no stretch.
 *
 * Invariant: times of one platform never go back in the order of the events: a shared reading that is older than what
 * was recorded since becomes that. (So a signal may be recorded a little later than its fence's timestamp, never earlier.)
 * Two platforms are two clocks: a trace of both has the times of both, which can't be compared.
 */
import { batchTime, deliveryTime, wasRead } from "../fence/delivery.ts";
import type { Platform } from "../platform/platform.ts";

/** How often a trace reads the clock: before whatever follows other code than the core's, or once for each batch. */
export type ClockPolicy = "precise" | "batch";

export class TraceClock {
  /** The time of the last event: a cell, since a number that functions hand on is an object of 16 bytes where it isn't an integer. */
  readonly cell: Float64Array = new Float64Array(1);
  readonly #batch: boolean;
  #platform: Platform | undefined;
  /** Whose stretch runs, if one does. */
  #stretch: Platform | undefined;
  /** Whether its end was asked for. */
  #ending = false;

  constructor(policy: ClockPolicy) {
    this.#batch = policy === "batch";
  }

  fresh(platform: Platform): void {
    if (this.#batch) this.#ofBatch(platform);
    else this.#read(platform);
  }

  shared(platform: Platform): void {
    if (this.#batch) this.#ofBatch(platform);
    else this.notBefore(deliveryTime(platform), platform);
  }

  /** A reading that somebody else made a moment ago. */
  notBefore(time: number, platform: Platform): void {
    if (this.#platform !== platform) this.#change(platform, time);
    else if (time > this.cell[0]!) this.cell[0] = time;
  }

  same(platform: Platform): void {
    if (this.#platform !== platform) this.fresh(platform);
  }

  /** The time now, for the end of the trace; 0 if nothing was ever recorded. */
  end(): number {
    return this.#platform?.now() ?? 0;
  }

  /** The time of the last event. */
  get last(): number {
    return this.cell[0]!;
  }

  #read(platform: Platform): void {
    this.#platform = platform;
    this.cell[0] = platform.now();
  }

  #ofBatch(platform: Platform): void {
    if (this.#stretch !== platform || !wasRead(platform)) this.#beginStretch(platform);
  }

  #beginStretch(platform: Platform): void {
    this.notBefore(batchTime(platform), platform);
    this.#stretch = platform;
    if (this.#ending) return;
    this.#ending = true;
    if (platform.kick === undefined) platform.microtask(this.#endStretch);
    else platform.kick(this.#endStretch);
  }

  #change(platform: Platform, time: number): void {
    this.#platform = platform;
    this.cell[0] = time;
    this.#stretch = undefined;
  }

  readonly #endStretch = (): void => {
    this.#stretch = undefined;
    this.#ending = false;
  };
}
