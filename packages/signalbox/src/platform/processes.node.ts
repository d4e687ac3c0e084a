/**
 * Processes in Node: `fork` of `node:child_process`, with messages cloned as `structuredClone` does it.
 *
 * How a child ends with its parent: a channel that is closed ends it in its next turn of the event loop; and if it has none,
 * since its main thread is blocked, a thread of its own sees a second pipe close, and kills the process.
 *
 * A killed child's messages that are still in the channel are dropped here: Node would deliver them before its exit.
 */
import { fork } from "node:child_process";
import type { ChildProcess as NodeChild } from "node:child_process";
import type { Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import type { ChildProcess, ParentProcess, ProcessListener, Processes } from "./processes.ts";

/** The child's number for the pipe that nobody writes to, and that closes when the parent is gone. */
const LIFELINE = 4;

/** Processes that run the module at `entry`, a file URL. */
export function nodeProcesses(entry: URL): Processes {
  return { spawn: (name, listener) => new ForkedProcess(entry, name, listener) };
}

/** The process that spawned this one. Throws where none did, or it did so without a channel. */
export function nodeParentProcess(): ParentProcess {
  const send = process.send?.bind(process);
  if (send === undefined) throw new Error("This module runs in a forked process only");
  process.on("disconnect", die);
  return {
    post(message) {
      // A parent that is gone: so is this process, soon.
      send(message, undefined, undefined, () => {});
    },
    listen(message) {
      process.on("message", message);
    },
    watch() {
      const thread = new Worker(new URL("./lifeline.node.js", import.meta.url), { workerData: LIFELINE });
      thread.on("error", die);
      thread.unref();
    },
    end() {
      process.exit(0);
    },
  };
}

// Not `exit`: that runs what the program has put there, and waits for a GPU that may never answer.
function die(): void {
  process.kill(process.pid, "SIGKILL");
}

class ForkedProcess implements ChildProcess {
  readonly #child: NodeChild;
  #killed = false;

  constructor(entry: URL, name: string, listener: ProcessListener) {
    const child = fork(fileURLToPath(entry), [name], {
      serialization: "advanced",
      stdio: ["ignore", "inherit", "inherit", "ipc", "pipe"],
      execArgv: inheritedFlags(process.execArgv),
    });
    this.#child = child;
    let ended = false;
    const end = (how: string): void => {
      if (ended) return;
      ended = true;
      listener.exited(how);
    };
    child.on("message", (data: unknown) => {
      if (!this.#killed) listener.message(data);
    });
    // It could not be started, or not be killed; of a channel that is closed `exit` tells.
    child.on("error", (error) => {
      if (child.pid === undefined) end(`could not be started (${error.message})`);
    });
    // "close" would wait for what the child printed, "exit" may come before its last messages.
    let exit: string | undefined;
    const gone = (): void => {
      if (exit !== undefined && (this.#killed || !child.connected)) end(exit);
    };
    child.on("exit", (code, signal) => {
      exit = signal === null ? `exited with code ${code}` : `was ended by ${signal}`;
      gone();
    });
    child.on("disconnect", gone);
    this.#lifeline?.on("error", () => {});
    this.#lifeline?.unref();
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  post(message: unknown): void {
    if (!this.#killed && this.#child.connected) this.#child.send(message as object, undefined, undefined, () => {});
  }

  hold(): void {
    this.#child.ref();
    this.#child.channel?.ref();
  }

  letGo(): void {
    this.#child.unref();
    this.#child.channel?.unref();
  }

  kill(): void {
    this.#killed = true;
    this.#child.kill("SIGKILL");
  }

  get #lifeline(): Socket | undefined {
    return this.#child.stdio[LIFELINE] as Socket | undefined;
  }
}

/** Flags of this process that a child must not have: its program, and a debugger's port. */
const withValue = ["-e", "--eval", "-p", "--print", "-pe"];
const without = ["--input-type", "--inspect", "--debug-port"];

function inheritedFlags(flags: readonly string[]): string[] {
  return flags.filter(
    (flag, index) =>
      !withValue.includes(flag) &&
      !withValue.includes(flags[index - 1] ?? "") &&
      !without.some((name) => flag.startsWith(name)),
  );
}
