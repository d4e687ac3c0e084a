/**
 * What a WebGPU job is made of, and what its `run` is given: the types that a program sees.
 */
import type { JobSpec } from "../../driver.ts";

/**
 * What `run` may answer: nothing, if it submitted what it wanted to; command buffers, to be submitted for it; or a promise,
 * which belongs to the job: it is done when the promise has resolved too, and what it resolves to is `job.result`.
 */
export type GpuAnswer = undefined | GPUCommandBuffer | readonly GPUCommandBuffer[] | PromiseLike<unknown>;

/**
 * One piece of work for the GPU.
 *
 * The job is done when all of this is true: what `run` did to the device was valid and had its memory, the work has
 * settled on the GPU, reads and the promise that `run` answered have resolved, and the device was not lost. Its errors:
 * EINVAL for what the device found invalid, ENOMEM when it had no memory, EIO for a loss, an internal error, or an
 * exception in `run`; the cause is the device's own error ({@link WebGpuError}), or the exception.
 *
 * @example
 * ```ts
 * const put = upload.job({ cost: pixels.byteLength, run: (gpu) => gpu.queue.writeBuffer(source, 0, pixels) });
 * const blur = compute.job({ run: (gpu) => encodeBlur(gpu.device) }).after(put);
 * const get = readback.job<Uint8Array>({ cost: target.size, run: (gpu) => gpu.read(target) }).after(blur);
 * ```
 */
export interface GpuJob extends JobSpec {
  /**
   * Gives the GPU its work: called once, inside a signalling section, when it is the job's turn. It must not wait or
   * submit jobs. What it does to the device before it returns, or before its first `await`, is the job's; error scopes
   * that it pushes it also pops.
   */
  readonly run: (gpu: GpuContext) => GpuAnswer;
}

/** What a job's `run` works with; valid until `run` returns, or until its first `await`. */
export interface GpuContext {
  /** The raw device. */
  readonly device: GPUDevice;
  /** The raw queue: `writeBuffer`, `submit` and the rest. */
  readonly queue: GPUQueue;
  /**
   * Reads bytes of a buffer (made with `COPY_SRC`) as they are when all that was submitted so far is done.
   *
   * The job waits for it, whether or not `run` answers the promise. Throws EINVAL when called after `run` returned; what
   * the device finds wrong with it (offset and size are multiples of 4) is the job's error.
   */
  read(source: GPUBuffer, options?: ReadOptions): Promise<Uint8Array<ArrayBuffer>>;
}

/** Which bytes to read, and to where. */
export interface ReadOptions {
  /** Where to begin, in bytes; 0 if left out. */
  readonly offset?: number;
  /** How many bytes; all from `offset` on if left out. */
  readonly size?: number;
  /** Where to put them, from its start; a new array if left out. At least `size` bytes. */
  readonly into?: Uint8Array<ArrayBuffer>;
}
