/**
 * How one hears that a thread which somebody else made has ended.
 *
 * In Node a `Worker` tells of its exit, when it can touch nothing any more; an uncaught error that ended it is told before.
 * A `MessagePort` tells that its other end is closed, which a thread's end does: in Node, and in browsers that have the
 * event. A browser's `Worker` tells nothing. But where there are Web Locks the thread can hold one for as long as it lives
 * (`holdLock`), and whoever is granted that lock next knows that the thread is gone (`whenLockFree`).
 */

/** How a thread ended, as far as anybody knows. */
export interface ThreadExit {
  readonly code?: number;
  /** The uncaught error that ended it. */
  readonly error?: unknown;
}

/** A thread that somebody else made, or a port to one: any `Worker` or `MessagePort`, of Node or of a browser. */
export interface ForeignThread {
  postMessage(message: unknown): void;
  terminate?(): unknown;
}

interface NodeEmitter {
  on(event: string | symbol, listener: (value: unknown) => void): unknown;
  off(event: string | symbol, listener: (value: unknown) => void): unknown;
  readonly threadId?: number;
}

/** Takes a listener back. */
export type StopListening = () => void;

/**
 * Calls back once, when the thread has ended; never before this function has returned. Undefined if nothing will tell.
 * The listener keeps no process alive, and takes no error away from anybody.
 */
export function whenThreadEnds(thread: ForeignThread, ended: (exit: ThreadExit) => void): StopListening | undefined {
  if (isNodeWorker(thread)) return whenWorkerExits(thread, ended);
  const target = thread as unknown as EventTarget;
  if (!canClose(thread)) return undefined;
  const closed = (): void => ended({});
  target.addEventListener("close", closed, { once: true });
  return () => target.removeEventListener("close", closed);
}

/** Holds a lock for as long as this agent lives, and calls back when it does. False where there are no locks. */
export function holdLock(name: string, held: () => void): boolean {
  const locks = webLocks();
  if (locks === undefined) return false;
  void locks.request(name, () => {
    held();
    return new Promise(() => {});
  });
  return true;
}

/** Calls back when nobody holds the lock. Does nothing where there are no locks. */
export function whenLockFree(name: string, free: () => void): StopListening {
  const locks = webLocks();
  if (locks === undefined) return () => {};
  const given = new AbortController();
  locks.request(name, { signal: given.signal }, free).catch(() => {
    // Aborted: nobody wants to know any more.
  });
  return () => given.abort();
}

/** Whether this agent has Web Locks. */
export function hasLocks(): boolean {
  return webLocks() !== undefined;
}

function webLocks(): LockManager | undefined {
  return typeof navigator === "object" ? (navigator as Partial<Navigator>).locks : undefined;
}

function isNodeWorker(thread: object): thread is NodeEmitter {
  return typeof (thread as Partial<NodeEmitter>).on === "function" && "threadId" in thread;
}

// Node's ports, which have `ref`, tell of their end; of browsers' only those that have the handler's property.
function canClose(thread: object): boolean {
  return typeof MessagePort === "function" && thread instanceof MessagePort && ("onclose" in thread || "ref" in thread);
}

function whenWorkerExits(worker: NodeEmitter, ended: (exit: ThreadExit) => void): StopListening {
  let error: unknown;
  let stop = (): void => {};
  const exited = (code: unknown): void => {
    stop();
    ended({ code: code as number, error });
  };
  const failed = (thrown: unknown): void => {
    error = thrown;
  };
  const monitor = errorMonitor(worker);
  worker.on("exit", exited);
  if (monitor !== undefined) worker.on(monitor, failed);
  stop = () => {
    worker.off("exit", exited);
    if (monitor !== undefined) worker.off(monitor, failed);
  };
  return stop;
}

// A listener for "error" would take the error away from the process, which ends by it if nobody listens; this one only sees
// it. The symbol is on Node's EventEmitter, and so on every class that extends it.
function errorMonitor(worker: object): symbol | undefined {
  return (worker.constructor as { readonly errorMonitor?: symbol }).errorMonitor;
}
