/**
 * The GPU developer: upload, compute and readback, three queues over the one queue of a GPU.
 *
 * Strips take the slots (slots.ts) in turn, and a strip's upload waits for the fence of the readback that used its slot
 * before: that fence, not a counter, is what keeps a buffer from being written too early.
 *
 * Invariant U2: a slot's next upload depends on its last readback. Only on its being over, whatever became of it: so the
 * upload queue ignores failed dependencies, and an upload whose photo was not decoded fails by reading its result.
 */
import type { Fence, Job, JobQueue } from "signalbox";
import type { GpuJob, WebGpuDevice } from "signalbox/webgpu";
import { formatBytes } from "../cli/bytes.ts";
import { fitRows } from "../image/limits.ts";
import type { Picture, Size } from "../image/picture.ts";
import { viewRows } from "../image/slice.ts";
import type { Strip } from "../image/strips.ts";
import { encodeKernels, openPipelines, writeStrip } from "../kernels/gpu-encode.ts";
import type { Pipelines, Slot } from "../kernels/gpu-encode.ts";
import { gpuStripLimits, planGpu, totalBytes } from "../kernels/gpu-plan.ts";
import type { Developer, DeveloperLimits, StripJobs } from "./developer.ts";
import { Meter } from "./meter.ts";
import { MOST_SLOTS, affordableSource, createSlots } from "./slots.ts";

/** Buffers of a strip and, once it was used, the readback that has to be over before it is used again. */
interface TurnSlot {
  readonly slot: Slot;
  lastRead: Fence | undefined;
}

/** Opens a developer on a GPU that stays the caller's to close. Rejects if the kernels don't compile. */
export async function openGpuDeveloper(gpu: WebGpuDevice, limits: DeveloperLimits): Promise<Developer> {
  return new GpuDeveloper(gpu, await openPipelines(gpu.device), limits);
}

class GpuDeveloper implements Developer {
  readonly description: string;
  readonly #gpu: WebGpuDevice;
  readonly #pipelines: Pipelines;
  readonly #limits: DeveloperLimits;
  readonly #upload: JobQueue<GpuJob>;
  readonly #compute: JobQueue<GpuJob>;
  readonly #readback: JobQueue<GpuJob>;
  #slots: readonly TurnSlot[] = [];
  #turn = 0;
  #meter = new Meter();

  constructor(gpu: WebGpuDevice, pipelines: Pipelines, limits: DeveloperLimits) {
    const { credits } = limits;
    this.#gpu = gpu;
    this.#pipelines = pipelines;
    this.#limits = limits;
    this.description = describe(gpu.adapterInfo);
    this.#upload = gpu.queue("upload", { credits, onFailedDependency: "ignore" });
    this.#compute = gpu.queue("compute", { credits: MOST_SLOTS });
    this.#readback = gpu.queue("readback", { credits });
  }

  rowsFor(size: Size): number {
    const { credits, stripRows } = this.#limits;
    const device = gpuStripLimits(this.#gpu.device.limits);
    const affordable = affordableSource(credits);
    if (affordable >= device.bytes) return fitRows(size, stripRows, device, "the GPU's buffers");
    const limits = { ...device, bytes: affordable };
    return fitRows(size, stripRows, limits, `the credits of ${formatBytes(credits)}, a quarter for each of 4 buffers`);
  }

  async prepare(strips: readonly Strip[], meter: Meter): Promise<void> {
    // What is read back lies in a staging buffer first: that is what a readback costs.
    meter.include(() => this.#readback.creditsInFlight);
    this.#meter = meter;
    if (strips.length === 0) return;
    const slots = await createSlots(this.#gpu.device, this.#pipelines, strips.map(planGpu), this.#limits.credits);
    for (const { sizes } of slots) meter.add(totalBytes(sizes));
    this.#slots = slots.map((slot) => ({ slot, lastRead: undefined }));
  }

  develop(strip: Strip, decoded: Job<Picture>, target: () => Picture): StripJobs {
    const turn = this.#nextSlot();
    const { slot } = turn;
    const plan = planGpu(strip);
    const upload = this.#upload.job({
      label: `upload ${strip.index}`,
      cost: plan.sizes.source,
      after: turn.lastRead === undefined ? decoded : [decoded, turn.lastRead],
      run: ({ queue }) => {
        writeStrip(queue, slot, plan, viewRows(decoded.result, strip.source) as Uint8Array<ArrayBuffer>);
      },
    });
    const compute = this.#compute.job({
      label: `develop ${strip.index}`,
      after: upload,
      run: ({ device }) => encodeKernels(device, this.#pipelines, slot, plan),
    });
    const readback = this.#readback.job({
      label: `readback ${strip.index}`,
      cost: plan.sizes.developed,
      after: compute,
      run: (gpu) => {
        const into = viewRows(target(), strip.output) as Uint8Array<ArrayBuffer>;
        this.#meter.look();
        return gpu.read(slot.buffers.developed, { size: into.byteLength, into }).then(() => undefined);
      },
    });
    turn.lastRead = readback;
    return { jobs: [upload, compute, readback], done: readback, collect: () => undefined };
  }

  #nextSlot(): TurnSlot {
    const slot = this.#slots[this.#turn++ % this.#slots.length];
    if (slot === undefined) throw new RangeError("A strip is developed after prepare() has made its slots.");
    return slot;
  }
}

function describe({ vendor, architecture, description }: GPUAdapterInfo): string {
  const name = description === "" ? `${vendor} ${architecture}`.trim() : description;
  return `WebGPU on ${name === "" ? "an adapter without a name" : name}`;
}
