/**
 * The lane's thread: one thread from its start to its end, with its shared ring and the tasks that it holds.
 *
 * States: starting -> ready -> ended; starting -> ended. A lane has one at a time, and makes a new one when it ended, or adopts a
 * spare, which was started before anybody needed it (spares.ts). From the call that ends it on, until it has ended, it is halted:
 * it goes on with the job that it is at, and starts no other.
 *
 * Invariants:
 * - Tasks are held in the order of the ring's sequence numbers; what was completed leaves the front.
 * - A task that a clone refuses fails by itself: nothing of it was posted, and its slot is taken back.
 * - The process stays alive while the thread starts, holds a task, or is being ended; not else, and not while a spare starts.
 * - A dead thread's ring is read to the end before its tasks are judged: what it completed is complete.
 * - Promise 8: a job that is out of time is late, and nothing more is said of it, until its thread runs nothing of the program any more.
 *
 * The lane takes tasks in and flushes; messages and the exit come from the platform.
 */
import { errno } from "../../errors.ts";
import type { TimeoutVerdict } from "../../driver.ts";
import { hooks } from "../../hooks.ts";
import { deliver } from "../../fence/delivery.ts";
import type { Platform } from "../../platform/platform.ts";
import { timeOrigin } from "../../platform/threads.ts";
import type { Thread, ThreadListener, Threads } from "../../platform/threads.ts";
import type { Job } from "../../queue/job.ts";
import type { JobFunction } from "./job-function.ts";
import { Outcomes } from "./outcomes.ts";
import * as protocol from "./protocol.ts";
import type { FromThread, ToThread } from "./protocol.ts";
import { Sender } from "./sender.ts";
import * as ring from "./shared-ring.ts";
import { TaskList } from "./task.ts";
import type { Task } from "./task.ts";
import { argsOf, transferOf } from "./worker-job.ts";
import type { WorkerJob } from "./worker-job.ts";

/** How much work a thread may have waiting behind what it runs, in ms: enough to hide the way there and back. */
const AHEAD = 1;
/** What a call of unknown length is taken for, in ms: nothing waits behind it. */
const UNKNOWN = 1_000;

/** Who owns the thread. */
export interface LaneThreadOwner {
  /** The lane's name. */
  readonly name: string;
  /** The thread runs jobs from now on. */
  threadReady(): void;
  /** Tasks were completed: there may be room. */
  threadProgressed(): void;
  /** A task's times are known, in ms on this side's clock. Called only while somebody traces. */
  threadMeasured(task: Task, start: number, end: number): void;
  /** The thread is being ended, and starts nothing any more: these tasks it held and had not begun, and they can run elsewhere. */
  threadHalted(rest: readonly Task[]): void;
  /** A call of this function has come to its end, for the first time on the device. */
  functionProven(called: JobFunction): void;
  /** The thread's program runs no more. What it completed is complete; `rest` is what it held beyond that. */
  threadEnded(end: ThreadEnd, rest: readonly HeldTask[]): void;
  /** Afterwards, at once or later: the thread is gone. */
  threadGone(): void;
}

/** How a thread ended. */
export interface ThreadEnd {
  readonly code: number;
  /** The uncaught error that ended it, if one did. */
  readonly error: unknown;
  readonly wasReady: boolean;
  /** Whether it ever started a job. */
  readonly startedJobs: boolean;
  /** The task on whose account it was ended, if it was: one that was out of time. */
  readonly late: Task | null;
}

/** A task that a thread held when it ended. */
export interface HeldTask {
  readonly task: Task;
  /** Whether the thread had started the job. */
  readonly started: boolean;
}

/** What is the same for all threads of a device. */
export interface ThreadOptions {
  /** How many slots their rings have. */
  readonly capacity: number;
  /** How long each side looks for what the other does before it sleeps, in ms; 0 for not at all. */
  readonly spin: number;
}

/** One thread and the tasks that it holds. */
export class LaneThread implements ThreadListener {
  #owner: LaneThreadOwner;
  readonly #platform: Platform;
  readonly #thread: Thread;
  readonly #ring: ring.SubmitterRing;
  readonly #tasks = new TaskList();
  readonly #sender: Sender;
  readonly #outcomes: Outcomes;
  #state: "starting" | "ready" | "ended" = "starting";
  #held = 0;
  /** What all held tasks are thought to take, in ms. */
  #ahead = 0;
  /** The ring's sequence number of the oldest held task. */
  #oldest: number = ring.START + 1;
  /** What to add to the thread's times to have them on this side's clock. */
  #clockShift = 0;
  readonly #spin: number;
  #hushed = false;
  #ending = false;
  #late: Task | null = null;
  #spare: boolean;
  readonly #spawnedAt: number;

