/** The built command as a child process, as a person runs it: `npm test` builds first. */
import { spawn } from "node:child_process";
import type { ChildProcessByStdio } from "node:child_process";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

/** The file that `npm start` runs. */
export const COMMAND: string = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

/** How a command ended, and what it wrote. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** What a command runs in. */
export interface Surroundings {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A command under way; ended with its test, if not before. */
export interface Running {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  readonly ending: Promise<Ending>;
  /** Resolves when stderr has said that; rejects if the command ends without. */
  said(text: string | RegExp): Promise<void>;
}

/** Runs the darkroom to its end. */
export function darkroom(args: readonly string[], surroundings: Surroundings = {}): Promise<Ending> {
  return start(process.execPath, [COMMAND, ...args], surroundings).ending;
}

/** Starts the darkroom. */
export function startDarkroom(args: readonly string[], surroundings: Surroundings = {}): Running {
  return start(process.execPath, [COMMAND, ...args], surroundings);
}

/** Starts any program. */
export function start(program: string, args: readonly string[], { cwd, env }: Surroundings = {}): Running {
  // What vitest sets to colour its own output is not for the command.
  const { FORCE_COLOR: _force, NO_COLOR: _no, ...own } = process.env;
  const child = spawn(program, args, {
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...own, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const text = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (text.out += chunk));
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (text.err += chunk));
  const ending = new Promise<Ending>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, ...text }));
  });
  const said = (wanted: string | RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (typeof wanted === "string" ? text.err.includes(wanted) : wanted.test(text.err)) resolve();
      };
      look();
      child.stderr.on("data", look);
      ending.then(
        ({ code, err }) => reject(new Error(`It ended with ${code} and never said ${wanted}: ${err}`)),
        reject,
      );
    });
  return { child, ending, said };
}
