/**
 * The npm package `webgpu` (Dawn): loaded when a device is opened, and kept alive while any device needs it.
 *
 * Invariant: the object that `create()` answers is pinned from its making until nothing of the device is left. Collected
 * while work is pending, it takes the process down with it; holding on to the device or the adapter does not prevent that.
 */
import { SignalboxError } from "../../../errors.ts";

/** The version that this package was built and tested with; a peer dependency. */
const VERSION = "0.6.2";

const pinned = new Set<GPU>();

/** @internal An implementation of WebGPU, and the one way to let go of it. */
export interface Implementation {
  readonly gpu: GPU;
  /** When nothing of its adapters and devices is left, and not before. */
  readonly unpin: () => void;
}

/** @internal Makes an implementation, pinned; it uses the driver that the environment names now. */
export function createImplementation(webgpu: WebGpuPackage): Implementation {
  const gpu = webgpu.create([]);
  pinned.add(gpu);
  return { gpu, unpin: () => void pinned.delete(gpu) };
}

/** @internal What of the package is used here. */
export interface WebGpuPackage {
  create(options: string[]): GPU;
}

/** @internal Loads the package. Throws `SignalboxError` ENODEV where it is missing, or is not for this machine. */
export async function loadPackage(): Promise<WebGpuPackage> {
  try {
    return await import("webgpu");
  } catch (error) {
    throw new SignalboxError("ENODEV", loadFailure(error), { cause: error });
  }
}

function loadFailure(error: unknown): string {
  if ((error as { readonly code?: string }).code === "ERR_MODULE_NOT_FOUND") {
    return `WebGPU in Node needs the npm package "webgpu", which is not installed: npm install webgpu@${VERSION}`;
  }
  return `The npm package "webgpu" doesn't load here (${process.platform}-${process.arch}): ${String(error)}. Version ${VERSION} is the one that is known to`;
}
