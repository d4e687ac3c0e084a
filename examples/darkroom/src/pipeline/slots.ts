/**
 * Slots: how many sets of GPU buffers a run gets, and how large they are.
 *
 * Invariant U1: all slots together take no more bytes than the credits, and there is at least one. So a strip's source rows
 * may take a quarter of the credits at most: four buffers of about that size stand side by side in a slot (gpu-plan.ts).
 */
import { formatBytes } from "../cli/bytes.ts";
import { DarkroomError } from "../errors.ts";
import { createSlot, destroySlot } from "../kernels/gpu-encode.ts";
import type { Pipelines, Slot } from "../kernels/gpu-encode.ts";
import { UNIFORM_BYTES, slotSizes, totalBytes } from "../kernels/gpu-plan.ts";
import type { BufferSizes, GpuPlan } from "../kernels/gpu-plan.ts";

/** More slots than this don't make a GPU faster, they only keep more strips waiting in its memory. */
export const MOST_SLOTS = 8;

/** The most bytes of source rows with which a slot stays within the credits. */
export function affordableSource(credits: number): number {
  return Math.max(0, Math.floor((credits - UNIFORM_BYTES) / 4));
}

/** How many slots there are for the strips of a run, and what each of them takes. */
export function planSlots(plans: readonly GpuPlan[], credits: number): { count: number; sizes: BufferSizes } {
  const sizes = slotSizes(plans);
  const affordable = Math.max(1, Math.floor(credits / totalBytes(sizes)));
  return { count: Math.min(MOST_SLOTS, plans.length, affordable), sizes };
}

/** Allocates the slots. Rejects with DarkroomError "device-memory", and holds none, where the device has no room for them. */
export async function createSlots(
  device: GPUDevice,
  pipelines: Pipelines,
  plans: readonly GpuPlan[],
  credits: number,
): Promise<Slot[]> {
  const { count, sizes } = planSlots(plans, credits);
  device.pushErrorScope("validation");
  device.pushErrorScope("out-of-memory");
  const slots = Array.from({ length: count }, () => createSlot(device, pipelines, sizes));
  const [noMemory, invalid] = await Promise.all([device.popErrorScope(), device.popErrorScope()]);
  if (noMemory === null && invalid === null) return slots;
  for (const slot of slots) destroySlot(slot);
  // A buffer without memory is invalid, and so is what is made of it: that it has none is what there is to tell.
  if (noMemory === null) throw new RangeError(`A slot cannot be made: ${invalid?.message}`);
  throw new DarkroomError(
    "device-memory",
    `The GPU has no memory for ${formatBytes(count * totalBytes(sizes))} of buffers: lower --credits or --strip-rows.`,
    { cause: noMemory },
  );
}
