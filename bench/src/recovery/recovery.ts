/**
 * `recovery/workers`: a job in an endless loop is out of time: how long until its lane's next job begins, and what do the neighbours
 * on the other lane see of it.
 */
import type { Proof } from "../harness/contest.ts";
import { median, percentile } from "../harness/statistics.ts";
import { three } from "../report/figures.ts";
import { table } from "../report/table.ts";
import { byHand } from "./by-hand.ts";
import { bySignalbox } from "./by-signalbox.ts";
import type { Samples } from "./samples.ts";

const TIMES = 50;
const TIMES_QUICK = 5;

export const recovery: Proof<"spareP50Ms"> = {
  kind: "proof",
  name: "recovery/workers",
  title: "from the timeout of a job in an endless loop to its lane's next job, beginning to beginning",
  keys: ["spareP50Ms"],
  async run({ quick }) {
    const times = quick ? TIMES_QUICK : TIMES;
    const rows: readonly (readonly [name: string, key: string, samples: Samples])[] = [
      ["signalbox, with a spare", "spare", await bySignalbox(times, 1)],
      ["signalbox, without", "fresh", await bySignalbox(times, 0)],
      ["by hand, a thread kept ready", "handSpare", await byHand(times, true)],
      ["by hand, a new thread", "handFresh", await byHand(times, false)],
    ];
    const heads = ["", "times", "p50", "max", "neighbours, during/before", "their longest gap, p50"];
    const lines = rows.map(([name, , { times: all, before, during, gaps }]) => [
      `  ${name}`,
      timesText(all.length, times),
      `${three(median(all))} ms`,
      `${three(Math.max(...all))} ms`,
      before.length === 0 ? "-" : three(mean(during) / mean(before)),
      before.length === 0 ? "-" : `${three(median(gaps))} ms`,
    ]);
    const figures = rows.flatMap(([, key, samples]) => [
      [`${key}Times`, samples.times.length] as const,
      [`${key}P50Ms`, median(samples.times)] as const,
      [
        `${key}P90Ms`,
        percentile(
          [...samples.times].sort((a, b) => a - b),
          0.9,
        ),
      ] as const,
      [`${key}MaxMs`, Math.max(...samples.times)] as const,
    ]);
    const spareP50Ms = median(rows[0]![2].times);
    return {
      lines: [table([heads, ...lines])],
      figures: { ...Object.fromEntries(figures), spareP50Ms },
      summary: `p50 ${three(spareP50Ms)} ms with a spare, ${three(median(rows[1]![2].times))} ms without`,
      wrong: rows.flatMap(([name, , { wrong }]) => wrong.map((what) => `${name}: ${what}`)),
    };
  },
};

/** How many samples there are, of as many as were wanted: on a machine that is busy enough it may be fewer. */
export function timesText(taken: number, wanted: number): string {
  return taken === wanted ? String(taken) : `${taken} of ${wanted}`;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
