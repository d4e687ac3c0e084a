/**
 * Obligations: a fence is published only together with the proof that it will be signalled (11.4, Q11).
 *
 * States of an obligation: open (in the body that got it) -> going, while it is handed on, and open again if nobody takes it -> discharged (signalled, failed, handed on, or promised by
 * somebody's word), once; or lapsed, when the body ended without: then nothing was published.
 *
 * Invariants:
 * - The fence gets its seqno when the obligation is discharged, and is seen when `publish` returns: a body that throws, or
 *   forgets, has published nothing (Q8).
 * - Promise 1: what was discharged signals, whatever becomes of the body.
 * - The body is a signalling section; handing the obligation on ends it here and begins it there (11.4).
 *
 * What the types hold: the body must answer the proof, of this obligation, now. What they can't: an answered proof of an outer
 * obligation, a token that is kept, one that is used twice; these throw, and the validator tells of them.
 */
import { SignalboxError, checkErrno, errno } from "../errors.ts";
import type { NegativeErrno } from "../errors.ts";
import type { DriverFence } from "../fence/driver-fence.ts";
import type { Fence } from "../fence/fence.ts";
import type { PrivateFence } from "../fence/private-fence.ts";
import { Registration } from "../fence/registration.ts";
import { stubFence } from "../fence/stub.ts";
import { isPromise } from "../fence/synchronous.ts";
import { hooks } from "../hooks.ts";
import type { Job } from "../queue/job.ts";
import type { JobQueue } from "../queue/job-queue.ts";
import type { ThreadLink } from "../shared/thread-link.ts";
import type { DriverFenceHandle } from "../shared/handle.ts";
import { WorkItem, WorkQueue } from "../work/work-queue.ts";
import { enterSection, leaveSection, outsideSection } from "./section.ts";
import type { SectionOf } from "./section.ts";

/** What an obligation can be handed to: a job queue, a link to a thread. */
export interface ObligationTaker<What> {
  /** The name that reports call it. */
  readonly name: string;
  /**
   * @internal Takes the obligation for a fence of timeline `name` over; answers the fence with whose signal it is kept.
   * A throw has changed nothing.
   */
  _takeObligation(what: What, name: string): Fence;
}

/** A body that owes a signal and has to answer the proof. */
export type Obliged = <S>(must: MustBeSignalled<S>) => WillBeSignalled<S>;

/** The proof that a fence will be signalled. Got from a {@link MustBeSignalled} and answered by the body that owes it; good for nothing else. */
export class WillBeSignalled<S> {
  /** A proof is of one obligation. For the compiler only. */
  declare protected readonly _scope: (scope: S) => S;
  /** @internal */ readonly _of: MustBeSignalled<unknown>;

  private constructor(of: MustBeSignalled<unknown>) {
    this._of = of;
  }

  /** @internal */
  static _make<S>(of: MustBeSignalled<S>): WillBeSignalled<S> {
    return new WillBeSignalled<S>(of as MustBeSignalled<unknown>);
  }
}

/** Where the fence of an obligation comes from: made when it is discharged, or owed already. */
interface Owed extends SectionOf {
  readonly name: string;
  readonly body: Obliged;
  check(): void;
  arm(): DriverFence;
}

const notOpen = {
  going: "is being handed on",
  discharged: "is discharged already",
  over: "is good only inside the body that got it",
} as const;

/**
 * The obligation to signal one fence, to be discharged in the body that got it, once.
 *
 * Each way throws EINVAL, and discharges nothing, when the obligation was discharged before, or its body is over.
 *
 * @typeParam S - tells this obligation from all others; chosen by nobody
 */
export class MustBeSignalled<S> {
  /** An obligation is one of a kind. For the compiler only. */
  declare protected readonly _scope: (scope: S) => S;
  readonly #owed: Owed;
  #handle: DriverFence | null = null;
  #state: "open" | "going" | "discharged" | "over" = "open";

  private constructor(owed: Owed) {
    this.#owed = owed;
  }

  /** @internal */
  static _make<S>(owed: Owed): MustBeSignalled<S> {
    return new MustBeSignalled<S>(owed);
  }

