/** The comparison as a run makes it: opens what plain promises need, does the work, and closes it again. */
import { submit } from "signalbox";
import { openWebGpu } from "signalbox/webgpu";
import type { OutputFormat } from "../files/encode.ts";
import type { Devices } from "../pipeline/devices.ts";
import type { PlannedPhoto } from "../pipeline/photo-graph.ts";
import { THREAD_JOBS } from "../pipeline/thread-module.ts";
import { openPlainGpu } from "./plain-gpu.ts";
import { developPlainly } from "./plain-photos.ts";
import type { Check, Figures } from "./plain-photos.ts";
import { openPlainThreads } from "./plain-threads.ts";

/** Measures the same work with plain promises. Rejects if any of it fails. */
export async function measurePlainly(
  photos: readonly PlannedPhoto[],
  format: OutputFormat,
  devices: Devices,
): Promise<Figures> {
  // A device of its own: the buffers of the first run must not stand in its way.
  const gpu = devices.hasGpu ? await openWebGpu({ name: "plain" }) : undefined;
  try {
    const developer = gpu === undefined ? await openPlainThreads(devices.lanes) : await openPlainGpu(gpu.device);
    try {
      return await developPlainly(photos, format, developer, checkOn(devices));
    } finally {
      await developer.close();
    }
  } finally {
    await gpu?.close();
  }
}

/** The run's own threads compare, as they did with fences: what is measured is the developing. */
function checkOn({ verify }: Devices): Check {
  return async ({ input }, developed) => {
    const job = verify.job({
      label: `verify ${input}`,
      module: THREAD_JOBS,
      export: "verifyDeveloped",
      args: [{ path: input, developed }],
    });
    submit(job);
    await job.wait();
  };
}
