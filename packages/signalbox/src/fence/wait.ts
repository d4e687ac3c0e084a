/**
 * Waiting for a fence with a promise, made only when somebody asks for one.
 *
 * A wait ends once, by whichever comes first: the signal, the timeout, the abort. The other two are taken back then, so
 * that a wait leaves no timer, no listener and no registration behind (F24, F25).
 */
import { SignalboxError, checkTimeout } from "../errors.ts";
import { hooks } from "../hooks.ts";
import type { WaitOutcome } from "../hooks.ts";
import type { Timer } from "../platform/platform.ts";
import type { Fence } from "./fence.ts";
import { COMPLETE, Registration, WAIT } from "./registration.ts";
import type { Completable } from "./registration.ts";
import { PUBLISHED } from "./state.ts";
import { describe } from "./words.ts";

/** How long to wait at the most, and what may end the wait early. */
export interface WaitOptions {
  /** In ms; 0 only looks. For ever if left out. */
  readonly timeout?: number;
  /** Ends the wait (never the job) with its reason. */
  readonly signal?: AbortSignal;
}

/** See `Fence.wait`. */
export function waitForFence(fence: Fence, options: WaitOptions | undefined): Promise<void> {
  checkWait(fence, options);
  if (hooks.lockdep !== null && options?.timeout !== 0) hooks.lockdep.waits(fence);
  return beginWait(fence, options);
}

/** The same for who has told the validator already what is waited for. */
export function waitAsPart(fence: Fence, options: WaitOptions | undefined): Promise<void> {
  checkWait(fence, options);
  return beginWait(fence, options);
}

function checkWait(fence: Fence, options: WaitOptions | undefined): void {
  if (fence._state < PUBLISHED) {
    throw new SignalboxError("EINVAL", `${describe(fence)} was not submitted, so there is nothing to wait for`);
  }
  checkTimeout(options?.timeout);
}

function beginWait(fence: Fence, options: WaitOptions | undefined): Promise<void> {
  const timeout = options?.timeout;
  const signal = options?.signal;
  if (fence.signalled) return settled(fence);
  if (timeout === undefined && signal === undefined) return waitPlainly(fence);
  // An abort that came before the wait wins over a fence that has not signalled, and over a timeout of 0.
  // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the caller's own reason, whatever it is
  if (signal?.aborted === true) return Promise.reject(signal.reason);
  if (timeout === 0) return Promise.reject(timedOut(fence, 0));
  return new Promise((resolve, reject) => {
    new LimitedWait(fence, timeout, signal, resolve, reject).begin();
  });
}

function settled(fence: Fence): Promise<void> {
  const failure = fence.failure();
  return failure === undefined ? Promise.resolve() : Promise.reject(failure);
}

function timedOut(fence: Fence, timeout: number): SignalboxError {
  return new SignalboxError("ETIMEDOUT", `Fence ${describe(fence)} has not signalled within ${timeout} ms`);
}

function waitPlainly(fence: Fence): Promise<void> {
  return new Promise((settle: (failed?: Promise<never>) => void) => {
    const registration = new Registration(WAIT, settle, 0);
    // Enabling may find the fence signalled (F20).
    if (!fence._register(registration)) settle(settled(fence) as Promise<never>);
    else noteWait(fence, registration);
  });
}

function noteWait(fence: Fence, registration: Registration): void {
  if (hooks.tracer !== null) hooks.tracer.waitStarted(fence);
  if (hooks.lockdep !== null) hooks.lockdep.registered(registration, fence);
}

class LimitedWait implements Completable {
  readonly #fence: Fence;
  readonly #timeout: number | undefined;
  readonly #signal: AbortSignal | undefined;
  readonly #resolve: () => void;
  readonly #reject: (error: unknown) => void;
  readonly #registration: Registration;
  #timer: Timer | undefined;
  readonly #onAbort = (): void => {
    this.#registration.cancel();
    this.#end("aborted", this.#signal?.reason);
  };

  constructor(
    fence: Fence,
    timeout: number | undefined,
    signal: AbortSignal | undefined,
    resolve: () => void,
    reject: (error: unknown) => void,
  ) {
    this.#fence = fence;
    this.#timeout = timeout;
    this.#signal = signal;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#registration = new Registration(COMPLETE, this, 0);
  }

  begin(): void {
    if (!this.#fence._register(this.#registration)) {
      settled(this.#fence).then(this.#resolve, this.#reject);
      return;
    }
    noteWait(this.#fence, this.#registration);
    // The issuer that was told of the wait (F20) may have aborted it: nothing would tell of that any more.
    if (this.#signal?.aborted === true) {
      this.#onAbort();
      return;
    }
    const timeout = this.#timeout;
    if (timeout !== undefined && timeout !== Infinity) {
      this.#timer = this.#fence._timeline.platform.setTimer(() => {
        this.#registration.cancel();
        this.#end("timeout", timedOut(this.#fence, timeout));
      }, timeout);
    }
    this.#signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  // SIGNALLING: settling a promise only queues a microtask.
  _complete(fence: Fence): void {
    const failure = fence.failure();
    this.#end(failure === undefined ? "signalled" : "failed", failure);
  }

  #end(outcome: WaitOutcome, error: unknown): void {
    if (this.#timer !== undefined) this.#fence._timeline.platform.clearTimer(this.#timer);
    this.#signal?.removeEventListener("abort", this.#onAbort);
    if (hooks.tracer !== null) hooks.tracer.waitEnded(this.#fence, outcome);
    if (outcome === "signalled") this.#resolve();
    else this.#reject(error);
  }
}
