/** Reads the event log back: from records of numbers (recorder.ts says which) to typed events. */
import type { EventLog } from "./event-log.ts";
import { eventTypes } from "./events.ts";
import type { FenceId, TracedReason, TraceEvent, TraceEventType } from "./events.ts";
import type { Names } from "./names.ts";
import { FOLLOWER, outcomes, reasons, submission } from "./record.ts";

/** One record, with what is needed to read it. */
interface RecordView {
  readonly at: (index: number) => number;
  readonly text: (index: number) => string | undefined;
  readonly names: Names;
}

/** Calls back with each event that is held, in the order in which they happened. */
export function decodeEvents(log: EventLog, names: Names, visit: (event: TraceEvent) => void): void {
  log.forEach((cells, place, texts) => {
    const at = (index: number): number => cells[place + index]!;
    const text = (index: number): string | undefined => texts[at(index) - 1];
    const record = { at, text, names };
    const type = at(0) % FOLLOWER;
    const followers = (at(0) - type) / FOLLOWER;
    visit(decode(eventTypes[type]!, at(1), at(3), record));
    for (let index = 1; index <= followers; index++) visit(follower(eventTypes[type]!, index, record));
  });
}

/** An event that followed the first of a record: of that type, and counted from 1. */
function follower(type: TraceEventType, index: number, record: RecordView): TraceEvent {
  const { at } = record;
  switch (type) {
    case "jobReleased":
      return decode(type, at(1), at(3) + index, record);
    case "jobStarted":
      return ofRun(type, index, record);
    case "jobCompleted":
      return index % 2 === 0 ? ofRun(type, index / 2, record) : signalOfRun((index - 1) / 2, record);
    default:
      return decode(submission[submission.indexOf(type) + index]!, type === "jobMade" ? at(6) : at(1), at(3), record);
  }
}

function ofRun(type: "jobStarted" | "jobCompleted", index: number, { at, names }: RecordView): TraceEvent {
  const job = names.fence(at(2), at(3) + index);
  const told = { time: at(1), job, credits: at(4) + index * at(7) };
  return type === "jobStarted" ? { type, ...told } : { type, ...told, error: 0 };
}

function signalOfRun(index: number, { at, names }: RecordView): TraceEvent {
  return { type: "fenceSignalled", time: at(1), fence: names.fence(at(2), at(3) + index), error: 0, cause: "" };
}

function decode(type: TraceEventType, time: number, seqno: number, { at, text, names }: RecordView): TraceEvent {
  const own = (): FenceId => names.fence(at(2), seqno);
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
