/**
 * The GPU developer: upload, compute and readback, three queues over the one queue of a GPU.
 *
 * A slot is the buffers of one strip in flight. Slots are used in turn, and a strip's upload waits for the fence of the
 * readback that used its slot before: that fence, not a counter, is what keeps a buffer from being written too early.
 *
 * Invariants
 *  U1  All slots together take no more bytes than the credits, and there is at least one.
 *  U2  A slot's next upload depends on its last readback. Only on its being over, whatever became of it: so the upload
 *      queue ignores failed dependencies, and an upload whose photo was not decoded fails by reading its result.
 */
import type { Fence, Job, JobQueue } from "signalbox";
import type { GpuJob, WebGpuDevice } from "signalbox/webgpu";
import { fitRows } from "../image/limits.ts";
import type { Picture, Size } from "../image/picture.ts";
import { BYTES_PER_PIXEL } from "../image/picture.ts";
import { viewRows } from "../image/slice.ts";
import { planStrips } from "../image/strips.ts";
import type { Strip } from "../image/strips.ts";
import { createSlot, encodeKernels, openPipelines, writeStrip } from "../kernels/gpu-encode.ts";
import type { Pipelines, Slot } from "../kernels/gpu-encode.ts";
import { gpuStripLimits, planGpu, slotSizes, totalBytes } from "../kernels/gpu-plan.ts";
import type { Developer, DeveloperLimits, StripJobs } from "./developer.ts";

/** More slots than this don't make a GPU faster, they only keep more strips waiting in its memory. */
const MOST_SLOTS = 8;

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
  readonly times: number[] = [];
  readonly #gpu: WebGpuDevice;
  readonly #pipelines: Pipelines;
  readonly #limits: DeveloperLimits;
  readonly #upload: JobQueue<GpuJob>;
  readonly #compute: JobQueue<GpuJob>;
  readonly #readback: JobQueue<GpuJob>;
  #slots: readonly TurnSlot[] = [];
  #turn = 0;

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

  get bytesHeld(): number {
    return this.#slots.reduce((sum, { slot }) => sum + totalBytes(slot.sizes), 0);
  }

  rowsFor(size: Size): number {
    const device = gpuStripLimits(this.#gpu.device.limits);
    // Four buffers of a strip's size stand side by side in its slot (gpu-plan.ts).
    const affordable = Math.floor(this.#limits.credits / 4);
    const bytes = Math.min(device.bytes, affordable);
    return fitRows(
      size,
      this.#limits.stripRows,
      { ...device, bytes },
      bytes === device.bytes ? "the GPU's buffers" : "the credits",
    );
  }

  prepare(strips: readonly Strip[]): void {
    if (strips.length === 0) return;
    const sizes = slotSizes(strips.map(planGpu));
    const count = Math.min(
      MOST_SLOTS,
      strips.length,
      Math.max(1, Math.floor(this.#limits.credits / totalBytes(sizes))),
    );
    this.#slots = Array.from({ length: count }, () => ({
      slot: createSlot(this.#gpu.device, this.#pipelines, sizes),
      lastRead: undefined,
    }));
  }

  develop(strip: Strip, decoded: Job<Picture>, target: () => Picture): StripJobs {
    const turn = this.#nextSlot();
    const { slot } = turn;
    const plan = planGpu(strip);
    let begun = 0;
    const upload = this.#upload.job({
      label: `upload ${strip.index}`,
      cost: plan.sizes.source,
      after: turn.lastRead === undefined ? decoded : [decoded, turn.lastRead],
      run: ({ queue }) => {
        begun = performance.now();
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
      run: async (gpu) => {
        const into = viewRows(target(), strip.output) as Uint8Array<ArrayBuffer>;
        await gpu.read(slot.buffers.developed, { size: into.byteLength, into });
        this.times.push(performance.now() - begun);
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

/** The strips that a picture is cut into. */
export function stripsFor(developer: Developer, { width, height }: Size): Strip[] {
  return planStrips(width, height, developer.rowsFor({ width, height }));
}

/** Bytes of a whole picture. */
export function pictureBytes({ width, height }: Size): number {
  return width * height * BYTES_PER_PIXEL;
}
