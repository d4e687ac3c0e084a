/**
 * Loopback threads: the runners of a device's lanes in this very thread, behind a seam that decides when each message
 * arrives and where each side is interrupted by the other.
 *
 * Everything is the real thing but the thread: the shared ring, the protocol, structured clones. Messages of one direction
 * stay in order, as everywhere; all else is up to `random`. The two sides share memory, so a side can be interrupted at
 * each of its steps on that memory (promises' continuations aside): before and after every call of a ring's method the
 * other side may go on, as far as one thread can't be in two places at once.
 */
import { startRunner } from "../../../dist/devices/workers/runner.js";
import { RunnerRing, SubmitterRing } from "../../../dist/devices/workers/shared-ring.js";
import { realPlatform } from "../../../dist/platform/real.js";
import type { ParentThread, Thread, ThreadListener, Threads } from "../../../dist/platform/threads.js";

/** The first elements of the messages that carry a program's values, to the thread and from it: only those can be unreadable. */
const ARGS = 2;
const RESULT = 1;
/** That of a message with a job's error. */
const FAILED = 2;
/** The first element of a thread's first message; the ring's memory follows. */
const INIT = 0;

/** The memories of the runners that are interrupted now: nothing can arrive there. */
const interrupted = new Set<unknown>();

export class LoopbackThreads implements Threads {
  readonly #random: () => number;
  readonly #unreadable: number;
  readonly #threads = new Set<LoopbackThread>();
  #mainIsAtIt = false;
  #running = true;
  /** Messages that were made unreadable: each costs its job, or nothing if the job is run again. */
  spoiled = 0;
  /** What threads that were ended cost: jobs that they were at, and outcomes that they didn't get to tell. */
  readonly cost: Cost = { started: 0, untold: 0 };

  /** `unreadable` is the share of messages with values that can't be read where they arrive. */
  constructor(random: () => number, unreadable: number) {
    this.#random = random;
    this.#unreadable = unreadable;
    meanwhile.runner = () => this.#interruptRunner();
    meanwhile.submitter = () => this.#interruptSubmitter();
    void this.#run();
  }

  stop(): void {
    this.#running = false;
    meanwhile.runner = meanwhile.submitter = () => {};
  }

  parallelism(): number {
    return 2;
  }

  canShareMemory(): boolean {
    return true;
  }

