/**
 * Threads in Node: `node:worker_threads`.
 *
 * Node posts what a thread said before it tells of its exit, and tells of the exit when the thread has stopped: the
 * invariants of threads.ts hold by themselves.
 */
import { availableParallelism } from "node:os";
import { Worker, parentPort } from "node:worker_threads";
import type { Transferable as NodeTransferable, WorkerOptions } from "node:worker_threads";
import type { ParentThread, Thread, ThreadListener, Threads } from "./threads.ts";

/** Threads that run the module at `entry`, a file URL. */
export function nodeThreads(entry: URL): Threads {
  return {
    parallelism: availableParallelism,
    canShareMemory: () => true,
    spawn: (name, listener) => new NodeThread(entry, name, listener),
  };
}

/** The thread that spawned this one. Throws on a main thread. */
export function nodeParent(): ParentThread {
  const port = parentPort;
  if (port === null) throw new Error("This module runs in worker threads only");
  return {
    post: (message, transfer) => post(port, message, transfer),
    listen(message, messageError) {
      port.on("messageerror", messageError);
      port.on("message", message);
    },
    end() {
      // What a thread prints goes to the main thread piece by piece, each when the one before it is out.
      process.stdout.write("", () => {
        process.stderr.write("", () => {
          process.exit(0);
        });
      });
    },
  };
}

class NodeThread implements Thread {
  readonly #worker: Worker;

  constructor(entry: URL, name: string, listener: ThreadListener) {
    const worker = new Worker(entry, { name, ...inheritedFlags() });
    let error: unknown;
    worker.on("message", (data: unknown) => listener.message(data));
    worker.on("messageerror", (wrong) => listener.messageError(wrong));
    worker.on("error", (uncaught) => {
      error = uncaught;
    });
    worker.on("exit", (code) => listener.exited(code, error));
    this.#worker = worker;
  }

  post(message: unknown, transfer?: readonly Transferable[]): void {
    post(this.#worker, message, transfer);
  }

  hold(): void {
    this.#worker.ref();
  }

  letGo(): void {
    this.#worker.unref();
  }

  terminate(): void {
    void this.#worker.terminate();
  }
}

// Node takes a buffer that was transferred before, and posts an empty one; browsers, and the standard, refuse it.
function post(
  port: Pick<Worker, "postMessage">,
  message: unknown,
  transfer: readonly Transferable[] | undefined,
): void {
  if (transfer?.some(isDetached) === true) {
    throw new DOMException("An ArrayBuffer is detached and could not be transferred.", "DataCloneError");
  }
  port.postMessage(message, transfer as readonly NodeTransferable[] | undefined);
}

function isDetached(item: unknown): boolean {
  if (!(item instanceof ArrayBuffer) || item.byteLength > 0) return false;
  try {
    return new Uint8Array(item).byteLength > 0;
  } catch {
    return true;
  }
}

// A thread inherits the process's flags, and refuses to start under those that say how to read a program from the command
// line (`node --input-type=module -e ...`): under these it gets none.
function inheritedFlags(): Pick<WorkerOptions, "execArgv"> {
  return process.execArgv.some((flag) => flag.startsWith("--input-type")) ? { execArgv: [] } : {};
}
