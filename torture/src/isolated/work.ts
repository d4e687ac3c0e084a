/** What the process of an isolated GPU is given to do: loaded by it, by its name. */
import type { IsolatedContext } from "signalbox/webgpu";
import * as kernels from "../gpu/kernels.ts";
import type { Kernel } from "../gpu/kernels.ts";

type Context = IsolatedContext<{ readonly buffer: GPUBuffer; readonly kernel: Kernel }>;

/** Makes a buffer of so many numbers. */
export function buffer({ device }: Context, numbers: number): GPUBuffer {
  return kernels.makeBuffer(device, numbers);
}

/** Makes one of the kernels. */
export function kernel({ device }: Context, name: "adder" | "sleeper" | "endless"): Kernel {
  if (name === "sleeper") return kernels.sleeper(device, 100_000);
  return name === "adder" ? kernels.adder(device) : kernels.endless(device);
}

/** Everything in one job: so it is as if done once, whatever ran before it, and in whatever process. */
export function writeAddAndRead(gpu: Context, first: number): Promise<Uint8Array> {
  const { buffer: target, kernel: add } = gpu.resources;
  gpu.queue.writeBuffer(target, 0, kernels.numbersFrom(first, target.size / 4));
  gpu.queue.submit([add(target)]);
  return gpu.read(target);
}

/** Runs the kernel that it is given. */
export function runs({ resources }: Context): GPUCommandBuffer {
  return resources.kernel(resources.buffer);
}

export function answers(_context: Context, value: number): Promise<number> {
  return new Promise((resolve) => setTimeout(resolve, value % 7, value));
}

export function throws(): never {
  throw new Error("It was to throw");
}

export function rejects(): Promise<never> {
  return Promise.reject(new Error("It was to reject"));
}

export function copiesTooMuch({ device, resources }: Context): GPUCommandBuffer {
  return kernels.copyTooMuch(device, resources.buffer);
}

export function fillsMemory({ device }: Context): void {
  kernels.fillMemory(device);
}

/** Ends the process. */
export function exits(): never {
  process.exit(3);
}
