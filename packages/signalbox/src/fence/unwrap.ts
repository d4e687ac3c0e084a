/**
 * Looking into containers: the fences that a fence stands for.
 *
 * Invariants: U1: chains are walked from the newest point to the oldest, and collected on the way (CH4); arrays give their
 * members in order; what has signalled is given too. Nothing here takes stack for the length of a chain.
 */
import { containedOf, previousOf } from "./chain.ts";
import { holdContainers, releaseContainers } from "./delivery.ts";
import type { Fence } from "./fence.ts";
import { isArray, isContainer } from "./kinds.ts";

/**
 * The fences that a fence stands for, newest point first (U1); itself if it is no container.
 *
 * One level, as the kernel unwraps: what an array or a point holds is not looked into, should it be a container again.
 * With `deep` it is.
 *
 * @example `for (const fence of leaves(frames)) console.log(fence.timelineName, fence.status);`
 */
export function leaves(fence: Fence, options: { readonly deep?: boolean } = {}): readonly Fence[] {
  const found: Fence[] = [];
  holdContainers();
  try {
    eachLeaf(fence, options.deep === true ? collectDeep : collect);
  } finally {
    releaseContainers();
  }
  return found;

  function collect(leaf: Fence): void {
    found.push(leaf);
  }
  function collectDeep(leaf: Fence): void {
    if (isContainer(leaf)) eachLeaf(leaf, collectDeep);
    else found.push(leaf);
  }
}

/** Visits the leaves one after the other, and walks on to a point only when the one after it has been visited. */
export function eachLeaf(fence: Fence, visit: (leaf: Fence) => void): void {
  for (let node: Fence | null = fence; node !== null; node = previousOf(node)) {
    const inside = containedOf(node);
    if (isArray(inside)) for (const member of inside.fences) visit(member);
    else visit(inside);
  }
}

/** A8: whether a fence is of that timeline; an array only if all its members are. */
export function matchesContext(fence: Fence, context: number): boolean {
  if (isArray(fence)) return fence.fences.every((member) => member.context === context);
  return fence.context === context;
}
