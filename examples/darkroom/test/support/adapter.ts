/** A real WebGPU device for tests: a GPU, or the software one that comes with npm (see openWebGpu). */
import { SignalboxError } from "signalbox";
import { openWebGpu } from "signalbox/webgpu";
import type { WebGpuDevice } from "signalbox/webgpu";

/** Opens a device; says aloud that there is none, and why, where there is none. */
export async function openTestGpu(): Promise<WebGpuDevice | undefined> {
  try {
    return await openWebGpu({ name: "test" });
  } catch (error) {
    if (!(error instanceof SignalboxError && error.code === "ENODEV")) throw error;
    console.warn(`SKIPPED, what needs a GPU: ${error.message}`);
    return undefined;
  }
}
