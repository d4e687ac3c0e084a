/** Fences for tests of reservations: of a few timelines whose order is the test's own affair. */
import type { DriverFence } from "../../../src/fence/driver-fence.ts";
import { ForeignTimeline } from "../../../src/fence/foreign-timeline.ts";
import type { FenceOps } from "../../../src/fence/ops-fence.ts";
import { SimPlatform } from "../../../src/platform/simulated.ts";

export interface Fences {
  readonly platform: SimPlatform;
  /** The timelines "a", "b", and so on. */
  readonly timelines: readonly ForeignTimeline[];
  /** A fence by its name: `a1` is that of timeline "a" with seqno 1. */
  make(name: string, ops?: FenceOps): DriverFence;
}

export function fencesOf(count = 6, bits: 32 | 64 = 64): Fences {
  const platform = new SimPlatform({ auto: false });
  const timelines = Array.from(
    { length: count },
    (_, index) => new ForeignTimeline(String.fromCharCode(97 + index), { platform, bits }),
  );
  return {
    platform,
    timelines,
    make: (name, ops) => timelines[name.charCodeAt(0) - 97]!.fence(Number(name.slice(1)), ops),
  };
}
