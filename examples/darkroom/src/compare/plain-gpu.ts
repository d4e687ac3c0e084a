/** The comparison's strips on a raw GPUDevice: buffers made for each strip, everything submitted at once, results awaited. */
import { viewRows } from "../image/slice.ts";
import type { Picture } from "../image/picture.ts";
import type { Strip } from "../image/strips.ts";
import { createSlot, destroySlot, encodeKernels, openPipelines, writeStrip } from "../kernels/gpu-encode.ts";
import type { Pipelines } from "../kernels/gpu-encode.ts";
import { planGpu, totalBytes } from "../kernels/gpu-plan.ts";
import { readBack } from "../kernels/gpu-readback.ts";
import type { PlainDeveloper } from "./plain-photos.ts";

/** Opens a plain developer on a device that stays the caller's to end. */
export async function openPlainGpu(device: GPUDevice): Promise<PlainDeveloper> {
  return new PlainGpu(device, await openPipelines(device));
}

class PlainGpu implements PlainDeveloper {
  readonly #device: GPUDevice;
  readonly #pipelines: Pipelines;

  constructor(device: GPUDevice, pipelines: Pipelines) {
    this.#device = device;
    this.#pipelines = pipelines;
  }

  bytesFor(strip: Strip): number {
    const { sizes } = planGpu(strip);
    return totalBytes(sizes) + sizes.developed; // and what is read back lies in a staging buffer first
  }

  async develop(strip: Strip, picture: Picture): Promise<Uint8Array> {
    const plan = planGpu(strip);
    const slot = createSlot(this.#device, this.#pipelines, plan.sizes);
    try {
      writeStrip(this.#device.queue, slot, plan, viewRows(picture, strip.source) as Uint8Array<ArrayBuffer>);
      this.#device.queue.submit([encodeKernels(this.#device, this.#pipelines, slot, plan)]);
      return await readBack(this.#device, slot, plan);
    } finally {
      destroySlot(slot);
    }
  }

  async close(): Promise<void> {
    await this.#device.queue.onSubmittedWorkDone();
  }
}
