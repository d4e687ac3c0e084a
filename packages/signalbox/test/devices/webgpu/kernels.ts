/**
 * Kernels for the tests, on whatever device they get: one that adds to each number of a buffer, one that takes its time,
 * one that the device finds invalid, one that has no memory.
 */
import type { GpuContext } from "../../../src/devices/webgpu/index.browser.ts";
import { GPUBufferUsage } from "../../../src/devices/webgpu/constants.ts";

const { COPY_DST, COPY_SRC, STORAGE } = GPUBufferUsage;

/** A buffer of so many 32-bit numbers, for every use of these tests. */
export function makeBuffer(device: GPUDevice, numbers: number): GPUBuffer {
  return device.createBuffer({ size: numbers * 4, usage: STORAGE | COPY_SRC | COPY_DST });
}

/** A kernel over one buffer: a function that encodes a run of it. */
export type Kernel = (buffer: GPUBuffer) => GPUCommandBuffer;

function kernel(device: GPUDevice, body: string, workgroups: (numbers: number) => number): Kernel {
  const code = `
    @group(0) @binding(0) var<storage, read_write> numbers: array<u32>;
    @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
      let i = id.x;
      if (i < arrayLength(&numbers)) { ${body} }
    }`;
  const pipeline = device.createComputePipeline({
    layout: "auto",
    compute: { module: device.createShaderModule({ code }) },
  });
  return (buffer) => {
    const group = device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: [{ binding: 0, resource: { buffer } }],
    });
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(workgroups(buffer.size / 4));
    pass.end();
    return encoder.finish();
  };
}

/** Adds `amount` to each number. */
export function adder(device: GPUDevice, amount: number): Kernel {
  return kernel(device, `numbers[i] += ${amount}u;`, (numbers) => Math.ceil(numbers / 64));
}

/** Keeps a software GPU busy for tens of ms, and leaves the numbers as they are. */
export function sleeper(device: GPUDevice, rounds = 1_000_000): Kernel {
  return kernel(
    device,
    `var x = i; for (var n = 0u; n < ${rounds}u; n++) { x = x * 1664525u + 1013904223u; } if (x == 1u) { numbers[i] = x; }`,
    () => 1,
  );
}

/** Copies more than there is: the device finds it invalid. */
export function copyTooMuch({ device }: GpuContext, buffer: GPUBuffer): GPUCommandBuffer {
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(buffer, 0, makeBuffer(device, 1), 0, buffer.size + 4);
  return encoder.finish();
}

/** Makes buffers of the greatest size there is, until the device has no memory; they are destroyed again. */
export function fillMemory({ device }: GpuContext): undefined {
  const made = Array.from({ length: 64 }, () =>
    device.createBuffer({ size: device.limits.maxBufferSize, usage: COPY_DST }),
  );
  for (const buffer of made) buffer.destroy();
}
