/**
 * Threads in browsers: dedicated module workers.
 *
 * A browser doesn't tell when a worker is gone. But each thread holds a lock (the Web Locks API) for as long as it lives,
 * and the one that spawned it waits for the same lock: it gets it when the thread is gone, however it ended. Chromium takes
 * up to 2 s to end a worker that is in the middle of an endless loop. Where there are no locks, a thread that was
 * terminated counts as gone at once, and one that closes itself is not noticed.
 *
 * A worker of a browser lives on after an uncaught error; here it is terminated, as Node does it.
 */
import type { ParentThread, Thread, ThreadListener, Threads } from "./threads.ts";

/** What a worker's program sees as its global object, as far as it is used here. */
interface WorkerScope {
  readonly name: string;
  close(): void;
  postMessage(message: unknown, transfer: readonly Transferable[]): void;
  addEventListener(type: "message" | "messageerror", listener: (event: MessageEvent<unknown>) => void): void;
  addEventListener(type: "unhandledrejection", listener: (event: PromiseRejectionEvent) => void): void;
}

/** What a thread posts when it holds its lock (or there are none), before anything of its program. */
const BEGUN = "signalbox: begun";

let spawned = 0;

/** Threads that `create` makes: a function that answers `new Worker(...)`, written out where bundlers can find the entry. */
export function browserThreads(create: (name: string) => Worker): Threads {
  return {
    parallelism: () => navigator.hardwareConcurrency,
    canShareMemory: () => typeof SharedArrayBuffer === "function",
    spawn: (name, listener) => new BrowserThread(create, name, listener),
  };
}

/** The page or worker that spawned this thread. Begins to hold the thread's lock. */
export function browserParent(): ParentThread {
  const scope = globalThis as unknown as WorkerScope;
  const begun = holdLock(scope.name);
  // Reported as an uncaught error, which ends the thread, unless somebody has dealt with it by then.
  scope.addEventListener("unhandledrejection", (event) => {
    setTimeout(() => {
      if (!event.defaultPrevented) throw event.reason;
    });
  });
  return {
    post: (message, transfer = []) => scope.postMessage(message, transfer),
    listen(message, messageError) {
      let early: unknown[] | null = [];
      scope.addEventListener("messageerror", messageError);
      scope.addEventListener("message", ({ data }) => {
        if (early === null) message(data);
        else early.push(data);
      });
      void begun.then(() => {
        scope.postMessage(BEGUN, []);
        for (const data of early ?? []) message(data);
        early = null;
      });
    },
    end() {
      scope.close();
    },
  };
}

class BrowserThread implements Thread {
  readonly #worker: Worker;
  readonly #listener: ThreadListener;
  readonly #name: string;
  #state: "starting" | "running" | "terminated" | "gone" = "starting";
  #code = 0;
  #error: unknown;

  constructor(create: (name: string) => Worker, name: string, listener: ThreadListener) {
    // The name is the lock's name too, which the whole origin shares.
    this.#name = `${name} (signalbox thread ${Math.random().toString(36).slice(2)}-${++spawned})`;
    this.#listener = listener;
    const worker = create(this.#name);
    worker.addEventListener("message", (event: MessageEvent<unknown>) => {
      this.#heard(event.data);
    });
    worker.addEventListener("messageerror", (event) => listener.messageError(event));
    worker.addEventListener("error", (event) => {
      this.#failed(event);
    });
    this.#worker = worker;
  }

  post(message: unknown, transfer: readonly Transferable[] = []): void {
    this.#worker.postMessage(message, transfer as Transferable[]);
  }

  hold(): void {}

  letGo(): void {}

  terminate(): void {
    if (this.#state === "terminated" || this.#state === "gone") return;
    const holdsLock = this.#state === "running" && hasLocks();
    this.#state = "terminated";
    this.#code = 1;
    this.#worker.terminate();
    if (!holdsLock) setTimeout(() => this.#exited());
  }

  #heard(data: unknown): void {
    if (data !== BEGUN) {
      if (this.#state === "running") this.#listener.message(data);
    } else if (this.#state === "starting") {
      this.#state = "running";
      // What the thread posted is in this agent's event queue before the lock can be given.
      if (hasLocks()) void navigator.locks.request(this.#name, () => void setTimeout(() => this.#exited()));
    }
  }

  #failed(event: ErrorEvent): void {
    event.preventDefault(); // The page is not at fault: this is told by `exited`.
    // A program that could not be loaded is told by a plain Event, without these.
    const { message = "", filename = "", lineno, colno } = event as Partial<ErrorEvent>;
    const where = filename === "" ? "" : ` (${filename}:${lineno}:${colno})`;
    const what = message === "" ? "Its program could not be loaded" : message;
    this.#error ??= new Error(`${what}${where}`);
    this.terminate();
  }

  #exited(): void {
    if (this.#state === "gone") return;
    this.#state = "gone";
    this.#listener.exited(this.#code, this.#error);
  }
}

function hasLocks(): boolean {
  return (navigator as Partial<Navigator>).locks !== undefined;
}

// Resolves when the lock is held: it stays so until this agent is gone.
function holdLock(name: string): Promise<void> {
  if (!hasLocks()) return Promise.resolve();
  return new Promise((resolve) => {
    void navigator.locks.request(name, () => {
      resolve();
      return new Promise(() => {});
    });
  });
}
