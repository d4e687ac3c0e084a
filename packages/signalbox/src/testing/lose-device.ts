/**
 * Losing a device on purpose: what happens to a GPU in the field, and to nobody's at the desk, in one call.
 *
 * Devices bring their own way, in a member that only this file calls.
 */
import type { Device } from "../device.ts";
import { SignalboxError } from "../errors.ts";

interface Losable {
  /** @internal */ _lose(cause: string): void;
}

/**
 * Takes the device from the program, as a driver that crashes or a GPU that is reset would: its jobs fail or run again, its
 * queues go on or end, exactly as after a loss of that kind. For tests of a program's own recovery.
 *
 * A WebGPU device counts as lost at once, whatever the GPU is doing; of an isolated one the process is killed; a workers device loses
 * all its threads, which are replaced; a simulated one is lost as by `lose()`. Throws EINVAL for a device that can't be lost.
 *
 * @example
 * ```ts
 * const gpu = await openWebGpu({ recover: true });
 * const [fence] = submit(gpu.queue("compute").job({ idempotent: true, run: encode }));
 * loseDevice(gpu);
 * await fence.wait(); // on the device that came after it
 * ```
 */
export function loseDevice(device: Pick<Device, "name">, cause = "by a test"): void {
  if (!isLosable(device)) throw new SignalboxError("EINVAL", `[Device "${device.name}"] can't be lost`);
  device._lose(cause);
}

function isLosable(device: object): device is Losable {
  return "_lose" in device && typeof device._lose === "function";
}
