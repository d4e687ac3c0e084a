/**
 * Stubs: fences that were born signalled (F32), for places that need a fence where there is nothing to wait for.
 */
import { realPlatform } from "../platform/real.ts";
import { Fence } from "./fence.ts";
import type { FenceKind } from "./fence.ts";
import { SIGNALLED } from "./state.ts";
import { TimelineCore } from "./timeline-core.ts";

class StubFence extends Fence {
  constructor(timestamp: number) {
    stubTimeline ??= new TimelineCore("stub", "signalbox", realPlatform);
    super(stubTimeline, 0, SIGNALLED);
    this._timestamp = timestamp;
    this._enabled = true; // F32: born as if everybody had waited for it.
  }

  override get kind(): FenceKind {
    return "stub";
  }
}

let stubTimeline: TimelineCore | undefined;
let shared: Fence | undefined;

/**
 * A fence that has signalled already.
 * Without a timestamp it is one shared object, stamped when it was first asked for; with one (ms on the platform's clock), a private object.
 *
 * @example `const done = job ?? stubFence();`
 */
export function stubFence(timestamp?: number): Fence {
  if (timestamp !== undefined) return new StubFence(timestamp);
  return (shared ??= new StubFence(realPlatform.now()));
}
