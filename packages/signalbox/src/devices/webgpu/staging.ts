/**
 * Reads bytes back: copies them into a buffer that the CPU can map, maps it when the GPU is done, and copies them out.
 *
 * Life of a read: copied (submitted, in the caller's section) -> mapping -> mapped and copied out -> its staging buffer goes
 * back to the pool; or -> rejected (lost, or invalid), and the staging buffer is destroyed.
 *
 * Invariants: the pool never makes anybody wait: without a free buffer a new one is made (the credits of the queue bound how
 * many). A buffer in the pool is unmapped. What the pool keeps is bounded; what is above is destroyed.
 */
import { GPUBufferUsage, GPUMapMode } from "./constants.ts";
import type { ReadOptions } from "./gpu-job.ts";
import type { Outstanding } from "./outstanding.ts";

const KIBI = 1024;
const MEBI = 1024 * KIBI;
/** What the pool keeps at most, in bytes. */
const KEEP = 64 * MEBI;

/** @internal */
export class Staging {
  readonly #device: GPUDevice;
  readonly #outstanding: Outstanding;
  readonly #free = new Map<number, GPUBuffer[]>();
  #kept = 0;

  constructor(device: GPUDevice, outstanding: Outstanding) {
    this.#device = device;
    this.#outstanding = outstanding;
  }

  // SIGNALLING: called from a job's `run`; takes a free buffer or makes one, and never waits for one to come back.
  read(source: GPUBuffer, options: ReadOptions): Promise<Uint8Array<ArrayBuffer>> {
    const { offset = 0, size = source.size - offset, into } = options;
    if (into !== undefined && into.byteLength < size)
      throw new RangeError(`The array to read into has ${into.byteLength} of the ${size} bytes`);
    const staging = this.#take(size);
    const encoder = this.#device.createCommandEncoder();
    encoder.copyBufferToBuffer(source, offset, staging, 0, size);
    this.#device.queue.submit([encoder.finish()]);
    return this.#map(staging, size, into);
  }

  async #map(
    staging: GPUBuffer,
    size: number,
    into: Uint8Array<ArrayBuffer> | undefined,
  ): Promise<Uint8Array<ArrayBuffer>> {
    this.#outstanding.begin();
    try {
      await staging.mapAsync(GPUMapMode.READ, 0, size);
      const bytes = into ?? new Uint8Array(size);
      bytes.set(new Uint8Array(staging.getMappedRange(0, size)));
      staging.unmap();
      this.#give(staging);
      return bytes;
    } catch (error) {
      staging.destroy();
      throw error;
    } finally {
      this.#outstanding.end();
    }
  }

  /** Destroys what the pool keeps. */
  clear(): void {
    for (const buffers of this.#free.values()) for (const buffer of buffers) buffer.destroy();
    this.#free.clear();
    this.#kept = 0;
  }

  #take(size: number): GPUBuffer {
    const rounded = roundUp(size);
    const buffer = this.#free.get(rounded)?.pop();
    if (buffer !== undefined) {
      this.#kept -= rounded;
      return buffer;
    }
    return this.#device.createBuffer({
      label: "signalbox staging",
      size: rounded,
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    });
  }

  #give(buffer: GPUBuffer): void {
    if (this.#kept + buffer.size > KEEP) {
      buffer.destroy();
      return;
    }
    this.#kept += buffer.size;
    const buffers = this.#free.get(buffer.size);
    if (buffers === undefined) this.#free.set(buffer.size, [buffer]);
    else buffers.push(buffer);
  }
}

/** To a power of two up to 1 MiB, then to whole MiB: few sizes, so that buffers are used again, and little waste. */
function roundUp(size: number): number {
  if (size > MEBI) return Math.ceil(size / MEBI) * MEBI;
  let rounded = 4 * KIBI;
  while (rounded < size) rounded *= 2;
  return rounded;
}
