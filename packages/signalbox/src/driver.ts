/**
 * What a device implements: the contract between the core and whatever runs jobs.
 *
 * A driver is an object that the core calls; a device owns drivers, one per ring. The core owns every list, every credit
 * and every fence: a driver never signals a done fence itself, it says that a job is complete
 * (`queue.complete(job, ...)`), and the core signals in timeline order (promise 2).
 *
 * Who calls what, and when:
 *
 * | member | called | exactly |
 * |---|---|---|
 * | `check` | by `queue.job(spec)`, in the caller's own stack | once for each job made |
 * | `run` / `cancel` | by the ring's worker, inside a signalling section | one of the two, once, for each pushed job (promise 3); `run` again for each retry after a reset |
 * | `closeQueue` / `releaseQueue` | by the ring's worker, outside every section | once each for each queue that is destroyed, and then released |
 * | `timedOut` | by a timer, outside every section | when a running job is out of time, again if it may go on |
 * | `flush` | by the ring's worker, after a batch of `run`s, outside every section | once for each batch that ran anything |
 * | `release` | by the ring's worker, in a batch, outside every section (inline, if its queue says so) | once for each pushed job, after its fence signalled |
 *
 * In a section (`run`, `cancel`) a driver must not wait, await, submit, or take from a pool that a fence refills.
 */
import type { Fence } from "./fence/fence.ts";
import type { FenceSink } from "./fence/sink.ts";
import type { FenceSource } from "./fence/source.ts";
import type { Job } from "./queue/job.ts";
import type { JobQueue } from "./queue/job-queue.ts";
import type { Reservation } from "./sync/reservation/reservation.ts";

/**
 * What every job says of itself, whatever its device; a device's own jobs extend it with what they need.
 * The object belongs to the job from `queue.job(spec)` on: don't change it after.
 */
export interface JobSpec {
  /** Credits that the job takes while it is in flight, in the unit of its queue's limit; 1 if left out. 0 never waits for credits (Q20). */
  readonly cost?: number;
  /** A name for traces and errors; the queue's name and the seqno if left out. */
  readonly label?: string;
  /**
   * Fences and jobs that must signal before the job runs, and what stands for fences: points of sync objects, sync files,
   * reservations at a usage. More can be added with `job.after()`, which says what holds for each.
   */
  readonly after?: Fence | FenceSource | readonly (Fence | FenceSource)[];
  /**
   * Where the job's done fence goes when its submission publishes: a point of a sync object (`object.at(point)`, the object as a
   * whole with `object.at()`), or a `SyncFileOutput`. Prepared when the job is armed, put there after the last push of the
   * batch, and not at all when the submission is rolled back (B1).
   */
  readonly signals?: FenceSink | readonly FenceSink[];
  /**
   * What the job reads: it waits for the writers of each (R2), and its done fence is added to each as a reader's when the
   * submission publishes. The submission takes the locks that nobody holds, for as long as it takes.
   */
  readonly reads?: readonly Reserved[];
  /** What the job writes: it waits for readers and writers of each (R2), and its done fence is added as a writer's. As `reads` otherwise. */
  readonly writes?: readonly Reserved[];
  /** How long it may take from its own start, in ms, instead of its queue's `timeout`; more than 0, `Infinity` for ever. */
  readonly timeout?: number;
  /**
   * Whether it may be run again after a reset that was not its fault (Q26): what it does twice must be as if done once. Then it
   * keeps its fence and its place; otherwise it ends with ECANCELED. False if left out. Nothing to a worker thread, which is never
   * reset with others: a job that had begun on a thread that ended may be why it did.
   */
  readonly idempotent?: boolean;
}

/** A reservation, or whatever has one in a field of that name: a program's own buffer, say. */
export type Reserved = Reservation | { readonly reservation: Reservation };

