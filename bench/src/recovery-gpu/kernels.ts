/**
 * What runs on the GPUs of `recovery-gpu/endless`, in their processes: a shader that never ends, and one that does its work.
 */
import { GPUBufferUsage } from "signalbox/webgpu";
import type { IsolatedContext } from "signalbox/webgpu";

/** What the jobs name. */
export interface Things {
  readonly buffer: GPUBuffer;
  readonly pipelines: Pipelines;
}

/** A pipeline for each kernel. */
export interface Pipelines {
  readonly hang: GPUComputePipeline;
  readonly add: GPUComputePipeline;
}

const NUMBERS = 64;

function pipeline(device: GPUDevice, body: string): GPUComputePipeline {
  const code = `
    @group(0) @binding(0) var<storage, read_write> numbers: array<atomic<u32>>;
    @compute @workgroup_size(64) fn main(@builtin(local_invocation_index) i: u32) { ${body} }`;
  return device.createComputePipeline({ layout: "auto", compute: { module: device.createShaderModule({ code }) } });
}

function dispatch(device: GPUDevice, made: GPUComputePipeline, buffer: GPUBuffer): GPUCommandBuffer {
  const entries = [{ binding: 0, resource: { buffer } }];
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(made);
  pass.setBindGroup(0, device.createBindGroup({ layout: made.getBindGroupLayout(0), entries }));
  pass.dispatchWorkgroups(1);
  pass.end();
  return encoder.finish();
}

/** Makes both pipelines, and has each compiled to the end by a run of `add`. */
export function makePipelines({ device, queue }: Pick<IsolatedContext, "device" | "queue">): Pipelines {
  const add = pipeline(device, "atomicAdd(&numbers[i], 1u);");
  const hang = pipeline(device, "loop { if (atomicLoad(&numbers[0]) == 4000000000u) { break; } }");
  queue.submit([dispatch(device, add, makeBuffer({ device, queue }, 0))]);
  return { add, hang };
}

/** Makes a buffer of so many numbers, all the same. */
export function makeBuffer({ device, queue }: Pick<IsolatedContext, "device" | "queue">, value: number): GPUBuffer {
  const { COPY_DST, COPY_SRC, STORAGE } = GPUBufferUsage;
  const buffer = device.createBuffer({ size: NUMBERS * 4, usage: STORAGE | COPY_SRC | COPY_DST });
  queue.writeBuffer(buffer, 0, new Uint32Array(NUMBERS).fill(value));
  return buffer;
}

/** Never ends. */
export function hang({ device, resources: { buffer, pipelines } }: IsolatedContext<Things>): GPUCommandBuffer {
  return dispatch(device, pipelines.hang, buffer);
}

/** Writes `value`, adds 1, and reads the first and the last number. */
export async function work(context: IsolatedContext<Things>, value: number): Promise<number[]> {
  const { device, queue, resources } = context;
  queue.writeBuffer(resources.buffer, 0, new Uint32Array(NUMBERS).fill(value));
  queue.submit([dispatch(device, resources.pipelines.add, resources.buffer)]);
  const numbers = new Uint32Array((await context.read(resources.buffer)).buffer);
  return [numbers[0]!, numbers[NUMBERS - 1]!];
}
