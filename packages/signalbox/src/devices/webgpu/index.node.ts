/**
 * `signalbox/webgpu` for Node: a GPU by the npm package `webgpu`, as queues with fences; hardware where there is some, else a
 * software GPU.
 */
import { findAdapter } from "./node/look-up.ts";
import type { GpuDriver } from "./node/look-up.ts";
import { adapterOptions, openOnAdapter } from "./open.ts";
import type { WebGpuOptions } from "./open.ts";
import type { WebGpuDevice } from "./webgpu-device.ts";

export { GPUBufferUsage, GPUMapMode, GPUShaderStage, GPUTextureUsage } from "./constants.ts";
export type { GpuAnswer, GpuContext, GpuJob, ReadOptions } from "./gpu-job.ts";
export { IsolatedWebGpuDevice } from "./isolated/isolated-device.ts";
export { IsolatedError } from "./isolated/isolated-error.ts";
export type {
  IsolatedArgs,
  IsolatedCall,
  IsolatedContext,
  IsolatedGpuJob,
  RestorableCall,
} from "./isolated/isolated-job.ts";
export { IsolatedRestorable } from "./isolated/isolated-restorable.ts";
export { openIsolatedWebGpu } from "./isolated/open.ts";
export type { IsolatedWebGpuOptions } from "./isolated/open.ts";
export type { AdapterRecord } from "./isolated/protocol.ts";
export type { StandbyState } from "./isolated/standby.ts";
export type { DriverRoute } from "./node/driver-routes.ts";
export type { GpuDriver } from "./node/look-up.ts";
export type { WebGpuOptions } from "./open.ts";
export { Restorable } from "./restorable.ts";
export type { GpuMaker } from "./restorable.ts";
export { WebGpuDevice } from "./webgpu-device.ts";
export { WebGpuError } from "./webgpu-error.ts";
export type { ScopeFilter, WebGpuErrorKind } from "./webgpu-error.ts";

/** What to open in Node; everything may be left out. */
export interface WebGpuNodeOptions extends WebGpuOptions {
  /** Which driver to use; the environment's SIGNALBOX_WEBGPU_DRIVER if left out, else "auto". */
  readonly driver?: GpuDriver;
}

/**
 * Opens a GPU: the first that is found among what VK_DRIVER_FILES or VK_ICD_FILENAMES names, the system's Vulkan,
 * Chromium's software GPU, and the one in the npm package `@sparticuz/chromium` (unpacked once into the user's cache
 * folder). On macOS and Windows: the system's.
 *
 * To choose a driver it sets VK_ICD_FILENAMES in this process. Rejects with `SignalboxError`: ENODEV where no adapter or no
 * `webgpu` package is found, with what to install; EINVAL for a feature or limit that the adapter doesn't have.
 *
 * @example
 * ```ts
 * const gpu = await openWebGpu();
 * console.log(gpu.adapterInfo.description);
 * ```
 */
export async function openWebGpu(options: WebGpuNodeOptions = {}): Promise<WebGpuDevice> {
  const driver = options.driver ?? process.env["SIGNALBOX_WEBGPU_DRIVER"] ?? "auto";
  return openOnAdapter(options, async () => {
    const { adapter, implementation } = await findAdapter(driver, adapterOptions(options));
    return { adapter, unpin: implementation.unpin };
  });
}
