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
import { Interrupted } from "./outcome.ts";
import { openThreadDeveloper } from "./thread-developer.ts";

/** What a run has opened. */
export interface Devices {
  readonly developer: Developer;
  /** Whether the developer is on a GPU. */
  readonly hasGpu: boolean;
  /** How many threads there are. */
  readonly lanes: number;
  readonly inspect: JobQueue<WorkerJob>;
  readonly decode: JobQueue<WorkerJob>;
  readonly encode: JobQueue<WorkerJob>;
  readonly verify: JobQueue<WorkerJob>;
  /** Whether `interrupt` was called. From then on no queue takes a job. */
  readonly interrupted: boolean;
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
  // More jobs than threads would only wait in the threads instead of in their queues, and spoil the priorities.
  const credits = lanes;
  const all = [workers, gpu].filter((device) => device !== undefined);
  let interrupted = false;
  return {
    developer,
    hasGpu: gpu !== undefined,
    lanes,
    inspect: workers.queue("inspect", { credits }),
    // Decoding waits for an earlier photo only to bound memory, whatever became of that photo.
    decode: workers.queue("decode", { credits, priority: "high", onFailedDependency: "ignore" }),
    encode: workers.queue("encode", { credits, priority: "high" }),
    verify: workers.queue("verify", { credits, priority: "low" }),
    get interrupted() {
      return interrupted;
    },
    interrupt: () => {
      interrupted = true;
      const cause = new Interrupted();
      for (const device of all) device.kill(cause);
    },
    close: async () => {
      await Promise.all(all.map((device) => device.close()));
    },
  };
}
