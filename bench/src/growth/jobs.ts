/**
 * `growth/jobs`: what a job costs in a run of a thousand to a million of them: in steady state, on a device that completes on the next
 * tick, and in a chain over two queues, where as many are alive at a time whatever their number is: it must not grow. And all of them
 * submitted at once, where the collector has more to copy the more there are, beside a floor of bare objects, which it copies, too.
 */
import type { Proof } from "../harness/contest.ts";
import { freshBody } from "../harness/job-body.ts";
import { bareFences } from "../lifecycle/bare-fences.ts";
import { chained } from "../lifecycle/chain.ts";
import { CONCURRENCY, NO_DEPENDENCIES, OUTSTANDING } from "../lifecycle/load.ts";
import { plain as steady } from "../lifecycle/steady-signalbox.ts";
import { plain as tick } from "../lifecycle/tick-signalbox.ts";
import { measureSizes, sameFor } from "./sizes.ts";
import type { Load } from "./sizes.ts";

const SIZES = { thorough: [1_000, 10_000, 100_000, 1_000_000], quick: [1_000, 10_000, 100_000] };

export const growthOfJobs: Proof = {
  kind: "proof",
  name: "growth/jobs",
  title: "what a job costs at 1 000 to 1 000 000 jobs (100 000 with --quick)",
  run({ quick }) {
    const sizes = quick ? SIZES.quick : SIZES.thorough;
    const most = Math.max(...sizes);
    return measureSizes(loadsOfJobs(most), { sizes, unit: "jobs", rounds: 5, roundMs: quick ? 15 : 100 });
  },
};

/** What is measured of up to so many jobs. */
export function loadsOfJobs(most: number): readonly Load[] {
  const bareLoad = { lanes: 1, credits: CONCURRENCY, outstanding: most, ticks: false };
  return [
    sameFor("steady state", "steady", steady({ concurrency: CONCURRENCY, outstanding: OUTSTANDING })),
    sameFor("device on the next tick", "tick", tick(NO_DEPENDENCIES)),
    sameFor("chain over two queues", "chain", chained("signalbox", {})),
    { ...sameFor("all at once", "atOnce", steady({ concurrency: CONCURRENCY, outstanding: most })), apart: true },
    sameFor("all at once, bare fence objects", "bare", bareFences(bareLoad, freshBody({ lanes: 1, distance: 0 }))),
  ];
}
