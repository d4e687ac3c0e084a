/** The track of a ring's resets: how long it stood still, and on whose account. */
import type { RingPaths } from "../paths.ts";
import { nameOf } from "./facts.ts";
import { Lanes } from "./lanes.ts";
import type { Track } from "./scene.ts";
import type { Sheet } from "./sheet.ts";

/** Draws the resets of a ring below its track; nothing where there were none. */
export function drawResets(sheet: Sheet, root: Track, rank: number, { halts }: RingPaths): void {
  const { scene, end, laneLimit } = sheet;
  if (halts.length === 0) return;
  const lanes = new Lanes(scene, root, "resets", rank, laneLimit);
  for (const { halted, resumed, guilty } of halts) {
    const until = resumed ?? end;
    const lane = lanes.place(halted, until);
    if (lane === null) continue;
    scene.begin(lane, halted, {
      name: guilty === null ? "reset" : `reset on account of ${nameOf(guilty)}`,
      category: "reset",
      // A device that didn't come back resumes nothing.
      facts: () => (resumed === undefined ? [["resumed", false]] : []),
    });
    scene.end(lane, until);
  }
  sheet.noteMissing(root, lanes);
}
