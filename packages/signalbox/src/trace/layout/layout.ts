/**
 * The layout: which tracks a trace is shown on, and what goes where.
 *
 * ```
 * signalbox                 what the trace itself has to say: how many events it holds, how many it could not hold
 * ring <ring>
 *   hardware                one slice for each job: as the device measured it, else as an in-order lane must have had it
 *   queue <queue>           instants: signalled, cancelled, out of time
 *     running               one slice for each job, from its start to its completion
 *     waiting               from its push to its start; inside it, what kept it at the head
 *     waits                 who waited for its jobs' fences
 *     credits in flight     a counter
 *     queued                a counter
 *   resets                  from when the ring stood still until it went on, where it was reset
 * timelines
 *   timeline <timeline>
 *     fences                one slice for each fence, from its making to its signal
 *     waits
 * ```
 * Arrows go from a dependency to its dependent.
 */
import type { TracedRing } from "../events.ts";
import type { TimelinePaths } from "../paths.ts";
import type { Trace } from "../trace.ts";
import { drawArrows } from "./arrows.ts";
import { drawHardware } from "./hardware.ts";
import { drawQueue } from "./queue.ts";
import { drawResets } from "./resets.ts";
import type { Scene } from "./scene.ts";
import { Sheet } from "./sheet.ts";
import { drawTimeline } from "./timeline.ts";

/** Lays a trace out; with at most `laneLimit` lanes of one name. */
export function layOut(trace: Trace, laneLimit: number): Scene {
  const sheet = new Sheet(trace, laneLimit);
  const { scene, paths } = sheet;
  const about = scene.addTrack(null, "signalbox", "group", 0);
  scene.instant(
    about,
    { time: paths.start, order: 0 },
    {
      name: "trace",
      category: "trace",
      facts: () => [
        ["events", trace.length],
        ["events dropped", trace.dropped],
      ],
    },
  );
  const timelines = [...paths.timelines.values()];
  const rings = groupBy(timelines.filter(({ timeline }) => timeline.isQueue));
  // Rings without a queue are shown too: they exist, and did nothing.
  for (const ring of trace.rings) if (!rings.has(ring.id)) rings.set(ring.id, { ring, queues: [] });
  let rank = 1;
  for (const { ring, queues } of rings.values()) {
    const root = scene.addTrack(null, ring === undefined ? "ring unknown" : `ring ${ringName(ring)}`, "group", rank++);
    if (ring !== undefined) drawHardware(sheet, root, ring, queues);
    queues.forEach((queue, index) => {
      drawQueue(sheet, root, index + 1, queue);
    });
    const resets = ring === undefined ? undefined : paths.rings.get(ring.id);
    if (resets !== undefined) drawResets(sheet, root, queues.length + 1, resets);
  }
  const own = timelines.filter(({ timeline }) => !timeline.isQueue);
  if (own.length > 0) {
    const root = scene.addTrack(null, "timelines", "group", rank);
    own.forEach((timeline, index) => {
      drawTimeline(sheet, root, index, timeline);
    });
  }
  drawArrows(sheet);
  return scene;
}

interface RingQueues {
  readonly ring: TracedRing | undefined;
  readonly queues: TimelinePaths[];
}

function groupBy(queues: readonly TimelinePaths[]): Map<number, RingQueues> {
  const groups = new Map<number, RingQueues>();
  for (const queue of queues) {
    const { ring } = queue.timeline;
    const group = groups.get(ring?.id ?? 0);
    if (group === undefined) groups.set(ring?.id ?? 0, { ring, queues: [queue] });
    else group.queues.push(queue);
  }
  return groups;
}

function ringName({ name, driver }: TracedRing): string {
  return name === driver ? name : `${name} (${driver})`;
}