  /** Signals: when the earlier fences of its timeline have (promise 2), which may be now. */
  signal(): WillBeSignalled<S> {
    this.#checkOpen();
    this.#arm()._signalFrom(stubFence());
    return this.#proof();
  }

  /** Signals with an error, as `signal` does. Throws RangeError for a number that can't be an error (F9, F11). */
  fail<Value extends number>(error: NegativeErrno<Value>, cause?: unknown): WillBeSignalled<S>;
  fail(error: number, cause?: unknown): WillBeSignalled<S> {
    checkErrno(error);
    this.#checkOpen();
    // F13: where it has its signal already (its timeline was closed), this one changes nothing.
    abandon(this.#arm(), cause, error);
    return this.#proof();
  }

  /**
   * Hands the obligation on, which ends the section here: to a job, which is submitted, and whose done fence signals this one.
   * Throws what `submit` throws, and EINVAL for a job of another queue; then nothing was submitted.
   */
  transferTo(target: JobQueue, job: Job): WillBeSignalled<S>;
  /**
   * To a work item: its body runs soon, outside this section and in one of its own, and owes the signal there. What it throws
   * before it has discharged the obligation fails the fence with EIO.
   */
  transferTo(target: WorkQueue, body: Obliged): WillBeSignalled<S>;
  /**
   * To another thread: `send` has to send the handle there, where `openDriverFence(handle, body)` owes it in a section of its own. The
   * fence fails with ECANCELED if the thread ends without.
   */
  transferTo(target: ThreadLink, send: (handle: DriverFenceHandle) => void): WillBeSignalled<S>;
  transferTo(target: unknown, what: unknown): WillBeSignalled<S> {
    try {
      this.#checkOpen();
      this.#owed.check();
      if (target instanceof WorkQueue) this.#transferToWork(target, what as Obliged);
      else this.#transferToTaker(target, what);
    } catch (error) {
      // What is handed to a work queue or a thread is no job: then nobody has noted it as made.
      if (hooks.lockdep !== null) hooks.lockdep.refused(what as Job);
      throw error;
    }
    return this.#proof();
  }

  /**
   * Gives the write side to `keep`, on the caller's word that it will be signalled: the escape hatch.
   * `reason` says why that is sure; it is shown in traces, and in reports of the fence's leak or of a cycle that it closes. Throws EINVAL for an empty one, and for a `keep` that
   * is no function.
   *
   * @example `must.promise("the socket's close handler fails it", (fence) => pending.set(id, fence))`
   */
  promise(reason: string, keep: (fence: DriverFence) => void): WillBeSignalled<S> {
    if (typeof reason !== "string" || reason.trim() === "")
      throw new SignalboxError("EINVAL", `A promise to signal "${this.#owed.name}" needs a reason`);
    if (typeof keep !== "function")
      throw new SignalboxError(
        "EINVAL",
        `A promise to signal "${this.#owed.name}" needs a function that keeps it (got ${typeof keep})`,
      );
    this.#checkOpen();
    const handle = this.#arm();
    if (hooks.lockdep !== null) hooks.lockdep.promised(handle.fence, reason);
    if (hooks.tracer !== null) hooks.tracer.promised(handle.fence, reason);
    try {
      keep(handle);
    } catch (error) {
      // Nobody may have it now, and its timeline waits for it.
      abandon(handle, error);
      throw error;
    }
    return this.#proof();
  }

  /** @internal Whether it was discharged. */
  get _handle(): DriverFence | null {
    return this.#handle;
  }

  /** @internal The body is over. */
  _end(): void {
    this.#state = "over";
  }

  #transferToTaker(target: unknown, what: unknown): void {
    if (!isTaker(target)) {
      throw new SignalboxError(
        "EINVAL",
        `An obligation is handed to a job queue, a work queue or a thread's link (got ${typeof target})`,
      );
    }
    // SIGNALLING: what takes it may allocate, and submits: the section is over here, and begins there.
    const source = this.#go(() => outsideSection(this.#owed, () => target._takeObligation(what, this.#owed.name)));
    const handle = this.#arm();
    if (hooks.lockdep !== null) {
      hooks.lockdep.transferred(handle.fence, target, target.name);
      hooks.lockdep.dependsOn(handle.fence, source, "obligation");
    }
    if (!source._register(Registration.signal(handle))) handle._signalFrom(source);
  }

