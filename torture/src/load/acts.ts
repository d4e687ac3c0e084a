/**
 * What happens to any device: batches of jobs that depend on all sorts of fences, gates that fail, queues that end, waits that are given up.
 */
import { mergeFences, SyncFile } from "signalbox";
import type { Fence, FenceSource, JobSpec } from "signalbox";
import type { Chance } from "../harness/chance.ts";
import type { Act, Entered, World } from "./world.ts";

type AnyWorld = World<JobSpec>;

/** The acts of every device; add its own. */
export const commonActs: readonly Act<AnyWorld>[] = [
  { name: "batch", weight: 100, perform: batch },
  {
    name: "gate",
    weight: 6,
    perform(world) {
      world.recent.push(world.gate());
    },
  },
  {
    name: "gates signalled",
    weight: 6,
    perform(world, chance) {
      world.settleGates((gate) => gate.signal(), chance.between(1, 4));
    },
  },
  {
    name: "gate failed",
    weight: 3,
    perform(world) {
      world.books.hazard("ECANCELED");
      world.settleGates((gate) => gate.fail(-5, new Error("The gate was to fail")), 1);
    },
  },
  {
    name: "queue killed",
    weight: 3,
    perform(world, chance) {
      if (!world.open) return;
      world.books.hazard("ECANCELED");
      const queue = world.queue(chance);
      const ending = queue.kill(new Error("The queue was to be killed"));
      if (chance.onceIn(2)) world.expect(`the end of ${queue.name}, which was killed`, letGo(ending));
    },
  },
  {
    name: "queue destroyed",
    weight: 3,
    perform(world, chance) {
      if (!world.open) return;
      const queue = world.queue(chance);
      const ending = queue.destroy();
      if (chance.onceIn(2)) world.expect(`the end of ${queue.name}, which was destroyed`, letGo(ending));
      if (chance.onceIn(3)) {
        world.books.hazard("ECANCELED");
        ending.kill();
      }
    },
  },
  {
    name: "wait given up",
    weight: 6,
    perform(world, chance) {
      const fence = chance.perhapsOne(world.recent);
      if (fence === undefined) return;
      world.expect("a wait with a timeout", fence.wait({ timeout: chance.below(8) }));
      const controller = new AbortController();
      world.expect("a wait that is aborted", fence.wait({ signal: controller.signal }));
      setTimeout(() => {
        controller.abort();
      }, chance.below(8));
    },
  },
];

async function letGo(ending: PromiseLike<{ release(): void }>): Promise<void> {
  (await ending).release();
}

/** Submits some jobs of any kinds at once. */
async function batch(world: AnyWorld, chance: Chance): Promise<void> {
  await world.room();
  if (!world.open) return;
  const entered: Entered<JobSpec>[] = [];
  const dependent = chance.onceIn(3);
  if (dependent) world.books.hazard("ECANCELED");
  for (let left = chance.between(1, 10); left > 0; left--) {
    const base = dependent ? { after: dependencies(world, chance), ...shared(world, chance) } : {};
    const made = world.job(chance.byWeight(world.kinds), chance, base);
    const before = chance.perhapsOne(entered);
    if (dependent && before !== undefined && chance.onceIn(2)) made.job.after(before.job);
    entered.push(made);
  }
  world.submit(entered);
}

function dependencies(world: AnyWorld, chance: Chance): (Fence | FenceSource)[] {
  const found: (Fence | FenceSource)[] = [];
  for (let left = chance.below(3); left > 0; left--) {
    const fence = chance.perhapsOne(world.recent);
    if (fence !== undefined) found.push(chance.onceIn(4) ? SyncFile.of(fence) : fence);
  }
  if (chance.onceIn(8) && world.recent.length > 1) found.push(mergeFences(world.recent.slice(-4)));
  const object = chance.one(world.timelines);
  if (chance.onceIn(6) && object.lastSubmitted > 0n) found.push(object.at(object.lastSubmitted));
  if (chance.onceIn(12)) found.push(chance.one(world.reservations).at("read"));
  return found;
}

/** What a job leaves its fence with, and what it reads and writes. */
function shared(world: AnyWorld, chance: Chance): JobSpec {
  const object = chance.one(world.timelines);
  return {
    ...(chance.onceIn(6) ? { signals: object.at(object.lastSubmitted + 1n) } : {}),
    ...(chance.onceIn(4) ? { reads: [chance.one(world.reservations)] } : {}),
    ...(chance.onceIn(6) ? { writes: [chance.one(world.reservations)] } : {}),
  };
}
