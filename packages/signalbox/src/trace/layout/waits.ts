/** The track of waits: who waited for fences of one timeline, and how that ended. */
import type { WaitPath } from "../paths.ts";
import { nameOf } from "./facts.ts";
import { Lanes } from "./lanes.ts";
import type { Track } from "./scene.ts";
import type { Sheet } from "./sheet.ts";

/** Draws waits below the track of their timeline; answers their lanes. */
export function drawWaits(
  { scene, laneLimit, end }: Sheet,
  group: Track,
  rank: number,
  waits: readonly WaitPath[],
): Lanes {
  const lanes = new Lanes(scene, group, "waits", rank, laneLimit);
  for (const wait of waits) {
    const until = wait.ended ?? end;
    const lane = lanes.place(wait.started, until);
    if (lane === null) continue;
    scene.begin(lane, wait.started, {
      name: `wait for ${nameOf(wait.fence)}`,
      category: "wait",
      facts: () => [["outcome", wait.outcome ?? "unfinished"]],
    });
    scene.end(lane, until);
  }
  return lanes;
}
