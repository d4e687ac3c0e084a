/**
 * `growth/threads`: what a tiny job on two threads costs in a run of a thousand to a million of them, 128 on the way at any time. It must
 * not grow. Beside it the floor of bare shared rings, which says how far this machine's threads keep to themselves.
 */
import type { Proof } from "../harness/contest.ts";
import { openFloor } from "../threads/floor.ts";
import { openDevices } from "../threads/lineup.ts";
import { OUTSTANDING, THREADS, inWindow } from "../threads/pipelined.ts";
import { measureSizes, sameFor } from "./sizes.ts";

const SIZES = { thorough: [1_000, 10_000, 100_000, 1_000_000], quick: [1_000, 10_000] };

export const growthOnThreads: Proof = {
  kind: "proof",
  name: "growth/threads",
  title: `what a tiny job on ${THREADS} threads costs at 1 000 to 1 000 000 jobs (10 000 with --quick)`,
  keys: ["growth", "bareGrowth"],
  async run({ quick }) {
    const load = { threads: THREADS, outstanding: OUTSTANDING };
    const devices = await openDevices(load, inWindow);
    const [asleep, spinning] = devices.contestants;
    const floor = openFloor(THREADS, OUTSTANDING);
    try {
      const loads = [
        sameFor("asleep between jobs", "asleep", asleep),
        sameFor("with spin", "spin", spinning),
        sameFor("bare shared rings", "bare", floor.contestant),
      ];
      return await measureSizes(loads, {
        sizes: quick ? SIZES.quick : SIZES.thorough,
        unit: "jobs",
        rounds: quick ? 3 : 5,
        roundMs: quick ? 15 : 100,
      });
    } finally {
      await Promise.all([devices.close(), floor.close()]);
    }
  },
};
