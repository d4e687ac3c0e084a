/**
 * The dependencies of one job: a set of fences, at most one per timeline, the latest (Q1, Q17).
 *
 * The first is a field of the job, the others an array made when a second one comes: most jobs have none or one. A set of
 * more than {@link SCAN_UP_TO} is not looked through for each fence that comes: it may hold several of a timeline until it
 * is settled, which goes over it once and marks each timeline that it comes across.
 *
 * Invariants:
 * - Q15: the past of the job's own queue is free, unless its driver's jobs overlap; its own or a younger job is an error at arm.
 * - Q36: what has signalled without an error vanishes when added (its issuer is asked), and again when the set is settled.
 * - Q17: equal seqnos keep the fence that was there. What a later fence supersedes is kept for its failure, not to be waited for.
 *   So on a foreign timeline that gives one seqno to two fences, they count as one point: who waits for the first is done.
 * - A job that is not published (a mate of the same batch) has no seqno to compare, or one that a rollback takes back (Q8): such
 *   are told apart by identity until the set is settled, which is when nothing can be rolled back any more.
 */
import { strikes } from "../faults.ts";
import type { Fence } from "../fence/fence.ts";
import { laterOnTimeline } from "../fence/order.ts";
import { ARMED, FRESH, PUBLISHED, SIGNALLED } from "../fence/state.ts";
import type { TimelineCore } from "../fence/timeline-core.ts";

/** Q1, measured: up to here a scan costs less than anything that spares it. */
export const SCAN_UP_TO = 16;

/** What holds a dependency set: a job. */
export interface Dependent {
  /** @internal The first dependency, or null. */ _dependency: Fence | null;
  /** @internal The others, or null while there is at most one. */ _others: Fence[] | null;
  /**
   * @internal Those that a later one of their timeline took the place of, or null. Nobody waits for them: they signal first.
   * But a failure among them is a failure of what the job was made to wait for (Q19).
   */
  _superseded: Fence[] | null;
}

/** Counts the settlings of large sets: what a timeline is marked with is good for one of them. */
let settlings = 0;

/** From which state on a fence has its seqno for good: while dependencies are added, and when nothing is taken back any more. */
type Numbered = typeof PUBLISHED | typeof ARMED;

/** Whether two fences are of one timeline and both have their seqnos, so that one of them is enough. */
function comparable(a: Fence, b: Fence, numbered: Numbered): boolean {
  return a._timeline === b._timeline && a._state >= numbered && b._state >= numbered;
}

/** Whether a dependency is satisfied and without consequence: signalled, and without an error that a policy would look at. */
function moot(fence: Fence): boolean {
  return fence._state === SIGNALLED && fence._error === 0;
}

/** The same, not just by a look at the flag: the issuer is asked (F16), and may run a program's code. */
export function askedMoot(fence: Fence): boolean {
  return fence.signalled && moot(fence);
}

/** Adds a fence to the set, unless it is moot or an entry of its timeline makes it so. */
export function addDependency(set: Dependent, fence: Fence): void {
  if (!askedMoot(fence)) insert(set, fence, PUBLISHED);
}

/** The same without asking: for a fence whose issuer has just been asked. Runs nobody's code. */
export function addAsked(set: Dependent, fence: Fence): void {
  if (!moot(fence)) insert(set, fence, PUBLISHED);
}

function insert(set: Dependent, fence: Fence, numbered: Numbered): void {
  const others = set._others;
  if (set._dependency === null) {
    set._dependency = fence;
  } else if (others === null) {
    if (!joined(set, none, 0, fence, numbered)) set._others = [fence];
  } else {
    const scans = others.length < SCAN_UP_TO && !strikes("blind add");
    if (!joined(set, others, scans ? others.length : 0, fence, numbered)) set._others = withOneMore(others, fence);
  }
}

/** Whether the set, of which so many of the others are looked at, has the fence, or one of its timeline with which it is now one entry. */
function joined(set: Dependent, others: Fence[], count: number, fence: Fence, numbered: Numbered): boolean {
  const first = set._dependency!;
  if (first === fence) return true;
  if (comparable(first, fence, numbered)) {
    set._dependency = latest(set, first, fence);
    return true;
  }
  for (let place = 0; place < count; place++) {
    const present = others[place]!;
    if (present === fence) return true;
    if (comparable(present, fence, numbered)) {
      others[place] = latest(set, present, fence);
      return true;
    }
  }
  return false;
}

const none: Fence[] = [];

