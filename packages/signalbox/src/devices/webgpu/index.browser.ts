/**
 * `signalbox/webgpu` for browsers: the GPU behind `navigator.gpu`, as queues with fences. For pages and workers.
 */
import { SignalboxError } from "../../errors.ts";
import { adapterOptions, openOnAdapter } from "./open.ts";
import type { WebGpuOptions } from "./open.ts";
import type { WebGpuDevice } from "./webgpu-device.ts";

export { GPUBufferUsage, GPUMapMode, GPUShaderStage, GPUTextureUsage } from "./constants.ts";
export type { GpuAnswer, GpuContext, GpuJob, ReadOptions } from "./gpu-job.ts";
export type { WebGpuOptions } from "./open.ts";
export { Restorable } from "./restorable.ts";
export type { GpuMaker } from "./restorable.ts";
export { WebGpuDevice } from "./webgpu-device.ts";
export { WebGpuError } from "./webgpu-error.ts";
export type { ScopeFilter, WebGpuErrorKind } from "./webgpu-error.ts";

/**
 * Opens the browser's GPU.
 *
 * Rejects with `SignalboxError`: ENODEV where there is no WebGPU or no adapter, EINVAL for a feature or limit that the
 * adapter doesn't have.
 *
 * @example `const gpu = await openWebGpu({ powerPreference: "high-performance" });`
 */
export async function openWebGpu(options: WebGpuOptions = {}): Promise<WebGpuDevice> {
  // An old browser, a page that isn't secure: the types say that it is always there.
  const gpu = (globalThis.navigator as { readonly gpu?: GPU } | undefined)?.gpu;
  if (gpu === undefined)
    throw new SignalboxError(
      "ENODEV",
      "This browser offers no WebGPU here (navigator.gpu is undefined): it needs a recent browser and a secure page (https or localhost)",
    );
  return openOnAdapter(options, async () => {
    const adapter = await gpu.requestAdapter(adapterOptions(options));
    if (adapter === null)
      throw new SignalboxError(
        "ENODEV",
        "This browser has WebGPU and no adapter for it: the GPU or its driver is blocked, or the browser was started without one",
      );
    return { adapter, unpin: () => {} };
  });
}
