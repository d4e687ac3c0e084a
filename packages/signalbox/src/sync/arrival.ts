/**
 * Arrivals: who waits for a fence to appear at a point of a sync object, and what stands there when one asks.
 *
 * SY15: an arrival is told of the first fence that serves its point, and only of that one: what becomes of the object
 * afterwards is no affair of its.
 */
import { FenceChain } from "../fence/chain.ts";
import type { Fence } from "../fence/fence.ts";
import { stubFence } from "../fence/stub.ts";

/** Somebody who waits until a point has been submitted. */
export interface Arrival {
  /** @internal */ readonly _point: bigint;
  /** @internal SIGNALLING: the point has a fence, signalled or not. Called once; may register on it, must not wait. */
  _arrived(fence: Fence): void;
}

/**
 * SY8: the fence to wait for where somebody wants the point; null if nobody has submitted that point.
 *
 * For 0n it is whatever fence there is. For any other point there must be a chain that reaches it; what has signalled and
 * was collected is answered with a stub.
 */
export function fenceAt(fence: Fence | null, point: bigint): Fence | null {
  if (fence === null || point === 0n) return fence;
  if (!(fence instanceof FenceChain) || fence.point < point) return null;
  return fence.find(point) ?? stubFence();
}