  constructor(
    owner: LaneThreadOwner,
    threads: Threads,
    platform: Platform,
    { capacity, spin }: ThreadOptions,
    use: "lane" | "spare" = "lane",
  ) {
    this.#owner = owner;
    this.#platform = platform;
    this.#spare = use === "spare";
    this.#spin = spin;
    this.#spawnedAt = platform.now();
    this.#ring = new ring.SubmitterRing(capacity);
    this.#outcomes = new Outcomes(this.#ring, capacity);
    this.#thread = threads.spawn(owner.name, this);
    this.#sender = new Sender(this.#ring, (message, transfer) => {
      this.#post(message, transfer);
    });
    this.#post([protocol.INIT, this.#ring.memory, capacity, spin]);
    this.#holdProcess();
  }

  get ready(): boolean {
    return this.#state === "ready" && !this.#ending;
  }

  /** Whether it is being ended, or was asked to end. */
  get ending(): boolean {
    return this.#ending;
  }

  /** How many tasks it holds. */
  get held(): number {
    return this.#held;
  }

  /** How much work is thought to be ahead of a new task, in ms. */
  get ahead(): number {
    return this.#ahead;
  }

  /** Whether it was told not to ring; then it holds something, and somebody looks (spinner.ts). */
  get hushed(): boolean {
    return this.#hushed;
  }

  /** It was a spare, and is ready: from now on it is this owner's. */
  adopt(owner: LaneThreadOwner): void {
    this.#owner = owner;
    this.#spare = false;
  }

  /** Has the thread import a function's module, though no job asks for it yet. */
  warm(called: JobFunction): void {
    this.#sender.warm(called);
  }

  /** Whether a task of this function may be handed over now: to an idle thread always, to others if it is not far ahead. */
  hasRoom(called: JobFunction): boolean {
    if (!this.ready) return false;
    return this.#held === 0 || (this.#held < this.#ring.capacity && this.#ahead + called.estimate <= AHEAD);
  }

  /** Hands a task over; it is under way after the next `flush`. A task that can't be handed over is completed with its error. */
  take(task: Task): void {
    let args: readonly unknown[];
    let transfer: readonly Transferable[];
    try {
      args = task.args ??= argsOf(task.job.spec);
      transfer = transferOf(task.job.spec, args);
    } catch (error) {
      task.complete(errno.EIO, error, undefined);
      return;
    }
    if (!this.#sender.put(task, args, transfer)) return;
    task.transferred = transfer.length > 0;
    task.expected = Math.min(task.function.estimate, UNKNOWN);
    this.#ahead += task.expected;
    this.#held++;
    this.#tasks.push(task);
  }

  /** Lets the thread see what was taken, and wakes it if it sleeps. `spins` says that this side may look for what it completes. */
  flush(spins: boolean): void {
    if (this.#state === "ended") return;
    if (spins) this.#hush();
    this.#sender.flush();
    this.#holdProcess();
  }

  /** Takes what was completed, if the thread was told not to ring; false if that is nothing. */
  poll(): boolean {
    if (!this.#hushed || !this.#ring.completed(this.#oldest)) return false;
    if (!this.#drain(this.#ring.lastCompleted)) {
      this.listen(); // The outcome comes by message: looking doesn't help.
      return false;
    }
    this.#owner.threadProgressed();
    return true;
  }

  /** The thread is to ring from now on; what it has completed is taken. */
  listen(): void {
    this.#hushed = false;
    this.#hear();
  }

  /** Asks the thread, which holds nothing, to end by itself: so nothing is lost of what its jobs printed. */
  end(): void {
    if (this.#state === "ended" || this.#ending) return;
    this.#ending = true;
    this.#holdProcess();
    this.#post([protocol.END]);
  }

  /** Ends the thread wherever it is: this costs the job that it is at, if any, and no other. */
  terminate(): void {
    if (this.#state === "ended") return;
    this.#ending = true;
    this.#ring.halt();
    this.#holdProcess();
    this.#thread.terminate();
    this.#owner.threadHalted(this.#takeUnbegun());
  }

  /**
   * Looks at a job that may take `limit` ms, and ends the thread if it is at it and has been for longer. Answers undefined if
   * that isn't the job that it has started last: then it is not at it.
   */
  timedOut(job: Job<unknown, WorkerJob>, limit: number): TimeoutVerdict | undefined {
    const seqno = this.#ring.lastStarted;
    const task = this.#taskAt(seqno);
    if (task?.job !== job) return undefined;
    // It has ended, and its outcome is on its way; or the thread is being ended, and then that decides.
    if (this.#ring.completed(seqno) || this.#ending) return "running";
    const now = this.#platform.now();
    const since = Math.min(now, this.#ring.start(seqno) + this.#clockShift);
    if (since + limit > now) return { runningSince: since }; // As the core adds it up.
    if (!this.#ring.haltAt(seqno)) return "running"; // It has ended just now, and the next one has begun.
    task.late = { ran: now - since, limit };
    this.#late = task;
    this.terminate();
    return "running";
  }

  message(data: unknown): void {
    if (this.#state === "ended") return;
    const told = data as FromThread;
    if (told === protocol.BELL) {
      this.#hear();
      return;
    }
    switch (told[0]) {
      case protocol.READY:
        this.#state = "ready";
        this.#clockShift = this.#shiftOf(told[1], told[2]);
        this.#owner.threadReady();
        this.#holdProcess();
        return;
      case protocol.RESULT:
      case protocol.FAILED:
        this.#outcomes.told(told);
        this.#hear();
        return;
    }
  }

  messageError(error: unknown): void {
    this.#outcomes.unreadable(error);
    this.#hear();
  }

  stopped(): void {
    if (this.#spare || this.#state === "ended") return;
    this.#hear();
    // Of what it completed, something is still on its way: that comes before its exit.
    if (this.#tasks.first !== null && this.#ring.completed(this.#oldest)) return;
    this.#finish(1, undefined);
  }

  exited(code: number, error: unknown): void {
    if (this.#state !== "ended") this.#finish(code, error);
    this.#owner.threadGone();
  }

  #finish(code: number, error: unknown): void {
    const wasReady = this.#state === "ready";
    this.#state = "ended";
    this.#hushed = false;
    this.#drain(this.#ring.look());
    const startedJobs = this.#oldest !== ring.START + 1 || this.#ring.started(ring.START + 1);
    const rest: HeldTask[] = [];
    for (const task of this.#tasks.takeAll()) {
      rest.push({ task, started: this.#ring.started(this.#oldest) });
      this.#oldest = (this.#oldest + 1) | 0;
    }
    this.#held = 0;
    this.#owner.threadEnded({ code, error, wasReady, startedJobs, late: this.#late }, rest);
  }

  // The two origins are told by clocks that somebody may have set meanwhile; what the thread has said its time is, it has said
  // after it was spawned and before now.
  #shiftOf(origin: number, time: number): number {
    return Math.min(Math.max(origin - timeOrigin(), this.#spawnedAt - time), this.#platform.now() - time);
  }

  // Takes out what the halted thread had not begun, but for what was transferred to it. The tasks that stay are those that were
  // begun, at the front, and others behind them: whose sequence numbers, counted on from there, tell that they were not.
  #takeUnbegun(): Task[] {
    const unbegun: Task[] = [];
    const held = this.#tasks.takeAll();
    for (const [ahead, task] of held.entries()) {
      if (task.transferred || this.#ring.started((this.#oldest + ahead) | 0)) this.#tasks.push(task);
      else unbegun.push(task);
    }
    this.#held -= unbegun.length;
    return unbegun;
  }

  // The held task of this sequence number, if there is one.
  #taskAt(seqno: number): Task | null {
    let ahead = (seqno - this.#oldest) | 0;
    if (ahead < 0) return null;
    let task = this.#tasks.first;
    for (; task !== null && ahead > 0; ahead--) task = task.next;
    return task;
  }

  // No bell is wanted while this side looks for what is thought to be done soon.
  #hush(): void {
    if (!this.ready || this.#tasks.first === null || this.#tasks.first.expected > this.#spin) return;
    this.#hushed = true;
    this.#ring.hush();
  }

  // The next completion rings.
  #unhush(): void {
    this.#hushed = false;
    this.#ring.look();
  }

  #hear(): void {
    if (this.#drain(this.#ring.look())) this.#owner.threadProgressed();
  }

  // Completes what the thread has completed, in order; false if that is nothing.
  #drain(completed: number): boolean {
    if (!this.#isComplete(completed)) return false;
    // The consequences run once for the batch, when the delivery ends.
    deliver(() => {
      do {
        const task = this.#tasks.shift()!;
        const seqno = this.#oldest;
        this.#oldest = (seqno + 1) | 0;
        this.#held--;
        this.#ahead = this.#held === 0 ? 0 : this.#ahead - task.expected;
        this.#measure(task, seqno);
        this.#outcomes.complete(task, seqno, this.#owner.name);
      } while (this.#isComplete(completed));
    });
    if (this.#hushed && this.#held === 0) this.#unhush();
    return true;
  }

  // Whether the oldest held task is complete, and its outcome is here.
  #isComplete(completed: number): boolean {
    const seqno = this.#oldest;
    if (this.#tasks.first === null || ((completed - seqno) | 0) < 0) return false;
    return this.#outcomes.isHere(seqno) || this.#state === "ended";
  }

  #measure(task: Task, seqno: number): void {
    const start = this.#ring.start(seqno);
    const end = this.#ring.end(seqno);
    if (task.function.measured(end - start)) this.#owner.functionProven(task.function);
    if (hooks.tracer !== null) this.#owner.threadMeasured(task, start + this.#clockShift, end + this.#clockShift);
  }

  #holdProcess(): void {
    if (this.#held > 0 || this.#ending || (this.#state === "starting" && !this.#spare)) this.#thread.hold();
    else this.#thread.letGo();
  }

  #post(message: ToThread, transfer?: readonly Transferable[]): void {
    this.#thread.post(message, transfer);
  }
}
