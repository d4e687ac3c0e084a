/** What the loads of GPUs share, in this process and in one of its own: options by chance, and a device that is lost and comes back. */
import type { JobSpec, QueueOptions, RecoveryDomain } from "signalbox";
import type { Chance } from "../harness/chance.ts";
import type { World } from "./world.ts";

/** How much a queue takes at a time. */
export function roomByChance(draw: Chance): Pick<QueueOptions, "credits" | "jobs"> {
  return { credits: draw.one([2, 5, Infinity]), jobs: draw.one([1, 4, Infinity]) };
}

/** What a queue does about failures, its own and others'. */
export function failuresByChance(
  draw: Chance,
): Pick<QueueOptions, "bypass" | "onFailedDependency" | "retries" | "banAfter"> {
  return {
    bypass: draw.onceIn(4),
    onFailedDependency: draw.one(["cancel", "ignore"]),
    retries: draw.one([0, 3, 100]),
    banAfter: draw.one([1, 3, Infinity]),
  };
}

/** How many numbers each of the buffers has. */
export function sizesByChance(chance: Chance): readonly number[] {
  return Array.from({ length: 4 }, () => chance.one([64, 1_000, 100_000]));
}

/** Has the device lost in this way, and enters what that may do to jobs; half the time it is back when this resolves. */
export async function loses<Spec extends JobSpec>(
  { recovery }: { readonly recovery: RecoveryDomain },
  world: World<Spec>,
  chance: Chance,
  lose: () => void,
): Promise<void> {
  if (!world.open) return;
  world.books.hazard("ECANCELED", "EIO");
  lose();
  // Jobs are taken meanwhile, and wait.
  if (chance.onceIn(2)) await recovery.settled();
}
