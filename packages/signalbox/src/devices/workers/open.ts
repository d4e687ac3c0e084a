/**
 * Opening: what the entry points for Node and for browsers have in common.
 */
import { SignalboxError } from "../../errors.ts";
import { realPlatform } from "../../platform/real.ts";
import type { Threads } from "../../platform/threads.ts";
import { WorkersDevice } from "./workers-device.ts";
import type { WorkersOptions } from "./workers-device.ts";

const DEFAULT_LANES = 8;
const DEFAULT_SLOTS = 16;
const LONGEST_SPIN = 10;

/** Opens a device on these threads. */
export async function openOn(threads: Threads, options: WorkersOptions): Promise<WorkersDevice> {
  const { name = "workers", lanes = Math.min(threads.parallelism(), DEFAULT_LANES), slots = DEFAULT_SLOTS } = options;
  const { spares = 0, spin = 0 } = options;
  checkWhole(name, "lanes", lanes, 1, 1024);
  checkWhole(name, "slots", slots, 1, 65_536);
  checkWhole(name, "spares", spares, 0, 1024);
  if (!(spin >= 0 && spin <= LONGEST_SPIN)) {
    throw new RangeError(`[Device "${name}"] takes a spin from 0 to ${LONGEST_SPIN} ms (got ${spin})`);
  }
  if (!threads.canShareMemory()) {
    throw new SignalboxError(
      "ENODEV",
      `[Device "${name}"] needs SharedArrayBuffer, and this page is not isolated: serve it with Cross-Origin-Opener-Policy "same-origin" and Cross-Origin-Embedder-Policy "require-corp"`,
    );
  }
  const device = new WorkersDevice(threads, realPlatform, { name, lanes, slots, spares, spin });
  await device._open();
  return device;
}

function checkWhole(name: string, what: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new RangeError(`[Device "${name}"] takes a number of ${what} from ${least} to ${most} (got ${value})`);
}
