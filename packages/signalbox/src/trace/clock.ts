/**
 * The clock of a trace: one reading for each stretch of time in which nobody's code but the core's ran.
 *
 * A reading costs about 50 ns, as much as two records, so most events share one. Three ways to get the time of an event:
 * - `fresh`: read. For what comes after a stretch of somebody else's code: a job that is made or armed (the program ran), one
 *   that is started (the driver ran the one before it: hundreds of microseconds for a command buffer, which one reading
 *   for the whole batch would hide).
 * - `shared`: the reading of the present delivery (fence/delivery.ts), the same that stamps the fences signalled in it: an
 *   interrupt that finds a hundred jobs done is one moment. Outside deliveries it is a fresh one.
 * - `same`: the time of the event before, for events that follow one another inside one call of the core.
 *
 * Invariant: times of one platform never go back in the order of the events: a shared reading that is older than what
 * was recorded since becomes that. (So a signal may be recorded a little later than its fence's timestamp, never earlier.)
 * Two platforms are two clocks: a trace of both has the times of both, which can't be compared.
 */
import { deliveryTime } from "../fence/delivery.ts";
import type { Platform } from "../platform/platform.ts";

export class TraceClock {
  #platform: Platform | undefined;
  #last = 0;

  fresh(platform: Platform): number {
    this.#platform = platform;
    return (this.#last = platform.now());
  }

  shared(platform: Platform): number {
    return this.notBefore(deliveryTime(platform), platform);
  }

  /** A reading that somebody else made a moment ago. */
  notBefore(time: number, platform: Platform): number {
    if (this.#platform !== platform) this.#last = time;
    else if (time > this.#last) this.#last = time;
    this.#platform = platform;
    return this.#last;
  }

  same(platform: Platform): number {
    return this.#platform === platform ? this.#last : this.fresh(platform);
  }

  /** The time now, for the end of the trace; 0 if nothing was ever recorded. */
  end(): number {
    return this.#platform?.now() ?? 0;
  }

  /** The time of the last event. */
  get last(): number {
    return this.#last;
  }
}
