/**
 * `objects/array`: one fence for a thousand. A job makes them, waits for all of them as one, and signals them one by one.
 */
import { deliver, fenceArray } from "signalbox";
import type { DriverFence } from "signalbox";
import type { Contest } from "../harness/contest.ts";
import { countdown } from "./countdown.ts";
import { awaited, oneByOne, told } from "./one-for-many.ts";
import type { OneForMany } from "./one-for-many.ts";
import { promiseAll } from "./promise-all.ts";

const MEMBERS = 1_000;
const members: OneForMany = { count: MEMBERS, lanes: MEMBERS, join: fenceArray };

export const array: Contest = {
  kind: "contest",
  name: "objects/array",
  title: "an array of 1 000 fences, each of its own timeline: made, waited for, signalled one by one",
  prepare: () => ({
    contestants: [
      told("signalbox", members, oneByOne),
      told("signalbox, in one delivery", members, together),
      awaited(members),
      promiseAll(MEMBERS),
      countdown(MEMBERS),
    ],
  }),
};

/** As an interrupt does that found all of them done. */
function together(fences: readonly DriverFence[]): void {
  deliver(() => {
    oneByOne(fences);
  });
}
