/**
 * `objects/race-memory`: what a wait for any of many leaves behind on those that did not signal. One object of 256 signals
 * again and again, the others never.
 *
 * `Promise.race` adds two reactions to each promise each time, and nothing takes them away while the promise is pending. A wait
 * for sync objects takes back what it registered.
 */
import { SyncObject, waitAny } from "signalbox";
import type { Proof } from "../harness/contest.ts";
import { collect, heapUsed } from "../harness/memory.ts";
import { table } from "../report/table.ts";
import { timelines } from "./pending.ts";

const OBJECTS = 256;
/** The first waits warm up: code and feedback are on the heap too. */
const WARM_UP = 200;
const WAITS = { thorough: 5_000, quick: 1_000 };

/**
 * What a wait may seem to leave behind: the heap moves by some 250 kB for reasons of its own, which is 250 bytes a wait with
 * --quick. The least that could be left on 255 objects is a word on each: 2 040 bytes.
 */
const TOLERATED_BYTES = 1_000;

export const raceMemory: Proof = {
  kind: "proof",
  name: "objects/race-memory",
  title: "waits for any of 256, of which only one ever signals: what each wait leaves on the heap",
  async run({ quick }) {
    const waits = quick ? WAITS.quick : WAITS.thorough;
    const ours = await leftBehind(objects(), waits);
    const theirs = await leftBehind(race(), waits);
    return {
      lines: [
        table([
          [`  ${waits} waits`, "bytes left by each", "heap afterwards"],
          ["  waitAny", ours.bytes.toFixed(1), `${(ours.heap / 2 ** 20).toFixed(1)} MiB`],
          ["  Promise.race", theirs.bytes.toFixed(0), `${(theirs.heap / 2 ** 20).toFixed(1)} MiB`],
        ]),
      ],
      figures: { waits, waitAnyBytes: ours.bytes, promiseRaceBytes: theirs.bytes },
      summary: `${ours.bytes.toFixed(1)} bytes a wait, Promise.race ${theirs.bytes.toFixed(0)}`,
      wrong: ours.bytes <= TOLERATED_BYTES ? [] : [`a wait for any leaves ${ours.bytes.toFixed(1)} bytes behind`],
    };
  },
};

async function leftBehind(wait: () => Promise<number>, waits: number): Promise<{ bytes: number; heap: number }> {
  for (let k = 0; k < WARM_UP; k++) await wait();
  collect();
  const before = heapUsed();
  for (let k = 0; k < waits; k++) await wait();
  collect();
  const heap = heapUsed();
  return { bytes: (heap - before) / waits, heap };
}

/** Waits for any, lets the last one signal, and puts a new fence there. */
function objects(): () => Promise<number> {
  const lanes = timelines(OBJECTS);
  const boxes = lanes.map(({ name }) => new SyncObject({ name }));
  const points = boxes.map((box) => box.at());
  const fences = lanes.map((lane) => lane.fence());
  for (const [k, box] of boxes.entries()) box.replace(fences[k]!.fence);
  const last = OBJECTS - 1;
  return async () => {
    const first = waitAny(points);
    fences[last]!.signal();
    const found = await first;
    fences[last] = lanes[last]!.fence();
    boxes[last]!.replace(fences[last].fence);
    return found;
  };
}

/** The same with promises. */
function race(): () => Promise<number> {
  let resolveLast = (_k: number): void => {};
  const promises: Promise<number>[] = Array.from({ length: OBJECTS }, () => new Promise(() => {}));
  const last = OBJECTS - 1;
  const refill = (): void => {
    promises[last] = new Promise((resolve) => {
      resolveLast = resolve;
    });
  };
  refill();
  return async () => {
    const first = Promise.race(promises);
    resolveLast(last);
    const found = await first;
    refill();
    return found;
  };
}
