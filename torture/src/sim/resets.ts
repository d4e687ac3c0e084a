/**
 * Resets in a row, with jobs in mid-flight at each: nothing may be lost.
 *
 * Half of the jobs may be run again and must all be done in the end, however often; the other half may be ended by a reset, once.
 * Every other reset is on account of a job that hangs.
 */
import { errno, submit } from "signalbox";
import type { Job } from "signalbox";
import { SimPlatform } from "signalbox/sim";
import { observe } from "signalbox/testing";
import { Chance } from "../harness/chance.ts";
import { SoakDevice } from "./device.ts";
import type { SoakJob } from "./device.ts";

/** What came of it. */
export interface ResetsResult {
  readonly resets: number;
  readonly jobs: number;
  /** How often a job was run again. */
  readonly retried: number;
  /** Jobs that a reset has ended. */
  readonly ended: number;
  /** Jobs that did not come to an end that they may come to. */
  readonly lost: number;
  readonly wrong: readonly string[];
}

/** Resets a device this often. Never rejects. */
export async function resetsInARow(seed: number, count: number): Promise<ResetsResult> {
  const chance = new Chance(seed);
  const platform = new SimPlatform({ auto: false });
  const device = new SoakDevice(platform, chance, true);
  const queues = device.rings.map((ring, index) => ring.queue(`queue ${index}`, { retries: count + 1, timeout: 50 }));
  const jobs: Job<unknown, SoakJob>[] = [];
  const wrong: string[] = [];
  const give = (fault: SoakJob["fault"], idempotent: boolean): void => {
    const job = chance.one(queues).job({ fault, idempotent, label: `${fault} ${jobs.length}` });
    jobs.push(job);
    submit(job);
  };
  const again = new Set<Job<unknown, SoakJob>>();
  try {
    await observe(async () => {
      while (device.recovery.resets < count) {
        for (let left = chance.between(4, 16); left > 0; left--) {
          const idempotent = chance.onceIn(2);
          give("none", idempotent);
          if (idempotent) again.add(jobs.at(-1)!);
        }
        // Long enough for some to be done, and for others to run.
        platform.run(platform.now() + chance.fraction() / 2);
        const before = device.recovery.resets;
        if (chance.onceIn(2)) device.recovery.reset(new Error("The device was to be reset"));
        else give("guilty", false);
        for (let ms = 0; device.recovery.resets === before && ms < 200; ms++) platform.run(platform.now() + 1);
        if (device.recovery.resets === before) throw new Error("A job that hangs has caused no reset");
      }
      for (const queue of queues) queue.destroy();
      platform.run();
      await Promise.resolve();
      platform.run();
    });
  } catch (error) {
    wrong.push(error instanceof Error ? error.message : String(error));
  }
  const lost = jobs.filter((job) => {
    const may = again.has(job) ? [0] : [0, errno.ECANCELED, errno.ETIME];
    return !job.signalled || !may.includes(job.error);
  });
  for (const { seqno, timelineName, stage, error } of lost) {
    wrong.push(`[Job "${seqno}" of ${timelineName}] is ${stage}, and ended with ${error}`);
  }
  for (const { name, state, stats } of queues) {
    if (state !== "inactive" || stats.pushed !== stats.done + stats.failed + stats.cancelled) {
      wrong.push(`[Queue "${name}"] is ${state}, and its counts are ${JSON.stringify(stats)}`);
    }
  }
  return {
    resets: device.recovery.resets,
    jobs: jobs.length,
    retried: device.tallies.runs + device.tallies.cancels - jobs.length,
    ended: jobs.filter(({ error }) => error !== 0).length,
    lost: lost.length,
    wrong,
  };
}
