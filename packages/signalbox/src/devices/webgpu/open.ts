/**
 * From an adapter to an open device: the part of opening that Node and browsers share.
 */
import { SignalboxError } from "../../errors.ts";
import { realPlatform } from "../../platform/real.ts";
import { completeRecoveryOptions } from "../../queue/recovery/recovery-options.ts";
import type { RecoveryOptions } from "../../queue/recovery/recovery-options.ts";
import type { OpenedGpu } from "./generation.ts";
import { WebGpuDevice } from "./webgpu-device.ts";

/** What to open; everything may be left out. */
export interface WebGpuOptions {
  /** The device's name, in fences, traces and errors; "webgpu" if left out. */
  readonly name?: string;
  /** Which GPU, where there are several; the implementation's choice if left out. */
  readonly powerPreference?: GPUPowerPreference;
  /** Take a software adapter although there may be a GPU. */
  readonly forceFallbackAdapter?: boolean;
  /** Features that the device must have; without one of them opening fails. `timestamp-query` is taken wherever there is one. */
  readonly requiredFeatures?: readonly GPUFeatureName[];
  /**
   * Limits that the device must have, by WebGPU's names. `maxBufferSize` and `maxStorageBufferBindingSize` are the
   * adapter's own unless they are named here; all others are WebGPU's defaults.
   */
  readonly requiredLimits?: Readonly<Record<string, number>>;
  /** How many jobs the GPU's queue holds at once, all queues together; 256 if left out. A device has no bound of its own. */
  readonly slots?: number;
  /**
   * Come back from a loss, and from a shader that hangs (a job past its `timeout`): another device takes the place of the one that is
   * gone, jobs that say `idempotent` run again on it, and what was made with `restorable()` is made again; how often and how
   * patiently is for the options to say, or `true` for what they are if left out. Without, a loss is the end of the device.
   */
  readonly recover?: boolean | Omit<RecoveryOptions, "platform">;
}

/** @internal What to ask an implementation for an adapter with. */
export function adapterOptions(options: WebGpuOptions): GPURequestAdapterOptions {
  const { powerPreference, forceFallbackAdapter } = options;
  return {
    ...(powerPreference === undefined ? {} : { powerPreference }),
    ...(forceFallbackAdapter === undefined ? {} : { forceFallbackAdapter }),
  };
}

/** @internal An adapter, which a device uses up; `unpin` is called when nothing of that device is left, or when there was none. */
export interface FoundAdapter {
  readonly adapter: GPUAdapter;
  readonly unpin: () => void;
}

/** @internal Opens a device on an adapter that `find` answers, and again on another one if it is to recover from losses. */
export async function openOnAdapter(options: WebGpuOptions, find: () => Promise<FoundAdapter>): Promise<WebGpuDevice> {
  const { name = "webgpu", slots = 256, recover = false } = options;
  if (!(slots >= 1)) throw new RangeError(`[Device "${name}"] needs at least one slot (got ${slots})`);
  const recovery = recover === true ? {} : recover === false ? undefined : recover;
  if (recovery !== undefined) completeRecoveryOptions(name, recovery);
  const reopen = async (): Promise<OpenedGpu> => openGpu(name, options, await find());
  return new WebGpuDevice({ name, first: await reopen(), reopen, slots, platform: realPlatform, recover: recovery });
}

async function openGpu(name: string, options: WebGpuOptions, { adapter, unpin }: FoundAdapter): Promise<OpenedGpu> {
  try {
    return { device: await requestDevice(name, adapter, options), adapterInfo: adapter.info, unpin };
  } catch (error) {
    unpin();
    throw error;
  }
}

/** Sizes that cost nothing to have: without them WebGPU's defaults (256 and 128 MiB) bound what a GPU of many GiB takes. */
const sizes = ["maxBufferSize", "maxStorageBufferBindingSize"] as const;

async function requestDevice(name: string, adapter: GPUAdapter, options: WebGpuOptions): Promise<GPUDevice> {
  const { requiredFeatures = [], requiredLimits = {} } = options;
  const missing = requiredFeatures.filter((feature) => !adapter.features.has(feature));
  if (missing.length > 0)
    throw new SignalboxError(
      "EINVAL",
      `[Device "${name}"] can't be opened: ${describeAdapter(adapter)} has no feature ${quote(missing)} (it has ${quote([...adapter.features])})`,
    );
  const features = new Set<GPUFeatureName>(requiredFeatures);
  if (adapter.features.has("timestamp-query")) features.add("timestamp-query");
  const limits: Record<string, number> = {};
  for (const size of sizes) limits[size] = adapter.limits[size];
  try {
    return await adapter.requestDevice({
      label: name,
      requiredFeatures: [...features],
      requiredLimits: { ...limits, ...requiredLimits },
    });
  } catch (error) {
    throw new SignalboxError(
      "EINVAL",
      `[Device "${name}"] can't be opened on ${describeAdapter(adapter)}: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
}

function describeAdapter({ info }: GPUAdapter): string {
  return `adapter "${[info.vendor, info.architecture, info.description].filter((part) => part !== "").join(" ")}"`;
}

function quote(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(", ");
}
