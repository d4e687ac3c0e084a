/** What scenarios do with what a queue refuses. */
import { SignalboxError } from "../../../errors.ts";
import { InjectedFault } from "../explore/scenario.ts";
import type { World } from "../explore/world.ts";

/** Does it, unless a queue refuses since it was destroyed, or it is made to throw; answers whether it was done. */
export function unlessRefused(world: World, body: () => void): boolean {
  try {
    world.refusable(body);
    return true;
  } catch (error) {
    if (error instanceof InjectedFault) world.tell(`thrown: ${error.message}`);
    else if (!(error instanceof SignalboxError) || error.code !== "ENODEV") throw error;
    else world.tell(`refused: ${error.message}`);
    return false;
  }
}
