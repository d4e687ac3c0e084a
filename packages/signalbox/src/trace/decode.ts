/** Reads the event log back: from records of numbers (recorder.ts says which) to typed events. */
import type { EventLog } from "./event-log.ts";
import { eventTypes } from "./events.ts";
import type { TracedReason, TraceEvent } from "./events.ts";
import type { Names } from "./names.ts";
import { outcomes, reasons } from "./recorder.ts";

/** Calls back with each event that is held, in the order in which they happened. */
export function decodeEvents(log: EventLog, names: Names, visit: (event: TraceEvent) => void): void {
  log.forEach((cells, place, texts) => {
    visit(decode(cells, place, texts, names));
  });
}

function decode(cells: Float64Array, place: number, texts: readonly string[], names: Names): TraceEvent {
  const at = (index: number): number => cells[place + index]!;
  const text = (index: number): string | undefined => texts[at(index) - 1];
  const type = eventTypes[at(0)]!;
  const time = at(1);
  const own = () => names.fence(at(2), at(3));
  switch (type) {
    case "ringOpened":
    case "ringResumed":
      return { type, time, ring: names.ring(at(2)) };
    case "ringHalted":
      return { type, time, ring: names.ring(at(2)), guilty: at(4) === 0 ? null : names.fence(at(4), at(5)) };
    case "queueOpened":
    case "queueClosed":
      return { type, time, queue: names.timeline(at(2)) };
    case "fenceCreated":
    case "waitStarted":
      return { type, time, fence: own() };
    case "fenceSignalled":
      return { type, time, fence: own(), error: at(4), cause: text(5) ?? "" };
    case "waitEnded":
      return { type, time, fence: own(), outcome: outcomes[at(4)]! };
    case "promised":
      return { type, time, fence: own(), reason: text(4) ?? "" };
    case "jobMade":
      return { type, time, queue: names.timeline(at(2)), label: text(5), cost: at(4) };
    case "jobArmed":
      return { type, time, job: own(), label: text(5), cost: at(4) };
    case "jobDependency":
      return { type, time, job: own(), dependency: names.fence(at(4), at(5)) };
    case "jobPushed":
    case "jobPublished":
    case "jobReleased":
    case "jobTimedOut":
      return { type, time, job: own() };
    case "jobBlocked":
      return { type, time, job: own(), blocker: at(4) === 0 ? null : names.fence(at(4), at(5)) };
    case "jobStarted":
    case "jobTakenBack":
      return { type, time, job: own(), credits: at(4) };
    case "jobCompleted":
      return { type, time, job: own(), credits: at(4), error: at(5) };
    case "jobCancelled":
      return { type, time, job: own(), reason: reasonOf(reasons[at(4)]!, at(5), at(6), text(5), names) };
    case "deviceSpan":
      return { type, time, job: own(), ring: names.ring(at(7)), name: text(6) ?? "", start: at(4), end: at(5) };
  }
}

function reasonOf(kind: TracedReason["kind"], context: number, seqno: number, cause = "", names: Names): TracedReason {
  return kind === "dependency" ? { kind, fence: names.fence(context, seqno) } : { kind, cause };
}
