/** The shaders on a real WebGPU device against the reference: not one pixel may differ. */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fitRows } from "../../src/image/limits.ts";
import type { Picture } from "../../src/image/picture.ts";
import { cutRows } from "../../src/image/slice.ts";
import { planStrips } from "../../src/image/strips.ts";
import {
  createSlot,
  destroySlot,
  encodeKernels,
  openPipelines,
  writeStrip,
  type Pipelines,
} from "../../src/kernels/gpu-encode.ts";
import { readBack } from "../../src/kernels/gpu-readback.ts";
import { gpuStripLimits, planGpu, slotSizes } from "../../src/kernels/gpu-plan.ts";
import { developReference } from "../../src/kernels/reference.ts";
import { develop } from "../../src/kernels/strip.ts";
import { comparePictures } from "../../src/verify.ts";
import { openTestGpu } from "../support/adapter.ts";
import { anyCut, inStrips, noisyPicture, pictureOf } from "../support/pictures.ts";

const opened = await openTestGpu();

describe.skipIf(opened === undefined)("the shaders", () => {
  let gpu: GPUDevice;
  const complaints: string[] = [];
  let pipelines: Pipelines;

  beforeAll(async () => {
    gpu = opened!.device;
    gpu.onuncapturederror = ({ error }) => complaints.push(error.message);
    pipelines = await openPipelines(gpu);
  });

  afterAll(async () => {
    await opened?.close();
    expect(complaints).toEqual([]);
  });

  /** Develops a picture on the GPU, all its strips through one slot. */
  async function onGpu(photo: Picture, maxRows: number): Promise<Picture> {
    const slot = createSlot(gpu, pipelines, slotSizes(planStrips(photo.width, photo.height, maxRows).map(planGpu)));
    try {
      return await inStrips(photo, maxRows, async (strip) => {
        const plan = planGpu(strip);
        writeStrip(gpu.queue, slot, plan, cutRows(photo, strip.source));
        gpu.queue.submit([encodeKernels(gpu, pipelines, slot, plan)]);
        return readBack(gpu, slot, plan);
      });
    } finally {
      destroySlot(slot);
    }
  }

  it.each([
    [1, 1, 1],
    [3, 2, 1],
    [257, 5, 2],
    [31, 4, 4],
    [32, 4, 4],
    [33, 5, 5],
    [1, 40, 3],
    [640, 480, 100],
  ])("develop %d x %d in strips of %d rows as the reference does", async (width, height, maxRows) => {
    const photo = noisyPicture(width, height);
    expect(comparePictures(developReference(photo), await onGpu(photo, maxRows))).toEqual({
      pixels: width * height,
      differing: 0,
    });
  });

  it("S4: develop any picture, cut anyhow, as the reference does", async () => {
    await fc.assert(
      fc.asyncProperty(anyCut, async ({ width, height, maxRows, seed }) => {
        const photo = noisyPicture(width, height, seed);
        expect(comparePictures(developReference(photo), await onGpu(photo, maxRows)).differing).toBe(0);
      }),
      { numRuns: 30 },
    );
  });

  it("compute every tone of every channel alike", async () => {
    const tones = pictureOf(256, 256, (i) => {
      const [x, y] = [(i >> 2) & 255, i >> 10];
      return [x, y, (x + y) >> 1, 255 - x][i & 3]!;
    });
    expect(comparePictures(developReference(tones), await onGpu(tones, 64)).differing).toBe(0);
  });

  it("develop a picture of 4096 x 200, sliced because the device's buffers are said to be small", async () => {
    const photo = noisyPicture(4096, 200);
    const limits = gpuStripLimits({ ...limitsOf(gpu), maxBufferSize: 2 ** 20 });
    const rows = fitRows(photo, 200, limits, "the GPU's buffers");
    expect(rows).toBe(54);
    // The strip kernels stand in for the reference, which is slow at this size; the two are compared in strip.test.ts.
    const expected = await inStrips(photo, 512, (strip) => develop({ strip, source: cutRows(photo, strip.source) }));
    expect(comparePictures(expected, await onGpu(photo, rows)).differing).toBe(0);
  });

  it("D2: refuse a strip that is larger than the slot, or has too few bytes", () => {
    const [small, large] = [planGpu(planStrips(8, 2, 2)[0]!), planGpu(planStrips(8, 4, 4)[0]!)];
    const slot = createSlot(gpu, pipelines, small.sizes);
    expect(() => writeStrip(gpu.queue, slot, large, new Uint8Array(128))).toThrow("needs 128 bytes of source, not 64");
    expect(() => writeStrip(gpu.queue, slot, small, new Uint8Array(60))).toThrow("has 64 source bytes, not 60");
    destroySlot(slot);
  });
});

function limitsOf(gpu: GPUDevice) {
  const { maxBufferSize, maxStorageBufferBindingSize, maxComputeWorkgroupsPerDimension } = gpu.limits;
  return { maxBufferSize, maxStorageBufferBindingSize, maxComputeWorkgroupsPerDimension };
}
