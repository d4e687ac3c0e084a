/**
 * The program that `proofs/close` runs again and again: opens a device, gives it work, closes it while that is under way,
 * and then does nothing. It has to end by itself.
 *
 *     node close-program.js sim|workers|webgpu [--in-time]
 *
 * `--in-time` gives the device 1 ms to finish. Exit codes: 0 every fence signalled; 1 one did not; 3 there is no such device here.
 */
import { SignalboxError, submit } from "signalbox";
import type { Fence, JobQueue } from "signalbox";
import { openSim } from "signalbox/sim";
import { GPUBufferUsage, openWebGpu } from "signalbox/webgpu";
import { openWorkers } from "signalbox/workers";

/** What the program needs of a device, whichever it is. */
interface Busy {
  /** Submits a batch of jobs that depend on one another over two queues. */
  work(): readonly Fence[];
  close(options: { readonly timeout?: number }): Promise<void>;
}

const BATCHES = 12;
const HASH =
  "data:text/javascript,export default (n) => { let h = n; for (let i = 0; i < 3e6; i++) h = (h * 31 + i) | 0; return h; }";

function pairs<Spec extends object>(first: JobQueue<Spec>, second: JobQueue<Spec>, spec: () => Spec): readonly Fence[] {
  const cause = first.job(spec());
  return submit(cause, second.job(spec()).after(cause));
}

const open: Readonly<Record<string, () => Promise<Busy>>> = {
  sim: () => {
    const device = openSim({ rings: 2 });
    const queues = [device.queue("a", { credits: 2 }), device.queue("b", { ring: 1 })] as const;
    return Promise.resolve({
      work: () => pairs(...queues, () => ({ duration: 5 })),
      close: (options) => device.close(options),
    });
  },
  workers: async () => {
    const device = await openWorkers({ lanes: 2 });
    const queues = [device.queue("a", { credits: 4 }), device.queue("b", { lane: 1 })] as const;
    return {
      work: () => pairs(...queues, () => ({ module: HASH, args: [1] })),
      close: (options) => device.close(options),
    };
  },
  webgpu: async () => {
    const device = await openWebGpu();
    const queues = [device.queue("upload", { credits: 1 << 20 }), device.queue("readback", { jobs: 4 })] as const;
    const usage = GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    const buffer = device.device.createBuffer({ size: 1 << 16, usage });
    const bytes = new Uint8Array(1 << 16);
    return {
      work: () => {
        const put = queues[0].job({ cost: bytes.byteLength, run: ({ queue }) => queue.writeBuffer(buffer, 0, bytes) });
        return submit(put, queues[1].job({ run: (gpu) => gpu.read(buffer) }).after(put));
      },
      close: (options) => device.close(options),
    };
  },
};

async function main(name: string, inTime: boolean): Promise<number> {
  const device = await open[name]?.();
  if (device === undefined) throw new Error(`There is no device "${name}"`);
  const fences = Array.from({ length: BATCHES }, () => device.work()).flat();
  await fences[0]?.wait();
  const inFlight = fences.some((fence) => !fence.signalled);
  await device.close(inTime ? { timeout: 1 } : {});
  return inFlight && fences.every((fence) => fence.signalled) ? 0 : 1;
}

try {
  process.exitCode = await main(process.argv[2] ?? "", process.argv.includes("--in-time"));
} catch (error) {
  if (!(error instanceof SignalboxError) || error.code !== "ENODEV") throw error;
  process.exitCode = 3;
}
