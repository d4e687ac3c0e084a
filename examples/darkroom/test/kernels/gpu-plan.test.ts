import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fitRows } from "../../src/image/limits.ts";
import { planStrips } from "../../src/image/strips.ts";
import {
  BUFFER_NAMES,
  KERNELS,
  boundBuffers,
  gpuStripLimits,
  layoutEntries,
  planGpu,
  slotSizes,
  totalBytes,
} from "../../src/kernels/gpu-plan.ts";
import { SHADERS, WORKGROUP } from "../../src/kernels/shaders.ts";
import { anyCut } from "../support/pictures.ts";

const DEFAULT_LIMITS = {
  maxBufferSize: 2 ** 28,
  maxStorageBufferBindingSize: 2 ** 27,
  maxComputeWorkgroupsPerDimension: 65535,
};

describe("the GPU plan", () => {
  it("of a strip inside a picture", () => {
    const plan = planGpu(planStrips(100, 30, 10)[1]!);
    expect(plan.sizes).toEqual({ strip: 32, source: 8000, first: 8000, second: 8000, developed: 4000 });
    expect([...plan.uniform]).toEqual([100, 30, 5, 20, 9, 12, 10, 10]);
    expect(plan.dispatches).toEqual([
      { kernel: "luma", x: 4, y: 5 },
      { kernel: "horizontal", x: 4, y: 5 },
      { kernel: "vertical", x: 4, y: 3 },
      { kernel: "edges", x: 4, y: 3 },
      { kernel: "compose", x: 4, y: 3 },
    ]);
  });

  it("takes 16 bytes a pixel without the halo, as it says", () => {
    expect(totalBytes(planGpu(planStrips(64, 32, 32)[0]!).sizes)).toBe(64 * 32 * 16 + 32);
  });

  it("runs each kernel once, after those whose results it reads, and G1: never on a buffer it reads", () => {
    expect(KERNELS.map((kernel) => kernel.name)).toEqual(Object.keys(SHADERS));
    const written = new Set<string>(["source"]);
    for (const kernel of KERNELS) {
      expect(kernel.reads).not.toContain(kernel.writes);
      for (const name of kernel.reads) expect(written).toContain(name);
      written.add(kernel.writes);
    }
  });

  it("binds what the shaders declare: as many buffers, of the same kinds, in the same places", () => {
    for (const kernel of KERNELS) {
      const declared = [...SHADERS[kernel.name].matchAll(/@binding\((\d+)\) var<([a-z, _]+)>/g)].map((match) => ({
        binding: Number(match[1]),
        type: { uniform: "uniform", "storage, read": "read-only-storage", "storage, read_write": "storage" }[match[2]!],
      }));
      const planned = layoutEntries(kernel).map(({ binding, buffer }) => ({ binding, type: buffer!.type }));
      expect(planned).toEqual(declared);
      expect(boundBuffers(kernel)).toHaveLength(declared.length);
    }
  });

  it("G2: stays inside the limits that its strips were cut for", () => {
    const size = fc.record({
      width: fc.integer({ min: 1, max: 200_000 }),
      height: fc.integer({ min: 1, max: 50_000 }),
    });
    fc.assert(
      fc.property(size, fc.integer({ min: 1, max: 50_000 }), (size, wanted) => {
        const rows = fitRows(size, wanted, gpuStripLimits(DEFAULT_LIMITS), "the GPU");
        const strips = planStrips(size.width, size.height, rows);
        for (const strip of [strips[0]!, strips[strips.length >> 1]!, strips.at(-1)!]) {
          const plan = planGpu(strip);
          for (const name of BUFFER_NAMES) {
            expect(plan.sizes[name] % 4).toBe(0);
            expect(plan.sizes[name]).toBeLessThanOrEqual(DEFAULT_LIMITS.maxStorageBufferBindingSize);
          }
          for (const { x, y } of plan.dispatches) expect(Math.max(x, y)).toBeLessThanOrEqual(65535);
        }
      }),
    );
    expect(WORKGROUP.columns * WORKGROUP.rows).toBeLessThanOrEqual(256);
  });

  it("G3: has slots that serve each of their strips", () => {
    fc.assert(
      fc.property(anyCut, ({ width, height, maxRows }) => {
        const plans = planStrips(width, height, maxRows).map(planGpu);
        const slot = slotSizes(plans);
        for (const name of BUFFER_NAMES) {
          expect(slot[name]).toBe(Math.max(...plans.map((plan) => plan.sizes[name])));
        }
      }),
    );
  });
});
