/**
 * A trace: started, stopped once, and read while it runs or after.
 *
 * States: running (it is the tracer of hooks.ts) -> stopped (nothing is added any more).
 *
 * Invariant: at most one trace runs at a time in an agent, since the core tells one listener.
 */
import { SignalboxError } from "../errors.ts";
import { hooks } from "../hooks.ts";
import type { ClockPolicy } from "./clock.ts";
import { decodeEvents } from "./decode.ts";
import type { DropPolicy } from "./event-log.ts";
import type { TracedRing, TracedTimeline, TraceEvent } from "./events.ts";
import { Recorder } from "./recorder.ts";

/** What a trace may take. */
export interface TraceOptions {
  /**
   * How many events it holds at the most; 1 000 000 if left out. An event takes 64 bytes or less, and memory is taken as events come;
   * a job makes about ten.
   */
  readonly maxEvents?: number;
  /** Which events go when it is full: "oldest" (the default), in blocks of up to 8192 at a time, or "newest". `dropped` counts them. */
  readonly drop?: DropPolicy;
  /**
   * When the clock is read. "precise" (the default): before whatever follows somebody else's code, which is three readings for a
   * job: when it is made, when it is submitted, when its run begins. "batch": once for each delivery, and once for what the
   * program makes and submits between two deliveries, in one synchronous piece, at the first of it.
   *
   * "batch" hides how long the program took from one job of such a piece to the next, and the driver in `run`: what was made
   * together has one time, and so has what was started together. Times never go back, and events are in their order.
   */
  readonly clock?: ClockPolicy;
}

/**
 * What has been recorded. Made by {@link startTrace}.
 *
 * @example
 * ```ts
 * const trace = startTrace();
 * // ... work ...
 * trace.stop();
 * await writeFile("work.pftrace", writePerfetto(trace));
 * ```
 */
export class Trace {
  readonly #recorder: Recorder;
  #end: number | undefined;

  /** @internal Use `startTrace`. */
  constructor(recorder: Recorder) {
    this.#recorder = recorder;
  }

  /** Whether it still records. */
  get running(): boolean {
    return this.#end === undefined;
  }

  /** How many events it holds. */
  get length(): number {
    return this.#recorder.log.length;
  }

  /** How many events it could not hold. If this is not 0, figures and pictures made of the trace are not the whole story. */
  get dropped(): number {
    return this.#recorder.log.dropped;
  }

  /** When it was stopped; while it runs, when the last event was. In ms, on the platform's clock. */
  get end(): number {
    return this.#end ?? this.#recorder.clock.last;
  }

  /** The timelines that its events speak of, queues included, in the order in which they were first seen. */
  get timelines(): readonly TracedTimeline[] {
    return this.#recorder.names.timelines;
  }

  /** The rings that its events speak of, in the order in which they were first seen. */
  get rings(): readonly TracedRing[] {
    return this.#recorder.names.rings;
  }

  /** Ends the recording; what was recorded stays. A second call does nothing. */
  stop(): void {
    if (this.#end !== undefined) return;
    // Another listener may have put itself before the recorder, and go on passing events to it.
    if (hooks.tracer === this.#recorder) hooks.tracer = null;
    this.#recorder.log.seal();
    this.#end = this.#recorder.clock.end();
  }

  [Symbol.dispose](): void {
    this.stop();
  }

  /** Calls back with each event that it holds, in the order in which they happened. */
  forEach(visit: (event: TraceEvent) => void): void {
    decodeEvents(this.#recorder.log, this.#recorder.names, visit);
  }

  /** The events that it holds, in the order in which they happened. */
  events(): TraceEvent[] {
    const events: TraceEvent[] = [];
    this.forEach((event) => events.push(event));
    return events;
  }
}

/**
 * Begins to record what jobs and fences do, everywhere in this agent (this thread, this page), until `stop()`.
 *
 * Throws EBUSY while another trace (or any other listener) is there, and RangeError for a `maxEvents` that is not a whole number from 1.
 *
 * @example `using trace = startTrace({ maxEvents: 100_000 });`
 */
export function startTrace(options: TraceOptions = {}): Trace {
  const { maxEvents = 1_000_000, drop = "oldest", clock = "precise" } = options;
  if (!Number.isSafeInteger(maxEvents) || maxEvents < 1)
    throw new RangeError(`A trace holds a whole number of events from 1 (got ${maxEvents})`);
  if (!(["oldest", "newest"] as unknown[]).includes(drop))
    throw new SignalboxError("EINVAL", `A trace drops its "oldest" or its "newest" events (got "${drop as string}")`);
  if (!(["precise", "batch"] as unknown[]).includes(clock))
    throw new SignalboxError("EINVAL", `The clock of a trace is "precise" or "batch" (got "${clock as string}")`);
  if (hooks.tracer !== null)
    throw new SignalboxError("EBUSY", "A trace or another listener is running already: stop it first");
  const recorder = new Recorder(maxEvents, drop, clock);
  hooks.tracer = recorder;
  return new Trace(recorder);
}
