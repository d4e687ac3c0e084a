/**
 * Threads in Node: `node:worker_threads`.
 *
 * Node posts what a thread said before it tells of its exit, and tells of the exit when the thread has stopped: the
 * invariants of threads.ts hold by themselves.
 *
 * The exit of a thread that is terminated is told when its heap is freed and its thread is joined: milliseconds after the last
 * step of its program, tens of them on a busy machine. So each thread keeps a port, which Node closes when it takes the thread's
 * environment down: after that no JavaScript runs in it, nor in threads that it started. The program can't reach that port.
 */
import { availableParallelism } from "node:os";
import { MessageChannel, Worker, parentPort } from "node:worker_threads";
import type { MessagePort, Transferable as NodeTransferable, WorkerOptions } from "node:worker_threads";
import type { ParentThread, Thread, ThreadListener, Threads } from "./threads.ts";

/** The port of this thread that is open for as long as it runs anything: kept, since one that is collected is closed, too. */
let life: MessagePort | undefined;

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
      // The thread's first message is the platform's own.
      port.once("message", (first: MessagePort) => {
        life = first;
        life.unref();
        port.on("messageerror", messageError);
        port.on("message", message);
      });
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
  /** Whether it was terminated, and nothing was told of it since. */
  #terminated = false;

  constructor(entry: URL, name: string, listener: ThreadListener) {
    const worker = new Worker(entry, { name, ...inheritedFlags() });
    let error: unknown;
    worker.on("message", (data: unknown) => listener.message(data));
    worker.on("messageerror", (wrong) => listener.messageError(wrong));
    worker.on("error", (uncaught) => {
      error = uncaught;
    });
    worker.on("exit", (code) => {
      this.#terminated = false;
      listener.exited(code, error);
    });
    this.#worker = worker;
    const { port1, port2 } = new MessageChannel();
    port1.on("close", () => {
      if (!this.#terminated) return;
      this.#terminated = false;
      listener.stopped();
    });
    port1.unref();
    worker.postMessage(port2, [port2]);
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
    this.#terminated = true;
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
