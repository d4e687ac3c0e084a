/**
 * The recovery domain: the rings that are reset together, and the way back of the device behind them.
 *
 * States: running -> resetting (the rings start nothing; what ran was ended, or waits to be run again) -> running, when the
 * device is back; or -> gone, when it doesn't come back (everything has ended with EIO), which it stays. Inside resetting: away (the
 * device is stopped, or the back-off before the next attempt goes on) -> returning (an attempt is under way) -> away again, if it fails;
 * or returning -> spoilt, when a reset is asked for meanwhile: the attempt goes on, and has failed whatever it answers.
 *
 * Invariants:
 * - Promise 12: one step, inside one delivery, takes every running job of every queue, whatever that queue's state is: what had
 *   completed is complete, the guilty job ends with ETIME, an innocent one is put back (Q26) or ends with ECANCELED.
 * - Promise 1: an attempt that hangs is a failed one, and the number of attempts is bounded.
 * - Only the present attempt counts: what becomes of an earlier one, or of any after the domain is gone or closed, is ignored.
 * - Nothing is resumed over a reset that was asked for since the attempt began: what came back may be what was lost.
 * - State first: the rings are halted before the device is told, and nothing is resumed before the state says running.
 *
 * A device makes one, for its rings; timeouts, programs and the device itself ask for a reset.
 */
import { SignalboxError, errno } from "../../errors.ts";
import type { ResetHandler } from "../../driver.ts";
import { strikes } from "../../faults.ts";
import { deliver } from "../../fence/delivery.ts";
import type { Platform, Timer } from "../../platform/platform.ts";
import { throwLater } from "../../platform/throw-later.ts";
import { Completion } from "../../work/completion.ts";
import type { Job } from "../job.ts";
import { completeRecoveryOptions } from "./recovery-options.ts";
import type { RecoveryOptions } from "./recovery-options.ts";

/** running: jobs run. resetting: the device is being brought back; jobs are taken, and wait. gone: it didn't come back. */
export type RecoveryState = "running" | "resetting" | "gone";

/** What a domain does with a ring. */
export interface RecoverableRing {
  /** @internal */ _halt(guilty: Job | null): void;
  /** @internal */ _takeBack(guilty: Job | null, cause: unknown): void;
  /** @internal */ _resume(): void;
  lose(error: number, cause?: unknown): void;
}

/**
 * The rings of one device that are reset together. Made by devices; make one for a driver of your own that can be reset.
 *
 * @example
 * ```ts
 * const recovery = new RecoveryDomain("gpu", { stop() { gpu.halt(); }, restart: () => gpu.boot() }, { attempts: 3 });
 * const ring = new Ring(driver, { recovery });
 * const queue = ring.queue("compute", { timeout: 2_000, banAfter: 3 });
 * ```
 */
export class RecoveryDomain {
  /** Its name, in errors and traces: the device's. */
  readonly name: string;
  readonly #handler: ResetHandler;
  readonly #platform: Platform;
  readonly #options: Required<RecoveryOptions>;
  readonly #rings: RecoverableRing[] = [];
  #state: RecoveryState = "running";
  #resets = 0;
  #cause: unknown;
  /** Counts attempts over all resets: who is not the present one has nothing to say. */
  #attempt = 0;
  /** Where the device is while the state is resetting; away otherwise, too. */
  #way: "away" | "returning" | "spoilt" = "away";
  #timer: Timer | undefined;
  #settled: Completion | null = null;

  /** Throws RangeError for options that make no sense. */
  constructor(name: string, handler: ResetHandler, options: RecoveryOptions = {}) {
    this.name = name;
    this.#handler = handler;
    this.#options = completeRecoveryOptions(name, options);
    this.#platform = this.#options.platform;
  }

  /** See {@link RecoveryState}. */
  get state(): RecoveryState {
    return this.#state;
  }

  /** How long an attempt to bring the device back may take, in ms. */
  get timeLimit(): number {
    return this.#options.timeLimit;
  }

  /** How many resets have begun. */
  get resets(): number {
    return this.#resets;
  }

