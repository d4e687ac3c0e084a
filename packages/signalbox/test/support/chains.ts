/** Chains for tests, and what a walk along one finds. */
import { FenceChain, chainFence } from "../../src/fence/chain.ts";
import type { DriverFence } from "../../src/fence/driver-fence.ts";
import type { Fence } from "../../src/fence/fence.ts";
import { Timeline } from "../../src/fence/timeline.ts";
import { SimPlatform } from "../../src/platform/simulated.ts";

/** Of all these chains; time stands still. */
export const platform = new SimPlatform({ auto: false });

/** A chain of so many points, from 1, each with a fence of a timeline of its own. */
export function chainOf(count: number): { drivers: DriverFence[]; nodes: FenceChain[]; head: FenceChain } {
  const drivers: DriverFence[] = [];
  const nodes: FenceChain[] = [];
  for (let point = 1; point <= count; point++) {
    drivers.push(new Timeline(`t${point}`, { platform }).fence());
    nodes.push(chainFence(nodes.at(-1) ?? null, drivers.at(-1)!.fence, point));
  }
  return { drivers, nodes, head: nodes.at(-1)! };
}

/** The points that a walk finds, from this node on. */
export function pointsFrom(node: Fence | null): bigint[] {
  const points: bigint[] = [];
  for (; node !== null; node = node instanceof FenceChain ? node.previous : null) points.push(node.point);
  return points;
}