/** A `push` makes room for sixteen more: too much to keep for each job, when most have few. */
function withOneMore(fences: Fence[], fence: Fence): Fence[] {
  switch (fences.length) {
    case 1:
      return [fences[0]!, fence];
    case 2:
      return [fences[0]!, fences[1]!, fence];
    default:
      fences.push(fence);
      return fences;
  }
}

/** Keeps the later of two fences of one timeline; the other is superseded. */
function latest(set: Dependent, a: Fence, b: Fence): Fence {
  const kept = laterOnTimeline(b, a) ? b : a;
  const superseded = kept === a ? b : a;
  set._superseded = set._superseded === null ? [superseded] : withOneMore(set._superseded, superseded);
  return kept;
}

/**
 * Compacts the set when its job is about to be pushed, with what the job's sources and slots stand for (`found`): batch mates
 * have seqnos now, so each timeline keeps its latest; what has signalled meanwhile goes; so does the past of `own`, the
 * timeline of the job's queue (null where that is not free).
 */
export function settleDependencies(set: Dependent, own: TimelineCore | null, found: readonly Fence[] | null): void {
  if (found !== null) for (const fence of found) insert(set, fence, ARMED);
  const first = set._dependency;
  if (first === null) return;
  if (set._superseded !== null) set._superseded = withoutPast(set._superseded, own);
  const others = set._others;
  if (others === null) {
    if (moot(first) || first._timeline === own) set._dependency = null;
  } else if (others.length > SCAN_UP_TO || strikes("one pass")) {
    settleMany(set, first, others, own);
  } else {
    settleSome(set, first, others, own);
  }
}

function withoutPast(superseded: readonly Fence[], own: TimelineCore | null): Fence[] | null {
  const left = superseded.filter((fence) => fence._timeline !== own);
  return left.length === 0 ? null : left;
}

/** In place, by looking through what is kept so far. */
function settleSome(set: Dependent, first: Fence, others: Fence[], own: TimelineCore | null): void {
  let kept = 0;
  set._dependency = null;
  for (let from = -1; from < others.length; from++) {
    const fence = from < 0 ? first : others[from]!;
    if (fence._timeline === own || moot(fence)) continue;
    if (set._dependency === null) set._dependency = fence;
    else if (!joined(set, others, kept, fence, ARMED)) others[kept++] = fence;
  }
  if (kept === 0) set._others = null;
  else if (kept < others.length) set._others = others.slice(0, kept);
}

/** In one pass, in place: the mark of a timeline says where its latest fence is kept. */
function settleMany(set: Dependent, first: Fence, others: Fence[], own: TimelineCore | null): void {
  settlings++;
  let kept = 0;
  set._dependency = null;
  for (let from = -1; from < others.length; from++) {
    const fence = from < 0 ? first : others[from]!;
    const timeline = fence._timeline;
    if (timeline === own || moot(fence)) continue;
    if (timeline.mark !== settlings) {
      timeline.mark = settlings;
      timeline.place = set._dependency === null ? -1 : kept;
      if (set._dependency === null) set._dependency = fence;
      else others[kept++] = fence;
    } else if (timeline.place < 0) {
      if (set._dependency !== fence) set._dependency = latest(set, set._dependency!, fence);
    } else {
      const present = others[timeline.place]!;
      if (present !== fence) others[timeline.place] = latest(set, present, fence);
    }
  }
  others.length = kept;
  if (kept === 0) set._others = null;
}

/** The first dependency that signalled with an error, or null. Only for a set that is settled, and of which all have signalled. */
export function firstFailed(set: Dependent): Fence | null {
  const first = set._dependency;
  if (first !== null && first._error !== 0) return first;
  return find(set._others, failed) ?? find(set._superseded, failed) ?? null;
}

// F9: a superseded one of a foreign timeline may still have its signal, and so its error, to come.
function failed(fence: Fence): boolean {
  return fence._state === SIGNALLED && fence._error !== 0;
}

function find(fences: readonly Fence[] | null, test: (fence: Fence) => boolean): Fence | undefined {
  return fences === null ? undefined : fences.find(test);
}

/** The first dependency that was not submitted, or null. */
export function firstFresh(set: Dependent): Fence | null {
  const first = set._dependency;
  if (first === null) return null;
  if (first._state === FRESH) return first;
  return set._others?.find((fence) => fence._state === FRESH) ?? null;
}

/** Lets go of all dependencies: they have done their work (P9). */
export function clearDependencies(set: Dependent): void {
  set._dependency = null;
  set._others = null;
  set._superseded = null;
}
