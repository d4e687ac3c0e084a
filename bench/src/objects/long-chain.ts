/**
 * `objects/long-chain`: a timeline of a million points, of which each stands for everything up to it. A job is a point: it is
 * added behind the others, its fence signals in its turn, and the last one is waited for.
 */
import { SyncObject, chainFence } from "signalbox";
import type { DriverFence, FenceChain } from "signalbox";
import type { Contest, Contestant } from "../harness/contest.ts";
import { freshBody } from "../harness/job-body.ts";
import { pending, timelines } from "./pending.ts";

export const longChain: Contest = {
  kind: "contest",
  name: "objects/long-chain",
  title: "a chain of 1 000 000 points (100 000 with --quick), signalled in order, the last one waited for",
  jobs: { thorough: 1_000_000, quick: 100_000 },
  prepare: () => ({ contestants: [chain(), points(), promises(), cursor()] }),
};

/** Fences, each chained to the one before it. */
function chain(): Contestant {
  const body = freshBody({ lanes: 1, distance: 0 });
  const [lane] = timelines(1);
  return {
    name: "signalbox, fences in a chain",
    role: "signalbox",
    body,
    order: "kept",
    async run(jobs) {
      const made: DriverFence[] = [];
      let head: FenceChain | null = null;
      for (let index = 0; index < jobs; index++) {
        const one = lane!.fence();
        made.push(one);
        head = chainFence(head, one.fence, BigInt(index + 1));
      }
      const all = head?.wait();
      for (const one of made) one.signal();
      await all;
      for (let index = 0; index < jobs; index++) body.run(index);
      return jobs;
    },
  };
}

/** The same through a sync object, whose last point is waited for. */
function points(): Contestant {
  const body = freshBody({ lanes: 1, distance: 0 });
  const [lane] = timelines(1);
  return {
    name: "signalbox, points of a sync object",
    role: "signalbox",
    body,
    order: "kept",
    async run(jobs) {
      const made: DriverFence[] = [];
      const object = new SyncObject();
      for (let index = 0; index < jobs; index++) {
        const one = lane!.fence();
        made.push(one);
        object.addPoint(BigInt(index + 1), one.fence);
      }
      const all = object.wait(BigInt(jobs));
      for (const one of made) one.signal();
      await all;
      for (let index = 0; index < jobs; index++) body.run(index);
      return jobs;
    },
  };
}

/** Promises, each of which waits for the one before it. */
function promises(): Contestant {
  const body = freshBody({ lanes: 1, distance: 0 });
  return {
    name: "promises, each after the last",
    role: "rival",
    body,
    order: "kept",
    async run(jobs) {
      const { promises: made, resolvers } = pending(jobs);
      let upToHere = Promise.resolve();
      for (const one of made) upToHere = upToHere.then(() => one);
      for (const resolve of resolvers) resolve();
      await upToHere;
      for (let index = 0; index < jobs; index++) body.run(index);
      return jobs;
    },
  };
}

/** The floor: a flag for each point, and how far they are set. */
function cursor(): Contestant {
  const body = freshBody({ lanes: 1, distance: 0 });
  return {
    name: "floor: flags and a cursor",
    role: "floor",
    body,
    order: "kept",
    run(jobs) {
      const signalled = new Uint8Array(jobs + 1);
      let upToHere = 0;
      for (let index = 0; index < jobs; index++) {
        signalled[index] = 1;
        while (signalled[upToHere] === 1) body.run(upToHere++);
      }
      return upToHere;
    },
  };
}
