/** The slots of a GPU developer: how many, how large, and what happens where there is no memory for them. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fitRows } from "../../src/image/limits.ts";
import { planStrips } from "../../src/image/strips.ts";
import { planGpu, totalBytes } from "../../src/kernels/gpu-plan.ts";
import { MOST_SLOTS, affordableSource, createSlots, planSlots } from "../../src/pipeline/slots.ts";

const KIBI = 1024;

describe("the slots", () => {
  it("U1: all together take no more than the credits, and there is at least one, for photos of any sizes", () => {
    const size = fc.record({ width: fc.integer({ min: 1, max: 300 }), height: fc.integer({ min: 1, max: 300 }) });
    const sizes = fc.array(size, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(
        sizes,
        fc.integer({ min: 100, max: 400 * KIBI }),
        fc.integer({ min: 1, max: 99 }),
        (photos, credits, wanted) => {
          const fitting = photos.flatMap(({ width, height }) => {
            try {
              const rows = fitRows({ width, height }, wanted, { bytes: affordableSource(credits) }, "the credits");
              return planStrips(width, height, rows);
            } catch {
              return []; // too wide for these credits: such a photo fails before there are slots
            }
          });
          fc.pre(fitting.length > 0);
          const { count, sizes } = planSlots(fitting.map(planGpu), credits);
          expect(count).toBeGreaterThanOrEqual(1);
          expect(count).toBeLessThanOrEqual(Math.min(MOST_SLOTS, fitting.length));
          expect(count * totalBytes(sizes)).toBeLessThanOrEqual(credits);
        },
      ),
    );
  });

  it("U1: leave room for the uniform where four buffers alone would fill the credits", () => {
    const [strip] = planStrips(8, 4, 4);
    const exact = totalBytes(planGpu(strip!).sizes);
    expect(affordableSource(exact)).toBe(8 * 4 * 4);
    expect(affordableSource(exact - 1)).toBe(8 * 4 * 4 - 1);
    expect(affordableSource(3)).toBe(0);
  });

  it("are as many as the credits allow, but no more than strips, nor than a GPU can use", () => {
    const plans = planStrips(64, 100, 1).map(planGpu);
    const each = totalBytes(planSlots(plans, 1).sizes);
    expect(planSlots(plans, 3 * each).count).toBe(3);
    expect(planSlots(plans, 1000 * each).count).toBe(MOST_SLOTS);
    expect(planSlots(plans.slice(0, 2), 1000 * each).count).toBe(2);
  });

  it("that the GPU has no memory for are an error that says how many bytes, and are given back", async () => {
    const { device, pipelines, left } = poorDevice();
    const plans = planStrips(1024, 256, 64).map(planGpu);
    await expect(createSlots(device, pipelines, plans, 2 ** 30)).rejects.toMatchObject({
      code: "device-memory",
      message: "The GPU has no memory for 4.5 MiB of buffers: lower --credits or --strip-rows.",
      cause: { message: "out of memory" },
    });
    expect(left()).toBe(0);
  });
});

/** A device that has handles, and memory for none of them. */
function poorDevice() {
  let buffers = 0;
  const device = {
    pushErrorScope: () => undefined,
    popErrorScope: async () => ({ message: "out of memory" }),
    createBuffer: () => {
      buffers++;
      return { destroy: () => --buffers };
    },
    createBindGroup: () => ({}),
  };
  const pipeline = { getBindGroupLayout: () => ({}) };
  const pipelines = new Proxy({}, { get: () => pipeline });
  return { device: device as never as GPUDevice, pipelines: pipelines as never, left: () => buffers };
}