  #transferToWork(queue: WorkQueue, body: Obliged): void {
    if (typeof body !== "function")
      throw new SignalboxError("EINVAL", `A work queue takes an obligation with a function (got ${typeof body})`);
    const handle = this.#arm();
    if (hooks.lockdep !== null) hooks.lockdep.transferred(handle.fence, queue, "a work queue");
    const item = new WorkItem(queue, () => {
      keepUp(handle, body);
      return false;
    });
    item.schedule();
  }

  // Whoever takes it may run a program's code, which might discharge it as well.
  #go(take: () => Fence): Fence {
    this.#state = "going";
    try {
      return take();
    } finally {
      this.#state = "open";
    }
  }

  #arm(): DriverFence {
    this.#owed.check();
    this.#handle = this.#owed.arm();
    this.#state = "discharged";
    return this.#handle;
  }

  #proof(): WillBeSignalled<S> {
    return WillBeSignalled._make(this);
  }

  #checkOpen(): void {
    if (this.#state === "open") return;
    throw new SignalboxError("EINVAL", `The obligation for "${this.#owed.name}" ${notOpen[this.#state]}`);
  }
}

/**
 * Publishes a private fence: calls the body, which owes its signal and must answer the proof, and answers the read side.
 *
 * The body is a signalling section, and synchronous. If it throws, or answers anything but its own proof (EINVAL), nobody
 * ever sees the fence: undischarged it is private as before, and may be published again; discharged it signals unseen.
 * Throws EINVAL for a fence that was published, and where its timeline is closed.
 *
 * @example
 * ```ts
 * const ready = publish(frames.privateFence(), (must) => must.transferTo(compute, blur));
 * const late = publish(frames.privateFence(), (must) =>
 *   must.promise("the response handler signals it, or its timeout", (fence) => pending.add(fence)),
 * );
 * ```
 */
export function publish(fence: PrivateFence, body: Obliged): Fence {
  fence._begin();
  const name = fence.timelineName;
  const owed: Owed = { name, body, owes: undefined, check: () => fence._check(), arm: () => fence._arm() };
  try {
    return oblige(owed, MustBeSignalled._make<unknown>(owed)).fence;
  } finally {
    fence._giveUp();
  }
}

/**
 * The body that an obligation was handed on to, in a work item or in another thread: the fence is seen by others, so that here
 * nothing may come to nothing.
 */
export function keepUp(handle: DriverFence, body: Obliged): void {
  const { fence } = handle;
  const owed: Owed = { name: fence.timelineName, body, owes: fence, check: () => {}, arm: () => handle };
  const must = MustBeSignalled._make<unknown>(owed);
  try {
    oblige(owed, must);
  } catch (error) {
    if (must._handle === null) abandon(handle, error, errno.EIO);
    throw error;
  }
}

// Calls the body in its section, and checks its proof; answers the write side.
function oblige({ name, body, owes }: Owed, must: MustBeSignalled<unknown>): DriverFence {
  enterSection(body, owes);
  try {
    const proof: unknown = body(must);
    if (isPromise(proof)) {
      if (hooks.lockdep !== null) hooks.lockdep.answeredPromise("section");
      throw new SignalboxError("EINVAL", `The body that owes "${name}" is synchronous: it must not answer a promise`);
    }
    if (!(proof instanceof WillBeSignalled) || proof._of !== must || must._handle === null) {
      if (hooks.lockdep !== null) hooks.lockdep.wrongProof(name);
      throw new SignalboxError(
        "EINVAL",
        `The body that owes "${name}" must answer its own proof that it will be signalled`,
      );
    }
    return must._handle;
  } finally {
    must._end();
    leaveSection();
  }
}

// Promise 1: what can't be kept any more fails.
function abandon(handle: DriverFence, cause: unknown, error: number = errno.ECANCELED): void {
  try {
    handle.setError(error, cause);
  } catch {
    return; // It has its signal.
  }
  handle._signalFrom(stubFence());
}

function isTaker(target: unknown): target is ObligationTaker<unknown> {
  if (typeof target !== "object" || target === null) return false;
  return typeof (target as { readonly _takeObligation?: unknown })._takeObligation === "function";
}
