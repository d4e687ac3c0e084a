/** What a GPU is given to do: kernels over one buffer of 32-bit numbers, and what it must refuse. */
import { GPUBufferUsage } from "signalbox/webgpu";

const { COPY_DST, COPY_SRC, STORAGE } = GPUBufferUsage;

/** A kernel over one buffer: encodes a run of it. */
export type Kernel = (buffer: GPUBuffer) => GPUCommandBuffer;

/** A buffer of so many numbers, for every use of these kernels. */
export function makeBuffer(device: GPUDevice, numbers: number): GPUBuffer {
  return device.createBuffer({ size: numbers * 4, usage: STORAGE | COPY_SRC | COPY_DST });
}

/** Adds to each number as many as its place. */
export function adder(device: GPUDevice): Kernel {
  return kernel(device, "numbers[i] += i;", (numbers) => Math.ceil(numbers / 64));
}

/** Keeps a software GPU busy for so many rounds (a million are some ms), and leaves the numbers as they are. */
export function sleeper(device: GPUDevice, rounds: number): Kernel {
  return kernel(
    device,
    `var x = i;
     for (var n = 0u; n < ${rounds}u; n++) { x = x * 1664525u + 1013904223u; }
     if (x == 1u && i > 1000000u) { numbers[i] = x; }`,
    () => 1,
  );
}

/** Never ends, unless somebody writes there what nobody does. For a process that can be killed. */
export function endless(device: GPUDevice): Kernel {
  return kernel(
    device,
    "loop { if (atomicLoad(&numbers[0]) == 4000000000u) { break; } }",
    () => 1,
    "array<atomic<u32>>",
  );
}

function kernel(device: GPUDevice, body: string, workgroups: (numbers: number) => number, type = "array<u32>"): Kernel {
  const code = `
    @group(0) @binding(0) var<storage, read_write> numbers: ${type};
    @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
      let i = id.x;
      if (i < arrayLength(&numbers)) { ${body} }
    }`;
  const module = device.createShaderModule({ code });
  const pipeline = device.createComputePipeline({ layout: "auto", compute: { module } });
  return (buffer) => {
    const layout = pipeline.getBindGroupLayout(0);
    const group = device.createBindGroup({ layout, entries: [{ binding: 0, resource: { buffer } }] });
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(workgroups(buffer.size / 4));
    pass.end();
    return encoder.finish();
  };
}

/** Copies more than there is. */
export function copyTooMuch(device: GPUDevice, buffer: GPUBuffer): GPUCommandBuffer {
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(buffer, 0, makeBuffer(device, 1), 0, buffer.size + 4);
  return encoder.finish();
}

/** Makes buffers of the greatest size there is until the device has no memory; they are destroyed again. */
export function fillMemory(device: GPUDevice): void {
  const made = Array.from({ length: 64 }, () =>
    device.createBuffer({ size: device.limits.maxBufferSize, usage: COPY_DST }),
  );
  for (const buffer of made) buffer.destroy();
}

/** Numbers to begin with, all alike. */
export function numbersFrom(first: number, count: number): Uint32Array<ArrayBuffer> {
  return new Uint32Array(count).fill(first);
}

/** Whether these bytes are what {@link adder} makes of them. */
export function isAdded(bytes: unknown, first: number, count: number): boolean {
  if (!(bytes instanceof Uint8Array) || bytes.byteLength !== count * 4) return false;
  // Copied: what comes from another process may begin anywhere in its buffer.
  const numbers = new Uint32Array(bytes.slice().buffer);
  return numbers.every((number, index) => number === first + index);
}
