/**
 * The contestants of the WebGPU cases, all on one device: what they do is the same, how they wait for it is not.
 */
import { SignalboxError, submit } from "signalbox";
import type { Fence, JobQueue } from "signalbox";
import { openWebGpu } from "signalbox/webgpu";
import type { GpuJob, WebGpuDevice } from "signalbox/webgpu";
import type { Contestant, Lineup, Role, Skipped } from "../harness/contest.ts";
import { freshBody } from "../harness/job-body.ts";
import type { JobBody } from "../harness/job-body.ts";
import { makeCounter } from "./counter.ts";
import type { Counter } from "./counter.ts";

/** What a contestant has to work with. */
export interface Bench {
  readonly gpu: WebGpuDevice;
  readonly body: JobBody;
  readonly counter: Counter;
}

type Run = Contestant["run"];

/** Opens the GPU and lets each contestant make its `run`; or says why there is none. */
export async function onGpu(
  entries: readonly { readonly name: string; readonly role: Role; readonly make: (bench: Bench) => Run }[],
): Promise<Lineup | Skipped> {
  const gpu = await open();
  if (typeof gpu === "string") return { skipped: gpu };
  const contestants = entries.map(({ name, role, make }): Contestant => {
    const body = freshBody({ lanes: 1, distance: 0 });
    const counter = makeCounter(gpu.device);
    return {
      name,
      role,
      body,
      order: "kept",
      run: make({ gpu, body, counter }),
      async verify(jobs) {
        const count = await counter.take();
        return count === jobs ? undefined : `the GPU did ${count} of ${jobs} jobs`;
      },
    };
  });
  const { vendor, architecture, description } = gpu.adapterInfo;
  return {
    contestants,
    note: `on ${[vendor, architecture, description].filter((part) => part !== "").join(" ")}`,
    close: () => gpu.close({ timeout: 10_000 }),
  };
}

async function open(): Promise<WebGpuDevice | string> {
  try {
    return await openWebGpu({ name: "bench" });
  } catch (error) {
    if (error instanceof SignalboxError && error.code === "ENODEV") return error.message;
    throw error;
  }
}

/** Submits job `index` to a queue of the device. */
export function submitCount(queue: JobQueue<GpuJob>, { body, counter }: Bench, index: number): Fence {
  const [fence] = submit(
    queue.job({
      run: () => {
        body.start(index);
        return counter.encode();
      },
    }),
  );
  return fence;
}

/** The same by hand. */
export function submitRaw({ gpu, body, counter }: Bench, index: number): void {
  body.start(index);
  gpu.device.queue.submit([counter.encode()]);
}
