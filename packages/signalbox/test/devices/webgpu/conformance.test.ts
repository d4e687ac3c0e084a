/** The conformance suite on a real WebGPU device. */
import { it } from "vitest";
import { deviceConformance } from "../../../src/testing/index.ts";
import type { ConformanceTarget } from "../../../src/testing/index.ts";
import type { Device } from "../../../src/device.ts";
import type { JobSpec } from "../../../src/driver.ts";
import { WebGpuDevice, openWebGpu } from "../../../src/devices/webgpu/index.node.ts";
import type { GpuJob } from "../../../src/devices/webgpu/index.node.ts";
import { describeGpu } from "./device.ts";
import { adder, copyTooMuch, makeBuffer, sleeper } from "./kernels.ts";
import type { Kernel } from "./kernels.ts";

interface Kit {
  readonly buffer: GPUBuffer;
  readonly add: Kernel;
  readonly sleep: Kernel;
}

const kits = new WeakMap<GPUDevice, Kit>();

function kitOf(device: Device<GpuJob>): Kit {
  if (!(device instanceof WebGpuDevice)) throw new Error("not a WebGPU device");
  const raw = device.device;
  let kit = kits.get(raw);
  if (kit === undefined) {
    kit = { buffer: makeBuffer(raw, 64), add: adder(raw, 1), sleep: sleeper(raw) };
    kits.set(raw, kit);
  }
  return kit;
}

const target: ConformanceTarget<GpuJob> = {
  name: "webgpu",
  open: () => openWebGpu(),
  works(device: Device<GpuJob>, base: JobSpec) {
    const { add, buffer } = kitOf(device);
    return { ...base, run: () => add(buffer) };
  },
  fails(device: Device<GpuJob>, base: JobSpec) {
    const { buffer } = kitOf(device);
    return { ...base, run: (context) => copyTooMuch(context, buffer) };
  },
  slow(device: Device<GpuJob>, base: JobSpec) {
    const { sleep, buffer } = kitOf(device);
    return { ...base, run: () => sleep(buffer) };
  },
  invalid: {} as GpuJob,
};

describeGpu("the WebGPU device keeps the promises", () => {
  for (const { name, run } of deviceConformance(target)) it(name, run);
});
