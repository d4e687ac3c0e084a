/**
 * The mirror: passes what signals in this thread on to shared memory, where other threads see it.
 *
 * It is a registration like any other (`signal`), put on a fence when it is made or shared: so an ordinary fence, driver
 * fence or timeline is what its owner works with, and other threads learn of its signal in the delivery that it is part of.
 */
import type { Fence } from "../fence/fence.ts";
import { Registration, SIGNAL } from "../fence/registration.ts";
import type { Signallable } from "../fence/registration.ts";
import { toSharedTime } from "./clock.ts";
import type { Outcome } from "./entry.ts";
import type { SignalLog } from "./signal-log.ts";

/** How a fence that has signalled went, for other threads; of a chain, whether anything in it failed (Q32). */
export function outcomeOf(fence: Fence): Outcome {
  const time = toSharedTime(fence.timestamp ?? 0);
  const failure = fence.failure();
  return failure === undefined
    ? { error: 0, time, text: "" }
    : { error: failure.errno, time, text: causeInWords(failure.cause) };
}

/** Has a target told of a fence's signal, at once if it has signalled. */
export function follow(fence: Fence, target: Signallable): void {
  if (!fence._register(new Registration(SIGNAL, target, 0))) target._signalFrom(fence);
}

/** An error in as many words as fit into shared memory. */
export function causeInWords(cause: unknown): string {
  if (cause instanceof Error) return cause.message === "" ? cause.name : cause.message;
  return typeof cause === "string" ? cause : "";
}

/** Writes the signals of a timeline's fences to its log, or the signal of one fence. */
export class TimelineMirror implements Signallable {
  readonly #log: SignalLog;

  constructor(log: SignalLog) {
    this.#log = log;
  }

  /** From now on the fence's signal is seen by others. */
  add(fence: Fence): void {
    follow(fence, this);
  }

  /** @internal SIGNALLING: a few stores and a wake-up. */
  _signalFrom(fence: Fence): void {
    this.#log.advance(fence.point, outcomeOf(fence));
  }
}