/** Why a job was cancelled instead of run: goes to `driver.cancel`, and becomes the cause of the job's `ECANCELED` (Q27). */
export type CancelReason =
  /** A dependency signalled with an error, and the queue's policy is to cancel (Q19). */
  | { readonly kind: "dependency"; readonly fence: Fence }
  /** The queue was killed: nothing more of it runs. */
  | { readonly kind: "killed"; readonly cause: unknown }
  /** The device is gone: `cause` is its own error. */
  | { readonly kind: "lost"; readonly cause: unknown }
  /** The device was reset on account of another job (`guilty`, if there is one to blame), and this one may not be run again. */
  | { readonly kind: "reset"; readonly guilty: Job | null; readonly cause: unknown };

/**
 * What a driver answers about a job that is out of time (T2, Q25); the core alone acts on it.
 *
 * - `"running"`: it is not, or it may take longer: the clock begins anew, now. `{ runningSince }` names the time, in ms on the
 *   platform's clock, at which the device really began it, for a driver that knows better than the core.
 * - `"recovered"`: the device has stopped this job alone, and goes on: the job ends with ETIME. A driver whose device takes a while
 *   to stop it answers "running", and says `queue.recovered(job)` when it has.
 * - `"reset"`: the device must be reset: the job is guilty and ends with ETIME; see {@link ResetHandler}.
 * - `"gone"`: the device won't come back: everything on it ends, this job with ETIME, all others with EIO.
 */
export type TimeoutVerdict = "running" | "recovered" | "reset" | "gone" | { readonly runningSince: number };

/**
 * What brings a device back: the other half of a driver, one for all rings that are reset together.
 *
 * | member | called | exactly |
 * |---|---|---|
 * | `stop` | when a reset begins, inside a delivery | once for each reset |
 * | `restart` | after it, outside every section | once for each attempt, until one succeeds or the domain gives up |
 */
export interface ResetHandler {
  /**
   * Stops the device. SIGNALLING: must not block, wait or submit.
   * Before: the rings start nothing more. After: what the device had completed has been told (`queue.complete`); of whatever else
   * it was given it says nothing any more, now or later. A throw is heard of, and the reset goes on.
   */
  stop(): void;
  /**
   * Brings the device back, and is done when it takes jobs again. `attempt` counts from 1.
   * Before: `stop` was called, and the core has taken every job back. A throw or a rejection is a failed attempt, and so is one that
   * takes longer than the domain allows; what becomes of that one later is ignored. A device that is lost again meanwhile, or in the
   * turn in which the promise resolves, is one to call `domain.reset()` for: then the attempt has failed, whatever is answered.
   */
  restart(attempt: number): void | Promise<void>;
  /** Told that the device didn't come back, and is given up: everything on it has ended. Must not throw. */
  gone?(cause: unknown): void;
}

/**
 * What `driver.run` answers.
 *
 * - `"pending"`: the device has it; `queue.complete(job)` follows (and may have come already, from inside `run`).
 * - `"done"`: it is complete now, without an error.
 * - a fence: the device's own ("hardware") fence; the core completes the job when it signals and takes over its error (Q2).
 *   A plain one: a container hides its timelines.
 * - n fences, on a queue of width n: one for each ring that the job went to, plain ones, of the same n timelines for each job
 *   of the queue (Q40); or an array fence of all of them. The core completes the job when all have signalled, with the first error.
 *
 * Anything else fails the job with EIO and a cause that says what was wrong.
 */
export type RunOutcome = "pending" | "done" | Fence | readonly Fence[];

/**
 * What to do with a job whose dependency failed (Q19): `cancel` it, run it all the same (`ignore`, as the kernel does),
 * or `ask` the driver's `dependencyFailed`.
 */
export type FailedDependencyPolicy = "cancel" | "ignore" | "ask";

/**
 * A device's in-order lane, as the core sees it.
 *
 * @example
 * ```ts
 * const echo: Driver<JobSpec & { text: string }> = {
 *   name: "echo",
 *   run(job) { console.log(job.spec.text); return "done"; },
 *   cancel() {},
 * };
 * const queue = new Ring(echo).queue("lines");
 * ```
 */
export interface Driver<Spec extends JobSpec = JobSpec> {
  /** The device's name, as fences and traces show it (F3). */
  readonly name: string;

  /**
   * Whether jobs of one queue may overlap: the device runs several at once, or reads a dependency's result when it starts a
   * job. Then a dependency on a job's own queue is waited for as any other. If left out, the past of its own queue is free (Q15).
   */
  readonly overlaps?: boolean;

