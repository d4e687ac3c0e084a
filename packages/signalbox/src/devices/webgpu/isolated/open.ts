/**
 * Opening an isolated device: its options, and the checks that they go through.
 */
import { nodeProcesses } from "../../../platform/processes.node.ts";
import { realPlatform } from "../../../platform/real.ts";
import { completeRecoveryOptions } from "../../../queue/recovery/recovery-options.ts";
import type { RecoveryOptions } from "../../../queue/recovery/recovery-options.ts";
import type { WebGpuNodeOptions } from "../index.node.ts";
import { IsolatedWebGpuDevice } from "./isolated-device.ts";

/** What to open in a process of its own; everything may be left out. */
export interface IsolatedWebGpuOptions extends Omit<WebGpuNodeOptions, "recover"> {
  /** Whether another process waits with an open GPU, to take over within milliseconds; true if left out. It costs its memory. */
  readonly standby?: boolean;
  /** How often, and how patiently, it is tried to come back; each attempt takes a process, and makes again what is restorable. */
  readonly recover?: Omit<RecoveryOptions, "platform">;
}

/**
 * Opens a GPU in a child process, so that a shader that never ends can be ended: its process is killed, another one takes over, what
 * was made with `restorable()` is made again there, and jobs that say `idempotent` run again.
 *
 * Jobs name functions of modules, which are called in that process. The processes end with this one, however it ends; an idle
 * device doesn't keep it alive. Rejects as `openWebGpu()` does, and with ENODEV if no process can be started.
 *
 * @example
 * ```ts
 * const gpu = await openIsolatedWebGpu();
 * const queue = gpu.queue("compute", { timeout: 2_000 });
 * const [done] = submit(queue.job({ module: new URL("./kernels.js", import.meta.url), export: "blur", idempotent: true }));
 * ```
 */
export async function openIsolatedWebGpu(options: IsolatedWebGpuOptions = {}): Promise<IsolatedWebGpuDevice> {
  const { name = "webgpu", slots = 256, standby = true, recover = {}, ...rest } = options;
  completeRecoveryOptions(name, recover);
  const device = new IsolatedWebGpuDevice({
    name,
    platform: realPlatform,
    processes: nodeProcesses(new URL("./child/entry.node.js", import.meta.url)),
    options: { ...rest, name },
    slots,
    standby,
    recover,
  });
  await device._open();
  return device;
}