  /**
   * Resets the device now, on nobody's account: what runs is put back if it may be, and ends with ECANCELED and this cause
   * otherwise. While an attempt to bring it back is under way, up to the microtask after its answer, that has failed whatever it
   * answers, and the next one follows, if there is one left. False, and nothing comes of it, if the device is gone, or is still to
   * be brought back.
   */
  reset(cause?: unknown): boolean {
    if (this.#state === "running") this._resetFor(null, cause);
    else if (this.#way === "away") return false;
    else this.#spoil(cause);
    return true;
  }

  /** The device won't come back: everything on its rings ends with EIO and this cause. False if that is known. */
  giveUp(cause?: unknown): boolean {
    if (this.#state === "gone") return false;
    this.#enterGone(cause);
    return true;
  }

  /** Resolves when no reset is under way. Never rejects: `state` says how it ended. */
  settled(): Promise<void> {
    if (this.#state !== "resetting") return Promise.resolve();
    this.#settled ??= new Completion();
    return this.#settled.wait();
  }

  /** @internal The ring is one of those that are reset. */
  _add(ring: RecoverableRing): void {
    this.#rings.push(ring);
    if (this.#state === "resetting") ring._halt(null);
  }

  /** @internal Promise 12; see the head of this file. */
  _resetFor(guilty: Job | null, cause: unknown): void {
    if (this.#state !== "running") return;
    this.#state = "resetting";
    this.#resets++;
    this.#cause = cause;
    for (const ring of this.#rings) ring._halt(guilty);
    deliver(() => {
      this.#stopDevice();
      for (const ring of this.#rings) ring._takeBack(guilty, cause);
    });
    // A listener may have given the device up meanwhile.
    if ((this.#state as RecoveryState) === "resetting") this.#begin(1);
  }

  // SIGNALLING: the device tells what it had completed.
  #stopDevice(): void {
    try {
      this.#handler.stop();
    } catch (error) {
      throwLater(this.#platform, error);
    }
  }

  // returning -> spoilt.
  #spoil(cause: unknown): void {
    this.#way = "spoilt";
    this.#cause = cause;
  }

  #begin(count: number): void {
    const attempt = ++this.#attempt;
    this.#way = "returning";
    const failed = (error?: unknown): void => {
      if (attempt === this.#attempt) this.#fail(count, error);
    };
    const back = (): void => {
      if (this.#way === "spoilt") failed();
      else if (attempt === this.#attempt) this.#resume();
    };
    this.#timer = this.#platform.setTimer(() => {
      failed(
        new SignalboxError("ETIME", `[Device "${this.name}"] did not come back within ${this.#options.timeLimit} ms`),
      );
    }, this.#options.timeLimit);
    try {
      const answer = this.#handler.restart(count);
      if (answer === undefined) back();
      else answer.then(back, failed);
    } catch (error) {
      failed(error);
    }
  }

  #resume(): void {
    this.#leave("running");
    for (const ring of this.#rings) ring._resume();
  }

  #fail(count: number, error: unknown): void {
    this.#attempt++;
    this.#way = "away";
    this.#stopTimer();
    if (count >= this.#options.attempts) {
      this.#enterGone(
        new SignalboxError("EIO", `[Device "${this.name}"] did not come back after ${count} attempts`, {
          cause: error ?? this.#cause,
        }),
      );
      return;
    }
    this.#timer = this.#platform.setTimer(
      () => {
        this.#begin(count + 1);
      },
      strikes("no back-off") ? 0 : this.#options.backoff * 2 ** (count - 1),
    );
  }

  #enterGone(cause: unknown): void {
    this.#leave("gone");
    deliver(() => {
      for (const ring of this.#rings) ring.lose(errno.EIO, cause);
    });
    this.#handler.gone?.(cause);
  }

  #leave(state: "running" | "gone"): void {
    this.#attempt++;
    this.#stopTimer();
    this.#state = state;
    this.#way = "away";
    this.#cause = undefined;
    this.#settled?.completeAll();
    this.#settled = null;
  }

  #stopTimer(): void {
    if (this.#timer !== undefined) this.#platform.clearTimer(this.#timer);
    this.#timer = undefined;
  }
}
