/** The tracks of a timeline that is no queue's: its fences, and who waited for them. */
import type { TimelinePaths } from "../paths.ts";
import { errorFacts, nameOf, promiseFacts, unfinished } from "./facts.ts";
import { Lanes } from "./lanes.ts";
import type { Track } from "./scene.ts";
import type { Sheet } from "./sheet.ts";
import { drawWaits } from "./waits.ts";

/** Draws a timeline below the track of all timelines. */
export function drawTimeline(
  sheet: Sheet,
  root: Track,
  rank: number,
  { timeline, fences, waits }: TimelinePaths,
): void {
  const { scene, laneLimit, end, paths } = sheet;
  const group = scene.addTrack(root, `timeline ${timeline.name}`, "group", rank);
  const lanes = new Lanes(scene, group, "fences", 0, laneLimit);
  for (const fence of fences) {
    // A fence that was made before the trace began has been unsignalled for all of what the trace tells.
    const created = fence.created ?? { time: paths.start, order: 0 };
    const until = fence.signalled ?? end;
    const lane = lanes.place(created, until);
    if (lane === null) continue;
    const name = nameOf({ context: timeline.context, timeline: timeline.name, seqno: fence.seqno });
    sheet.drawn(fence).fence = scene.begin(lane, created, {
      name,
      category: "fence",
      facts: () => [
        ["fence context", timeline.context],
        ["fence seqno", fence.seqno],
        ["driver", timeline.driver],
        ...promiseFacts(fence),
        ...errorFacts(fence),
        ...(until === end ? unfinished : []),
      ],
    });
    scene.end(lane, until);
  }
  sheet.noteMissing(group, lanes, drawWaits(sheet, group, 1, waits));
}
