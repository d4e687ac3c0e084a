/**
 * Contestants that make one fence of many, for each job: told of it by a registration, or awaiting it.
 */
import { Registration } from "signalbox";
import type { DriverFence, Fence } from "signalbox";
import type { Contestant } from "../harness/contest.ts";
import { freshBody } from "../harness/job-body.ts";
import { timelines } from "./pending.ts";

/** What is made one of, and how. */
export interface OneForMany {
  /** How many fences a job has. */
  readonly count: number;
  /** How many timelines they are on, in turn. */
  readonly lanes: number;
  /** Makes one fence of them. */
  readonly join: (fences: readonly Fence[]) => Fence;
}

/** Signals them one after the other. */
export function oneByOne(fences: readonly DriverFence[]): void {
  for (const fence of fences) fence.signal();
}

/** A registration says when the one fence has signalled. */
export function told(name: string, many: OneForMany, signalAll: (fences: readonly DriverFence[]) => void): Contestant {
  const body = freshBody({ lanes: 1, distance: 0 });
  const make = maker(many);
  let index = 0;
  let seen = 0;
  const arrived = Registration.post({
    postMessage() {
      body.run(index);
      seen++;
    },
  });
  return {
    name,
    role: "signalbox",
    body,
    order: "kept",
    run(jobs) {
      seen = 0;
      for (index = 0; index < jobs; index++) {
        const made = make();
        many.join(made.map(({ fence }) => fence)).register(arrived);
        signalAll(made);
      }
      return seen;
    },
  };
}

/** The one fence is awaited. */
export function awaited(many: OneForMany): Contestant {
  const body = freshBody({ lanes: 1, distance: 0 });
  const make = maker(many);
  return {
    name: "signalbox, awaited",
    role: "signalbox",
    body,
    order: "kept",
    async run(jobs) {
      for (let index = 0; index < jobs; index++) {
        const made = make();
        const all = many.join(made.map(({ fence }) => fence)).wait();
        oneByOne(made);
        await all;
        body.run(index);
      }
      return jobs;
    },
  };
}

/** The fences of one job. */
function maker({ count, lanes }: OneForMany): () => readonly DriverFence[] {
  const device = timelines(lanes);
  return () => {
    const made: DriverFence[] = [];
    for (let k = 0; k < count; k++) made.push(device[k % lanes]!.fence());
    return made;
  };
}
