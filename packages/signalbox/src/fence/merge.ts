/**
 * Merging: the smallest fence that stands for several.
 *
 * Invariants: U2: what has signalled is left out, and of each timeline all but the latest; the latest stands for those before
 * it (promise 2). So a merge never loses a wait. U3: the result's order is by timeline, whatever the arguments'.
 */
import { arrayOf } from "./array.ts";
import { checkPublished } from "./container.ts";
import { holdContainers, releaseContainers } from "./delivery.ts";
import type { Fence } from "./fence.ts";
import { laterOnTimeline } from "./order.ts";
import { SIGNALLED } from "./state.ts";
import { stubFence } from "./stub.ts";
import { eachLeaf } from "./unwrap.ts";

/**
 * One fence that signals when all of the given ones have: a stub if they have already (with the newest of their timestamps),
 * the one that has not if there is only one, else an array, the latest of each timeline. Arrays and chains are unwrapped (U1).
 *
 * Errors of what has signalled are not looked at. Throws EINVAL for a fence that was not submitted yet.
 *
 * @example `const ready = mergeFences([uploaded, frames, previous]);`
 */
export function mergeFences(fences: readonly Fence[]): Fence {
  for (const fence of fences) checkPublished(fence);
  const pending: Fence[] = [];
  let newest = 0;
  const visit = (leaf: Fence): void => {
    if (!leaf.signalled) pending.push(leaf);
    else if (leaf._timestamp !== undefined && leaf._timestamp > newest) newest = leaf._timestamp;
  };
  holdContainers();
  try {
    for (const fence of fences) eachLeaf(fence, visit);
  } finally {
    releaseContainers();
  }
  const kept = latestOfEach(pending);
  if (kept.length === 0) return stubFence(newest);
  return kept.length === 1 ? kept[0]! : arrayOf(kept);
}

function latestOfEach(fences: readonly Fence[]): Fence[] {
  const kept = new Map<number, Fence>();
  for (const fence of fences) {
    // A later leaf's issuer may have signalled it when that was asked.
    if (fence._state === SIGNALLED) continue;
    const other = kept.get(fence.context);
    if (other === undefined || laterOnTimeline(fence, other)) kept.set(fence.context, fence);
  }
  return Array.from(kept.values()).sort((a, b) => a.context - b.context);
}
