/**
 * GPU encoding: turns the plan (gpu-plan.ts) into calls on a GPUDevice. It decides nothing and submits nothing.
 *
 * A slot is the set of buffers that one strip in flight occupies; a pool of slots is the bound on GPU memory. For one strip:
 *
 *     writeStrip -> submit(encodeKernels) -> read `developed` back -> the slot is free again
 *
 * Invariants
 *  D1  A slot serves one strip at a time, from writeStrip until its rows were read back; who holds it is the caller's affair.
 *  D2  A plan is only used with a slot whose buffers are at least as large (RangeError otherwise).
 *  D3  Nothing here waits but openPipelines; a slot is destroyed only when no work on it is pending.
 */
import { BUFFER_NAMES, BUFFER_USAGE, KERNELS, boundBuffers, layoutEntries } from "./gpu-plan.ts";
import type { BufferName, BufferSizes, GpuPlan } from "./gpu-plan.ts";
import { SHADERS, type KernelName } from "./shaders.ts";

/** The compiled kernels of one device. */
export type Pipelines = Readonly<Record<KernelName, GPUComputePipeline>>;

/** The buffers of one strip in flight, bound to the kernels. */
export interface Slot {
  readonly sizes: BufferSizes;
  readonly buffers: Readonly<Record<BufferName, GPUBuffer>>;
  readonly groups: Readonly<Record<KernelName, GPUBindGroup>>;
}

/** Compiles the kernels; rejects with the compiler's message if one does not compile. */
export async function openPipelines(device: GPUDevice): Promise<Pipelines> {
  const entries = KERNELS.map(async (kernel) => {
    const layout = device.createBindGroupLayout({ label: kernel.name, entries: layoutEntries(kernel) });
    const pipeline = await device.createComputePipelineAsync({
      label: kernel.name,
      layout: device.createPipelineLayout({ label: kernel.name, bindGroupLayouts: [layout] }),
      compute: { module: device.createShaderModule({ label: kernel.name, code: SHADERS[kernel.name] }) },
    });
    return [kernel.name, pipeline] as const;
  });
  return record(await Promise.all(entries));
}

/** Allocates a slot. A lack of memory shows in an error scope around the call, as with every WebGPU allocation. */
export function createSlot(device: GPUDevice, pipelines: Pipelines, sizes: BufferSizes): Slot {
  const buffers: Slot["buffers"] = record(
    BUFFER_NAMES.map((name) => {
      const descriptor = { label: name, size: sizes[name], usage: BUFFER_USAGE[name] };
      return [name, device.createBuffer(descriptor)] as const;
    }),
  );
  const groups: Slot["groups"] = record(
    KERNELS.map((kernel) => {
      const group = device.createBindGroup({
        label: kernel.name,
        layout: pipelines[kernel.name].getBindGroupLayout(0),
        entries: boundBuffers(kernel).map((name, binding) => ({ binding, resource: { buffer: buffers[name] } })),
      });
      return [kernel.name, group] as const;
    }),
  );
  return { sizes, buffers, groups };
}

/** Gives a slot's memory back. */
export function destroySlot(slot: Slot): void {
  for (const name of BUFFER_NAMES) slot.buffers[name].destroy();
}

/** Queues the upload of a strip: its numbers and its source rows. */
export function writeStrip(queue: GPUQueue, slot: Slot, plan: GpuPlan, source: Uint8Array<ArrayBuffer>): void {
  for (const name of BUFFER_NAMES) {
    if (slot.sizes[name] < plan.sizes[name]) {
      throw new RangeError(
        `Strip ${plan.strip.index} needs ${plan.sizes[name]} bytes of ${name}, not ${slot.sizes[name]}.`,
      );
    }
  }
  if (source.byteLength !== plan.sizes.source) {
    throw new RangeError(`Strip ${plan.strip.index} has ${plan.sizes.source} source bytes, not ${source.byteLength}.`);
  }
  queue.writeBuffer(slot.buffers.strip, 0, plan.uniform);
  queue.writeBuffer(slot.buffers.source, 0, source);
}

/** Encodes the five kernels, in one pass. `timestampWrites` times the pass on devices that can. */
export function encodeKernels(
  device: GPUDevice,
  pipelines: Pipelines,
  slot: Slot,
  plan: GpuPlan,
  timestampWrites?: GPUComputePassTimestampWrites,
): GPUCommandBuffer {
  const encoder = device.createCommandEncoder({ label: `strip ${plan.strip.index}` });
  const pass = encoder.beginComputePass(timestampWrites === undefined ? {} : { timestampWrites });
  for (const { kernel, x, y } of plan.dispatches) {
    pass.setPipeline(pipelines[kernel]);
    pass.setBindGroup(0, slot.groups[kernel]);
    pass.dispatchWorkgroups(x, y);
  }
  pass.end();
  return encoder.finish();
}

/** A record of all the pairs; the caller passes every key. */
function record<K extends string, V>(pairs: readonly (readonly [K, V])[]): Record<K, V> {
  return Object.fromEntries(pairs) as Record<K, V>;
}
