/**
 * Containers as dependencies: unwrapped, so that each timeline is waited for once and failures of members are seen (Q18, U1).
 *
 * An array of all is its members; a chain is its points, newest first, without those that it has let go of (CH4). An array that
 * signals with its first member stays what it is: to wait for all of its members would be another thing.
 *
 * The walk is a loop: a chain of a million points, or arrays in arrays, take no stack.
 */
import type { FenceArray } from "../fence/array.ts";
import { holdContainers, releaseContainers } from "../fence/delivery.ts";
import type { Fence } from "../fence/fence.ts";
import { isArray, isChain, isContainer } from "../fence/kinds.ts";
import { SIGNALLED } from "../fence/state.ts";

/** Appends what a fence stands for: itself, unless it is a container that can be unwrapped. */
export function unwrap(fence: Fence, found: Fence[]): void {
  const containers = [fence];
  holdContainers();
  try {
    for (let next = containers.pop(); next !== undefined; next = containers.pop()) {
      for (let node: Fence | null = next; node !== null; node = isChain(node) ? node.previous : null) {
        const inside: Fence = isChain(node) ? node.contained : node;
        if (isChain(inside)) containers.push(inside);
        else if (!isArray(inside)) found.push(inside);
        else if (inside.any) found.push(shownMember(inside));
        else for (const member of inside.fences) (isContainer(member) ? containers : found).push(member);
      }
    }
  } finally {
    releaseContainers();
  }
}

/** An array whose first member failed before anybody waited has no error of its own (A5): then it is that member. */
function shownMember(array: FenceArray): Fence {
  return (array._state === SIGNALLED ? array._failedMember() : null) ?? array;
}
