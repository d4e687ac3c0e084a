/**
 * `objects/array`: one fence for a thousand. A job makes them, waits for all of them as one, and signals them one by one.
 */
import { Registration, deliver, fenceArray } from "signalbox";
import type { DriverFence } from "signalbox";
import type { Contest, Contestant } from "../harness/contest.ts";
import { freshBody } from "../harness/job-body.ts";
import { countdown } from "./countdown.ts";
import { timelines } from "./pending.ts";
import { promiseAll } from "./promise-all.ts";

const MEMBERS = 1_000;

export const array: Contest = {
  kind: "contest",
  name: "objects/array",
  title: "an array of 1 000 fences, each of its own timeline: made, waited for, signalled one by one",
  prepare: () => ({
    contestants: [
      told("signalbox", oneByOne),
      told("signalbox, in one delivery", together),
      awaited(),
      promiseAll(MEMBERS),
      countdown(MEMBERS),
    ],
  }),
};

function oneByOne(members: readonly DriverFence[]): void {
  for (const member of members) member.signal();
}

/** As an interrupt does that found all of them done. */
function together(members: readonly DriverFence[]): void {
  deliver(() => {
    for (const member of members) member.signal();
  });
}

/** A registration says when the array has signalled. */
function told(name: string, signalAll: (members: readonly DriverFence[]) => void): Contestant {
  const body = freshBody({ lanes: 1, distance: 0 });
  const lanes = timelines(MEMBERS);
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
        const members = lanes.map((lane) => lane.fence());
        fenceArray(members.map(({ fence }) => fence)).register(arrived);
        signalAll(members);
      }
      return seen;
    },
  };
}

/** The array is awaited. */
function awaited(): Contestant {
  const body = freshBody({ lanes: 1, distance: 0 });
  const lanes = timelines(MEMBERS);
  return {
    name: "signalbox, awaited",
    role: "signalbox",
    body,
    order: "kept",
    async run(jobs) {
      for (let index = 0; index < jobs; index++) {
        const members = lanes.map((lane) => lane.fence());
        const all = fenceArray(members.map(({ fence }) => fence)).wait();
        for (const member of members) member.signal();
        await all;
        body.run(index);
      }
      return jobs;
    },
  };
}
