/**
 * The dependencies of one job: a set of fences, at most one per timeline, the latest (Q1, Q17).
 *
 * The first is a field of the job, the others an array made when a second one comes: most jobs have none or one. Sets above
 * {@link MAP_ABOVE} are looked up through a Map that lives only while dependencies are added.
 *
 * Invariants:
 * - Q15: the past of the job's own queue is free, unless its driver's jobs overlap; its own or a younger job is an error at arm.
 * - Q36: what has signalled without an error vanishes when added, and again at arm.
 * - Q17: equal seqnos keep the fence that was there.
 * - A job that was not submitted yet (a mate of the same batch) has no seqno to compare; those are told apart by identity until arm.
 */
import type { Fence } from "../fence/fence.ts";
import { seqnoLater } from "../fence/order.ts";
import { FRESH, SIGNALLED } from "../fence/state.ts";
import type { TimelineCore } from "../fence/timeline-core.ts";

/** Q1, measured: an array scan wins below, a Map by context above. */
export const MAP_ABOVE = 16;

/** What holds a dependency set: a job. */
export interface Dependent {
  /** @internal The first dependency, or null. */ _dependency: Fence | null;
  /** @internal The others, or null while there is at most one. */ _others: Fence[] | null;
}

/** For the few large sets, where in the array each timeline is. */
const indexes = new WeakMap<Fence[], Map<number, number>>();

/** Whether two fences are of one timeline and both have their seqnos, so that one of them is enough. */
function comparable(a: Fence, b: Fence): boolean {
  return a._timeline === b._timeline && a._state !== FRESH && b._state !== FRESH;
}

function later(a: Fence, b: Fence): boolean {
  return seqnoLater(a._seqno, b._seqno, a._timeline.bits);
}

/** Whether a dependency is satisfied and without consequence: signalled, and without an error that a policy would look at. */
function moot(fence: Fence): boolean {
  return (fence._state === SIGNALLED || fence._poll()) && fence._error === 0;
}

/** Adds a fence to the set, unless it is moot or an entry of its timeline makes it so. */
export function addDependency(set: Dependent, fence: Fence): void {
  if (moot(fence)) return;
  const first = set._dependency;
  if (first === null) {
    set._dependency = fence;
    return;
  }
  if (first === fence) return;
  if (comparable(first, fence)) {
    if (later(fence, first)) set._dependency = fence;
    return;
  }
  if (set._others === null) {
    set._others = [fence];
    return;
  }
  addToOthers(set._others, fence);
}

function addToOthers(others: Fence[], fence: Fence): void {
  const byContext = others.length < MAP_ABOVE || fence._state === FRESH ? undefined : indexOf(others);
  const index =
    byContext === undefined
      ? others.findIndex((other) => other === fence || comparable(other, fence))
      : (byContext.get(fence.context) ?? -1);
  const present = others[index];
  if (present === undefined) {
    byContext?.set(fence.context, others.length);
    others.push(fence);
  } else if (present !== fence && later(fence, present)) {
    others[index] = fence;
  }
}

function indexOf(others: Fence[]): Map<number, number> {
  let byContext = indexes.get(others);
  if (byContext === undefined) {
    byContext = indexByContext(others);
    indexes.set(others, byContext);
  }
  return byContext;
}

function indexByContext(others: readonly Fence[]): Map<number, number> {
  const map = new Map<number, number>();
  others.forEach((other, index) => {
    if (other._state !== FRESH) map.set(other.context, index);
  });
  return map;
}

/**
 * Compacts the set in place when its job is armed: batch mates have seqnos now, so each timeline keeps its latest; what has
 * signalled meanwhile goes; so does the past of `own`, the timeline of the job's queue (null where that is not free).
 */
export function settleDependencies(set: Dependent, own: TimelineCore | null): void {
  const first = set._dependency;
  if (first === null) return;
  if (moot(first) || first._timeline === own) set._dependency = null;
  const others = set._others;
  if (others === null) return;
  set._others = null;
  for (const fence of others) if (fence._timeline !== own) addDependency(set, fence);
}

/** Calls back with each dependency, the first one first. */
export function forEachDependency(set: Dependent, visit: (fence: Fence) => void): void {
  if (set._dependency === null) return;
  visit(set._dependency);
  if (set._others !== null) for (const fence of set._others) visit(fence);
}

/** The first dependency that signalled with an error, or null. */
export function firstFailed(set: Dependent): Fence | null {
  const first = set._dependency;
  if (first === null) return null;
  if (first._error !== 0) return first;
  return set._others?.find((fence) => fence._error !== 0) ?? null;
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
}
