/** The stage of a device: what happens to every one, and what happens to its own kind. */
import type { JobSpec } from "signalbox";
import { commonActs } from "./acts.ts";
import type { Stage } from "./round.ts";
import type { Act, World } from "./world.ts";

/** `after` is asked when the round is over: what is wrong with the device, one sentence each. */
export function stageOf<Spec extends JobSpec>(
  world: World<Spec>,
  acts: readonly Act<World<Spec>>[],
  after: () => readonly string[],
): Stage {
  return { world, acts: [...commonActs, ...acts], after };
}
