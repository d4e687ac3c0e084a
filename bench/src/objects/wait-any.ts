/**
 * `objects/wait-any`: 256 sync objects, each with a fence that is pending, and a wait for any one of them. Each job signals
 * another one, and puts a new fence in its place.
 */
import { SyncObject, waitAny } from "signalbox";
import type { DriverFence } from "signalbox";
import type { Contest, Contestant } from "../harness/contest.ts";
import { freshBody } from "../harness/job-body.ts";
import { timelines } from "./pending.ts";

const OBJECTS = 256;

export const anyOf: Contest = {
  kind: "contest",
  name: "objects/wait-any",
  title: "a wait for any of 256 sync objects, another of which signals each time",
  prepare: () => ({ contestants: [objects(), race(), flags()] }),
};

function objects(): Contestant {
  const body = freshBody({ lanes: 1, distance: 0 });
  const lanes = timelines(OBJECTS);
  const boxes = lanes.map(({ name }) => new SyncObject({ name }));
  const points = boxes.map((box) => box.at());
  const fences: DriverFence[] = [];
  const refill = (k: number): void => {
    const next = lanes[k]!.fence();
    fences[k] = next;
    boxes[k]!.replace(next.fence);
  };
  for (let k = 0; k < OBJECTS; k++) refill(k);
  return {
    name: "signalbox",
    role: "signalbox",
    body,
    order: "kept",
    async run(jobs) {
      for (let index = 0; index < jobs; index++) {
        const first = waitAny(points);
        fences[index % OBJECTS]!.signal();
        const k = await first;
        if (k === index % OBJECTS) body.run(index);
        refill(k);
      }
      return jobs;
    },
  };
}

/** `Promise.race`, with promises that say who they are. */
function race(): Contestant {
  const body = freshBody({ lanes: 1, distance: 0 });
  const promises: Promise<number>[] = [];
  const resolvers: ((k: number) => void)[] = [];
  const refill = (k: number): void => {
    promises[k] = new Promise((resolve) => {
      resolvers[k] = resolve;
    });
  };
  for (let k = 0; k < OBJECTS; k++) refill(k);
  return {
    name: "Promise.race",
    role: "rival",
    body,
    order: "kept",
    async run(jobs) {
      for (let index = 0; index < jobs; index++) {
        const first = Promise.race(promises);
        resolvers[index % OBJECTS]!(index % OBJECTS);
        const k = await first;
        if (k === index % OBJECTS) body.run(index);
        refill(k);
      }
      return jobs;
    },
  };
}

/** The floor: a flag for each, and a look at all of them. */
function flags(): Contestant {
  const body = freshBody({ lanes: 1, distance: 0 });
  const signalled = new Uint8Array(OBJECTS);
  return {
    name: "floor: a look at 256 flags",
    role: "floor",
    body,
    order: "kept",
    run(jobs) {
      for (let index = 0; index < jobs; index++) {
        signalled[index % OBJECTS] = 1;
        const k = signalled.indexOf(1);
        if (k === index % OBJECTS) body.run(index);
        signalled[k] = 0;
      }
      return jobs;
    },
  };
}
