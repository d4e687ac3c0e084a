/** How a round ends: each way in which a program may let go of a device, with the round's jobs in mid-flight. */
import type { JobSpec } from "signalbox";
import { within } from "../harness/patience.ts";
import { PATIENCE } from "./world.ts";
import type { Act, World } from "./world.ts";

type AnyWorld = World<JobSpec>;

/** Closes and waits; every fence must have signalled by then (promise 1), those behind gates that nobody settled included. */
async function close(world: AnyWorld, timeout?: number): Promise<void> {
  if (timeout !== undefined) world.books.hazard("ETIME", "ECANCELED");
  await within(PATIENCE, "the close of the device", world.device.close(timeout === undefined ? {} : { timeout }));
  const left = world.books.outstanding();
  if (left.length > 0) throw new Error(`Promise 1: the device is closed, and ${left.length} fences have not signalled`);
}

/** One of these ends each round. */
export const ends: readonly Act<AnyWorld>[] = [
  {
    name: "close when all is done",
    weight: 3,
    async perform(world) {
      world.settleGates((gate) => gate.signal());
      await close(world);
    },
  },
  {
    name: "close with a timeout",
    weight: 3,
    perform: (world, chance) => close(world, chance.one([0, 1, 5, 20, 100])),
  },
  {
    name: "kill and close",
    weight: 2,
    async perform(world) {
      world.books.hazard("ECANCELED");
      world.device.kill(new Error("The device was to be killed"));
      world.settleGates((gate) => gate.signal());
      await close(world);
    },
  },
  {
    name: "close twice, killed in between",
    weight: 2,
    async perform(world, chance) {
      world.books.hazard("ECANCELED");
      const closed = close(world, chance.one([50, 1_000]));
      world.device.kill();
      await Promise.all([closed, close(world)]);
    },
  },
];
