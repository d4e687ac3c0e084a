/**
 * The devices of a run: threads always, a GPU if it is asked for or there is one.
 *
 * States: open -> closed. Closing drains what was submitted; `interrupt` cancels first what has not started.
 */
import { availableParallelism } from "node:os";
import type { JobQueue } from "signalbox";
import { openWebGpu } from "signalbox/webgpu";
import type { WebGpuDevice } from "signalbox/webgpu";
import { openWorkers } from "signalbox/workers";
import type { WorkerJob, WorkersDevice } from "signalbox/workers";
import type { Options } from "../cli/options.ts";
import { causeText } from "../errors.ts";
import type { Developer } from "./developer.ts";
import { openGpuDeveloper } from "./gpu-developer.ts";
import { openThreadDeveloper } from "./thread-developer.ts";

/** What a run has opened. */
export interface Devices {
  readonly developer: Developer;
  readonly gpu: WebGpuDevice | undefined;
  readonly lanes: number;
  readonly decode: JobQueue<WorkerJob>;
  readonly encode: JobQueue<WorkerJob>;
  readonly verify: JobQueue<WorkerJob>;
  /** Cancels what has not started; what runs comes to its end. */
  interrupt(): void;
  /** Lets what was submitted run, and ends every thread and the GPU. */
  close(): Promise<void>;
}

/** Opens what the options ask for; `tell` is told when it turns out otherwise. Rejects where a GPU was asked for and there is none. */
export async function openDevices(options: Options, tell: (line: string) => void): Promise<Devices> {
  const lanes = options.workers ?? availableParallelism();
  const workers = await openWorkers({ lanes, name: "threads", slots: 2 });
  let gpu: WebGpuDevice | undefined;
  try {
    gpu = await openGpu(options, tell);
    const developer =
      gpu === undefined ? openThreadDeveloper(workers, lanes, options) : await openGpuDeveloper(gpu, options);
    return assemble(workers, gpu, lanes, developer);
  } catch (error) {
    await Promise.all([workers.close(), gpu?.close()]);
    throw error;
  }
}

async function openGpu({ device }: Options, tell: (line: string) => void): Promise<WebGpuDevice | undefined> {
  if (device === "workers") return undefined;
  try {
    return await openWebGpu({ name: "gpu" });
  } catch (error) {
    if (device === "webgpu") throw error;
    tell(`No GPU: ${causeText(error)}`);
    tell("The kernels run in TypeScript on worker threads instead.");
    return undefined;
  }
}

function assemble(workers: WorkersDevice, gpu: WebGpuDevice | undefined, lanes: number, developer: Developer): Devices {
  // Decoding waits for an earlier photo only to bound memory, whatever became of that photo.
  const decode = workers.queue("decode", { jobs: lanes, priority: "high", onFailedDependency: "ignore" });
  const encode = workers.queue("encode", { jobs: lanes, priority: "high" });
  const verify = workers.queue("verify", { jobs: lanes, priority: "low" });
  const all = [workers, gpu].filter((device) => device !== undefined);
  return {
    developer,
    gpu,
    lanes,
    decode,
    encode,
    verify,
    interrupt: () => {
      const cause = new Error("interrupted with Ctrl-C");
      for (const device of all) device.kill(cause);
    },
    close: async () => {
      await Promise.all(all.map((device) => device.close()));
    },
  };
}
