/**
 * Reading back by hand, on the raw device: what `gpu.read` of signalbox/webgpu does for a job, for code that has no queues
 * (the comparison with plain promises, and the tests of the shaders).
 */
import type { Slot } from "./gpu-encode.ts";
import type { GpuPlan } from "./gpu-plan.ts";

const MAP_READ = 0x01;
const COPY_DST = 0x08;
const MODE_READ = 0x1;

/** The developed rows of what the slot was last used for, copied out. Rejects as mapAsync does, on a lost device for one. */
export async function readBack(device: GPUDevice, slot: Slot, plan: GpuPlan): Promise<Uint8Array<ArrayBuffer>> {
  const size = plan.sizes.developed;
  const staging = device.createBuffer({ label: "readback", size, usage: MAP_READ | COPY_DST });
  const encoder = device.createCommandEncoder({ label: `readback ${plan.strip.index}` });
  encoder.copyBufferToBuffer(slot.buffers.developed, 0, staging, 0, size);
  device.queue.submit([encoder.finish()]);
  try {
    await staging.mapAsync(MODE_READ);
    return new Uint8Array(staging.getMappedRange()).slice();
  } finally {
    staging.destroy();
  }
}
