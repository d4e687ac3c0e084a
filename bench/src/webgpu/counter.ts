/**
 * The smallest job for a GPU that leaves a trace: a shader that adds one to a counter.
 */
import { GPUBufferUsage, GPUMapMode } from "signalbox/webgpu";

/** One contestant's counter. */
export interface Counter {
  /** Commands that add one. */
  encode(): GPUCommandBuffer;
  /** Reads the counter and sets it back to 0. */
  take(): Promise<number>;
}

const SHADER = `
@group(0) @binding(0) var<storage, read_write> count: atomic<u32>;

@compute @workgroup_size(1)
fn main() {
  atomicAdd(&count, 1u);
}`;

export function makeCounter(device: GPUDevice): Counter {
  const pipeline = device.createComputePipeline({
    layout: "auto",
    compute: { module: device.createShaderModule({ code: SHADER }), entryPoint: "main" },
  });
  const { COPY_DST, COPY_SRC, MAP_READ, STORAGE } = GPUBufferUsage;
  const buffer = device.createBuffer({ size: 4, usage: STORAGE | COPY_SRC | COPY_DST });
  const readable = device.createBuffer({ size: 4, usage: MAP_READ | COPY_DST });
  const bindings = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: [{ binding: 0, resource: { buffer } }],
  });
  return {
    encode() {
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bindings);
      pass.dispatchWorkgroups(1);
      pass.end();
      return encoder.finish();
    },
    async take() {
      const encoder = device.createCommandEncoder();
      encoder.copyBufferToBuffer(buffer, 0, readable, 0, 4);
      encoder.clearBuffer(buffer);
      device.queue.submit([encoder.finish()]);
      await readable.mapAsync(GPUMapMode.READ);
      const [count = NaN] = new Uint32Array(readable.getMappedRange());
      readable.unmap();
      return count;
    },
  };
}