  /**
   * Looks a job's spec over when the job is made.
   * Before: nothing is allocated for the job. After: it may have thrown (a clear error for the person who wrote the
   * spec), and then there is no job; or `run` may rely on what it checked.
   */
  check?(spec: Spec): void;

  /**
   * Starts a job. SIGNALLING: must not block, wait or submit.
   * Before: all its dependencies have signalled, its credits are taken, all earlier jobs of its queue were started or
   * cancelled, `job.stage` is "running". After: see {@link RunOutcome}. A throw means that the job failed: its fence
   * signals with EIO and the thrown error as its cause, and `complete` must not be called for it; if it was, the throw comes too
   * late, and is thrown again outside.
   */
  run(job: Job<unknown, Spec>): RunOutcome;

  /**
   * Told that a pushed job will never run. SIGNALLING: must not block, wait or submit.
   * Before: `run` was not called for it and never will be; its fence has not signalled. After: the driver keeps nothing
   * of the job; the core signals its fence with ECANCELED (with the loss's own error where the device is lost), in timeline order.
   * A throw becomes the fence's cause; one that comes after the fence has signalled is thrown again outside.
   */
  cancel(job: Job<unknown, Spec>, reason: CancelReason): void;

  /**
   * Told that a batch of `run`s is over, so that one doorbell, one message or one completion request can serve them all.
   * Before: at least one `run` was called since the last `flush`. After: what was run is on its way. Must not throw.
   */
  flush?(): void;

  /**
   * Lets go of what the driver keeps for a job: buffers, slots. Outside every section (promise 8), but for queues that are opened
   * with `release: "inline"`: there it is SIGNALLING, and must be safe there.
   * Before: its fence has signalled and the device no longer holds it. After: nothing of the driver refers to it. Must not throw.
   */
  release?(job: Job<unknown, Spec>): void;

  /**
   * Has the device let go of a queue: for devices that have queues of their own, such as firmware that schedules. Outside every section.
   * Before: the queue was destroyed, every fence of it has signalled, every job is released. After: when what was answered has
   * resolved, nothing of the device refers to the queue, and it is inactive. A throw, a rejection, or an answer that takes longer
   * than the ring's recovery domain allows for a restart, is a reset of the device, which makes it forget the queue. Without a domain
   * it is heard of: after a throw or a rejection the device is believed to have let go, and an answer that takes longer than 5 s is
   * waited for. Not called for a device that is being reset or gone.
   */
  closeQueue?(queue: JobQueue<Spec>): void | Promise<void>;

  /**
   * Lets go of what the driver keeps for a queue. Outside every section, in a batch (promise 8).
   * Before: the queue is inactive, and its owner has let go of it. After: nothing of the driver refers to it. Must not throw.
   */
  releaseQueue?(queue: JobQueue<Spec>): void;

  /**
   * Answers for a queue whose policy is "ask": run the job although `fence` failed, or cancel it. SIGNALLING.
   * Before: all dependencies have signalled, at least `fence` with an error. After: `run` or `cancel` follows at once.
   */
  dependencyFailed?(job: Job<unknown, Spec>, fence: Fence): "run" | "cancel";

  /**
   * A hint that somebody wants a running job done by `time` (ms, on the platform's clock), the earliest so far (F28).
   * Fences that `run` answered get the same hint themselves.
   * Before: `run` was called for it, or is being called. After: anything; it is only a hint.
   */
  setDeadline?(job: Job<unknown, Spec>, time: number): void;

  /**
   * Says what to do about a running job that is out of time: see {@link TimeoutVerdict}. A queue of a driver without this member
   * takes no timeouts. `limit` is how long it may take from its own start, in ms; 0 if it is to end however long it has run
   * (`queue.triggerTimeout()`).
   * Before: `run` was called for it, and `complete` was not. After: what was answered happens, unless the job was completed in
   * here. A throw is heard of, and counts as `"reset"`.
   */
  timedOut?(job: Job<unknown, Spec>, limit: number): TimeoutVerdict;
}
