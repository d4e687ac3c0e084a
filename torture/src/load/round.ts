/**
 * One round: a device is opened, acts happen to it, it is closed, and the books are looked at.
 *
 * Everything in it is by chance, from the seed and the number of the round; the timing is not.
 */
import type { JobSpec } from "signalbox";
import { observe } from "signalbox/testing";
import { Chance } from "../harness/chance.ts";
import type { Totals } from "../harness/books.ts";
import { ends } from "./ends.ts";
import type { Act, World } from "./world.ts";

/** What a round is about. */
export interface Load {
  /** What it is called on the command line, and in reports. */
  readonly name: string;
  /** How many acts a round has. */
  readonly acts: number;
  /** Opens a device with options by chance; answers it and what happens to it. */
  open(chance: Chance): Promise<Stage>;
}

/** A device and what happens to it. */
export interface Stage {
  readonly world: World<JobSpec>;
  readonly acts: readonly Act<World<JobSpec>>[];
  /** Asked when the round is over: what is wrong with the device, one sentence each. */
  readonly after?: () => readonly string[];
}

/** What came of a round. */
export interface RoundResult {
  readonly totals: Totals;
  readonly counts: ReadonlyMap<string, number>;
  /** One sentence for each thing that went wrong. */
  readonly wrong: readonly string[];
}

const nothing: Totals = { submitted: 0, done: 0, failed: 0, cancelled: 0, queues: 0 };

/** Plays one round of a load. Never rejects. */
export async function playRound(load: Load, seed: number, round: number): Promise<RoundResult> {
  const wrong: string[] = [];
  let stage: Stage | undefined;
  try {
    const observation = await observe(async () => {
      stage = await load.open(new Chance(seed, round));
      await play(stage, load.acts, seed, round);
    });
    const { submitted } = stage?.world.books.totals() ?? nothing;
    if (observation.published !== submitted || observation.signalled !== submitted) {
      wrong.push(`${submitted} submitted, ${observation.published} published, ${observation.signalled} signalled`);
    }
  } catch (error) {
    wrong.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  if (stage === undefined) return { totals: nothing, counts: new Map(), wrong };
  const { books, counts } = stage.world;
  wrong.push(...books.wrong(), ...(stage.after?.() ?? []));
  return { totals: books.totals(), counts, wrong };
}

async function play({ world, acts }: Stage, count: number, seed: number, round: number): Promise<void> {
  try {
    for (let step = 1; step <= count; step++) {
      const chance = new Chance(seed, round, step);
      const act = chance.byWeight(acts);
      world.count(act.name);
      await act.perform(world, chance);
      await pause(chance);
    }
    const chance = new Chance(seed, round, 0);
    const end = chance.byWeight(ends);
    world.count(end.name);
    await end.perform(world, chance);
  } catch (error) {
    world.books.hazard("ETIME", "ECANCELED", "EIO"); // By the next line, and not the story.
    throw error;
  } finally {
    await world.device.close({ timeout: 0 });
    world.settleGates((gate) => gate.signal());
  }
  await world.settled();
}

// Mostly none, so that faults meet whatever is under way; sometimes long enough for all of it to end.
function pause(chance: Chance): Promise<void> | undefined {
  if (!chance.onceIn(3)) return undefined;
  const ms = chance.onceIn(6) ? chance.between(10, 40) : chance.below(3);
  return new Promise((resolve) => setTimeout(resolve, ms));
}
