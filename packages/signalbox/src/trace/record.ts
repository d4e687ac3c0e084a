/**
 * What a record of the event log says: eight numbers for an event, and for those that follow it at once on the same path.
 *
 * The first four are its type, its time, a context and a seqno. The others, by its type; a word is kept as its number in the
 * chunk, 0 for none:
 *
 * | type | numbers |
 * |---|---|
 * | fenceSignalled | error, word of its cause |
 * | waitEnded | number of the outcome |
 * | promised | word of the reason |
 * | jobMade | cost, word of the label, time of the events that follow |
 * | jobArmed | cost, word of the label |
 * | jobDependency | context and seqno of the dependency |
 * | jobBlocked | context and seqno of the blocker, 0 for credits |
 * | jobStarted | credits in flight, 0, 0, and by how much each that follows moves them |
 * | jobCompleted | credits in flight, error, and as jobStarted |
 * | jobTakenBack | credits in flight |
 * | ringHalted | context and seqno of the guilty job, 0 for none |
 * | jobCancelled | number of the reason; then context and seqno of the dependency that failed, or the word of the cause |
 * | deviceSpan | start, end, word of its name, id of its ring |
 *
 * Followers: most steps of a job come at once after the one before, and say nothing that isn't known. They make no record, but
 * are counted in the one before, as so many times {@link FOLLOWER} on top of its type:
 * - jobMade, jobArmed, jobPushed, jobPublished, in this order, all of one job. jobMade gets the job's seqno from jobArmed.
 * - jobStarted, then those of the next seqnos of its queue, at the same time, where each takes as many credits.
 * - jobCompleted, then the fenceSignalled of the same job, then both of the next seqno of its queue, and so on: without an error, at
 *   the same time, where each gives back as many credits.
 * - jobReleased, then those of the next seqnos of its queue, at the same time.
 */
import type { CancelReason } from "../driver.ts";
import type { WaitOutcome } from "../hooks.ts";
import { eventTypes } from "./events.ts";
import type { TraceEventType } from "./events.ts";

/** Numbers of one record. */
export const RECORD = 8;

/** Added to the type of a record for each event that follows in it. More than there are types. */
export const FOLLOWER = 64;

/** How a wait ended, by the number that is stored. */
export const outcomes: readonly WaitOutcome[] = ["signalled", "failed", "timeout", "aborted"];

/** Why a job was cancelled, by the number that is stored. */
export const reasons: readonly CancelReason["kind"][] = ["dependency", "killed", "lost", "reset"];

/** The number that is stored for a type of event. */
export function numberOf(type: TraceEventType): number {
  return eventTypes.indexOf(type);
}

/** The steps of a job's submission, of which each may follow the one before in one record. */
export const submission: readonly TraceEventType[] = ["jobMade", "jobArmed", "jobPushed", "jobPublished"];
