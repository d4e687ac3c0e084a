/** What scenarios do with what a queue refuses. */
import { SignalboxError } from "../../../errors.ts";
import type { World } from "../explore/world.ts";

/** Does it, unless a queue refuses since it was destroyed; answers whether it was done. */
export function unlessRefused(world: World, body: () => void): boolean {
  try {
    body();
    return true;
  } catch (error) {
    if (!(error instanceof SignalboxError) || error.code !== "ENODEV") throw error;
    world.tell(`refused: ${error.message}`);
    return false;
  }
}