  spawn(_name: string, listener: ThreadListener): Thread {
    const thread = new LoopbackThread(listener, this.#random, this.cost, () => this.#threads.delete(thread));
    this.#threads.add(thread);
    return thread;
  }

  async #run(): Promise<void> {
    while (this.#running) {
      for (let i = Math.floor(this.#random() * 6); i > 0; i--) {
        if (this.#random() < 0.5) this.#stepOfMain();
        else this.#stepOfRunner();
      }
      await (this.#random() < 0.7 ? null : new Promise(setImmediate));
    }
  }

  #interruptRunner(): void {
    while (!this.#mainIsAtIt && this.#random() < 0.2) this.#stepOfMain();
  }

  // Whoever calls a submitter's method is the main thread: nothing else of it goes on meanwhile.
  #interruptSubmitter(): void {
    const before = this.#mainIsAtIt;
    this.#mainIsAtIt = true;
    while (this.#random() < 0.2) this.#stepOfRunner();
    this.#mainIsAtIt = before;
  }

  #stepOfMain(): void {
    const thread = this.#pick((one) => one.canTell);
    if (thread === undefined) return;
    this.#mainIsAtIt = true;
    try {
      this.#count(thread.tell(this.#spoils));
    } finally {
      this.#mainIsAtIt = false;
    }
  }

  #stepOfRunner(): void {
    const thread = this.#pick((one) => one.canHear);
    if (thread !== undefined) this.#count(thread.hear(this.#spoils));
  }

  readonly #spoils = (): boolean => this.#random() < this.#unreadable;

  #pick(can: (thread: LoopbackThread) => boolean): LoopbackThread | undefined {
    const able = [...this.#threads].filter(can);
    return able[Math.floor(this.#random() * able.length)];
  }

  #count(spoiled: boolean): void {
    if (spoiled) this.spoiled++;
  }
}

interface Cost {
  started: number;
  untold: number;
}

class LoopbackThread implements Thread {
  readonly #listener: ThreadListener;
  readonly #random: () => number;
  readonly #cost: Cost;
  readonly #gone: () => void;
  readonly #inbox: unknown[][] = [];
  readonly #outbox: unknown[][] = [];
  #message: (data: unknown) => void = () => {};
  #messageError: (error: unknown) => void = () => {};
  #ending = false;
  #isGone = false;
  #memory: SharedArrayBuffer | undefined;

  constructor(listener: ThreadListener, random: () => number, cost: Cost, gone: () => void) {
    this.#listener = listener;
    this.#random = random;
    this.#cost = cost;
    this.#gone = gone;
    const parent: ParentThread = {
      post: (message, transfer) => {
        const copy = clone(message, transfer);
        if (this.#isGone) return; // A promise of a job that was given up.
        this.#outbox.push(copy);
        if (this.#ending) this.#drop();
      },
      listen: (message, messageError) => {
        this.#message = message;
        this.#messageError = messageError;
      },
      end: () => {
        this.#ending = true;
      },
    };
    startRunner(parent, realPlatform);
  }

  post(message: unknown, transfer?: readonly Transferable[]): void {
    this.#inbox.push(clone(message, transfer));
  }

  hold(): void {}

  letGo(): void {}

  terminate(): void {
    this.#ending = true;
    // A browser lets go of what is on its way; and a thread may be stopped when it was just about to ring.
    while (this.#outbox.length > 0 && this.#random() < 0.5) this.#drop();
  }

  #drop(): void {
    const kind = this.#outbox.pop()?.[0];
    if (kind === RESULT || kind === FAILED) this.#cost.untold++;
  }

  /** Whether its next message can arrive on the main thread, or the news that it is gone. */
  get canTell(): boolean {
    return this.#outbox.length > 0 || (this.#ending && !interrupted.has(this.#memory));
  }

  /** Whether a message can arrive in the thread. */
  get canHear(): boolean {
    return this.#inbox.length > 0 && !this.#ending && !interrupted.has(this.#memory);
  }

  /** Delivers the next message to the main thread; answers whether it was spoiled. */
  tell(spoils: () => boolean): boolean {
    const message = this.#outbox.shift();
    if (message === undefined) {
      this.#isGone = true;
      this.#gone();
      if (this.#memory !== undefined) this.#cost.started += startedAndNotCompleted(this.#memory);
      this.#listener.exited(1, undefined);
      return false;
    }
    const spoiled = message[0] === RESULT && spoils();
    if (spoiled) this.#listener.messageError(new Error("spoiled on the way out"));
    else this.#listener.message(message);
    return spoiled;
  }

  /** Delivers the next message to the thread; answers whether it was spoiled. */
  hear(spoils: () => boolean): boolean {
    const message = this.#inbox.shift()!;
    const spoiled = message[0] === ARGS && spoils();
    if (message[0] === INIT) this.#memory = message[1] as SharedArrayBuffer;
    if (spoiled) this.#messageError(new Error("spoiled on the way in"));
    else this.#message(message);
    return spoiled;
  }
}

function clone(message: unknown, transfer: readonly Transferable[] = []): unknown[] {
  return structuredClone(message, { transfer: [...transfer] as never }) as unknown[];
}

// 0 or 1: the marks, and what one is changed by when the ring is halted, are as shared-ring.ts has them.
function startedAndNotCompleted(memory: SharedArrayBuffer): number {
  const cells = new Int32Array(memory);
  const running = (cells[16]! - cells[17]!) | 0;
  return running === 0 || running === 1 ? running : ((cells[16]! ^ 0x40000000) - cells[17]!) | 0;
}

/** What the other side does before and after each call of a ring's method. */
const meanwhile = { runner: () => {}, submitter: () => {} };

interruptible(RunnerRing.prototype, interruptRunner, ["submitted", "start", "complete", "ring", "sleep", "wake"]);
interruptible(SubmitterRing.prototype, () => meanwhile.submitter(), [
  "put",
  "publish",
  "mustWake",
  "look",
  "hush",
  "completed",
]);

function interruptRunner(ring: RunnerRing): void {
  interrupted.add(ring.memory);
  meanwhile.runner();
  interrupted.delete(ring.memory);
}

function interruptible<T extends object>(
  prototype: T,
  interrupt: (ring: T) => void,
  names: readonly (keyof T)[],
): void {
  for (const name of names) {
    const method = prototype[name] as (...args: unknown[]) => unknown;
    prototype[name] = function (this: T, ...args: unknown[]) {
      interrupt(this);
      const answer = method.apply(this, args);
      interrupt(this);
      return answer;
    } as T[keyof T];
  }
}
