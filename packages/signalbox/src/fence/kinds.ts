/**
 * Which fences are containers, told by their kind (F30): so a program that makes none doesn't carry their classes.
 */
import type { FenceArray } from "./array.ts";
import type { FenceChain } from "./chain.ts";
import type { Fence } from "./fence.ts";

export function isArray(fence: Fence): fence is FenceArray {
  return fence.kind === "array";
}

export function isChain(fence: Fence): fence is FenceChain {
  return fence.kind === "chain";
}

/** Whether a fence stands for others: an array or a chain. */
export function isContainer(fence: Fence): boolean {
  return isArray(fence) || isChain(fence);
}
