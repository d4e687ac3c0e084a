/**
 * `proofs/close`: each device is closed with work in flight, in a process of its own, again and again: every fence signals,
 * and the process ends by itself. Every second one gives its device only 1 ms to finish.
 */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Proof } from "../harness/contest.ts";
import { table } from "../report/table.ts";

const DEVICES = ["sim", "workers", "webgpu"] as const;
const TIMES = 100;
const TIMES_QUICK = 4;
/** A process that has not ended by then never will. */
const PATIENCE_MS = 20_000;
/** The program's way to say that it has no such device. */
const NO_DEVICE = 3;

/** How the closings of one device went. */
interface Tally {
  readonly device: string;
  readonly times: number;
  readonly clean: number;
  /** How the others ended, in words, each once. */
  readonly others: readonly string[];
  readonly absent: boolean;
}

export const close: Proof = {
  kind: "proof",
  name: "proofs/close",
  title: "each device closed with work in flight: every fence signals, the process ends by itself",
  async run({ quick }) {
    const times = quick ? TIMES_QUICK : TIMES;
    const tallies: Tally[] = [];
    for (const device of DEVICES) tallies.push(await closeAgainAndAgain(device, times));
    const rows = tallies.map(({ device, clean, absent }) => [
      `  ${device}`,
      absent ? "not here" : `${clean} of ${times}`,
    ]);
    const present = tallies.filter(({ absent }) => !absent);
    const clean = present.reduce((sum, tally) => sum + tally.clean, 0);
    return {
      lines: [table([["  device", "clean ends"], ...rows])],
      figures: Object.fromEntries(tallies.map((tally) => [`${tally.device}Clean`, tally.clean])),
      summary: `${clean} of ${present.length * times}`,
      wrong: present.flatMap(({ device, others }) => others.map((how) => `${device}: ${how}`)),
    };
  },
};

async function closeAgainAndAgain(device: string, times: number): Promise<Tally> {
  const ends: string[] = [];
  for (let index = 0; index < times; index++) {
    const end = await closeOnce(device, index % 2 === 1);
    if (end === NO_DEVICE) return { device, times, clean: 0, others: [], absent: true };
    ends.push(end === 0 ? "clean" : `ended with ${end}`);
  }
  const clean = ends.filter((end) => end === "clean").length;
  return { device, times, clean, others: [...new Set(ends.filter((end) => end !== "clean"))], absent: false };
}

/** Runs the program once; answers its exit code, or the signal that ended it. */
function closeOnce(device: string, inTime: boolean): Promise<number | string> {
  const program = fileURLToPath(new URL("./close-program.js", import.meta.url));
  return new Promise((resolve) => {
    const args = [program, device, ...(inTime ? ["--in-time"] : [])];
    const child = spawn(process.execPath, args, { stdio: "ignore" });
    const timer = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      resolve(code ?? signal ?? "no exit code");
    });
  });
}
