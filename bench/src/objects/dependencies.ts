/**
 * `objects/dependencies-N`: a job that depends on N timelines: N fences are made, the job is submitted behind them, they
 * signal one by one, and it runs. Sixteen such jobs are submitted before the first of their fences signals, since a queue
 * is there for more than one.
 *
 * What keeps them in the job is compared with what else might in `objects/containers`.
 */
import { Ring, submit } from "signalbox";
import type { DriverFence, Fence } from "signalbox";
import type { Contest, Contestant } from "../harness/contest.ts";
import { freshBody } from "../harness/job-body.ts";
import { ImmediateDriver } from "../lifecycle/steady-signalbox.ts";
import { countdown } from "./countdown.ts";
import { pending, timelines } from "./pending.ts";

/** How many timelines a job may depend on, from the usual to the extreme. */
export const SIZES = [1, 4, 16, 64, 1_000] as const;

/** Jobs that are submitted together. */
const BATCH = 16;

/** The case of jobs that depend on so many timelines. */
export function dependencies(count: (typeof SIZES)[number]): Contest {
  return {
    kind: "contest",
    name: `objects/dependencies-${count}`,
    title: `a job that depends on ${count === 1 ? "one timeline" : `${count} timelines`}: made, submitted, released, run`,
    prepare: () => ({ contestants: [submitted(count), afterAll(count), countdown(count)] }),
  };
}

function submitted(count: number): Contestant {
  const body = freshBody({ lanes: 1, distance: 0 });
  const lanes = timelines(count);
  const queue = new Ring(new ImmediateDriver(body)).queue("dependent", { credits: BATCH });
  return {
    name: "signalbox",
    role: "signalbox",
    body,
    order: "kept",
    async run(jobs) {
      let seen = 0;
      for (let first = 0; first < jobs; first += BATCH) {
        const made: DriverFence[] = [];
        const batch: Fence[] = [];
        for (let index = first; index < Math.min(jobs, first + BATCH); index++) {
          const after = lanes.map((lane) => {
            const one = lane.fence();
            made.push(one);
            return one.fence;
          });
          const [done] = submit(queue.job({ index, after }));
          batch.push(done);
        }
        for (const one of made) one.signal();
        for (const done of batch) {
          if (!done.signalled) await done.wait();
          if (done.status === 1) seen++;
        }
      }
      return seen;
    },
  };
}

/** As one writes it by hand: the job is what follows `Promise.all`. */
function afterAll(count: number): Contestant {
  const body = freshBody({ lanes: 1, distance: 0 });
  return {
    name: "Promise.all",
    role: "rival",
    body,
    order: "kept",
    async run(jobs) {
      let seen = 0;
      const submit = async (index: number, after: readonly Promise<void>[]): Promise<void> => {
        await Promise.all(after);
        body.run(index);
      };
      for (let first = 0; first < jobs; first += BATCH) {
        const made: (readonly (() => void)[])[] = [];
        const batch: Promise<void>[] = [];
        for (let index = first; index < Math.min(jobs, first + BATCH); index++) {
          const { promises, resolvers } = pending(count);
          made.push(resolvers);
          batch.push(submit(index, promises));
        }
        for (const resolvers of made) for (const resolve of resolvers) resolve();
        for (const done of batch) {
          await done;
          seen++;
        }
      }
      return seen;
    },
  };
}
