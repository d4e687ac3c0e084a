/**
 * The GPU plan: everything that developing one strip on a GPU needs, as data, before any device is touched.
 *
 * Five dispatches run over five buffers, two of which are used twice:
 *
 *     luma        source                 -> first       over the source rows
 *     horizontal  first                  -> second      over the source rows
 *     vertical    second                 -> first       over the blurred rows (luma is not needed any more)
 *     edges       first                  -> second      over the output rows
 *     compose     source, first, second  -> developed   over the output rows
 *
 * Memory: 16 bytes per pixel, 4 in each of source, first, second and developed, plus 32 bytes a strip. The first three hold
 * the halo too. A 4096-pixel-wide strip of 256 rows takes 16.5 MiB; whoever reads it back takes 4 bytes per pixel more.
 *
 * Invariants
 *  G1  No kernel reads a buffer it writes.
 *  G2  Every size is a multiple of 4 and, under `gpuStripLimits`, inside the device's limits; so is every dispatch.
 *  G3  Buffers as large as `slotSizes` of some strips serve each of these strips: the shaders take all numbers from the uniform.
 *  G4  The constants below are the WebGPU standard's: its globals are not there before a driver has been loaded.
 */
import { BYTES_PER_PIXEL } from "../image/picture.ts";
import type { StripLimits } from "../image/limits.ts";
import { pixelCount, rowCount, type Strip } from "../image/strips.ts";
import { STRIP_FIELDS, WORKGROUP, type KernelName } from "./shaders.ts";

const COPY_SRC = 0x04;
const COPY_DST = 0x08;
const UNIFORM = 0x40;
const STORAGE = 0x80;
const STAGE_COMPUTE = 0x4;

/** The buffers of one strip in flight. */
export type BufferName = "strip" | "source" | "first" | "second" | "developed";

/** Each buffer's usage, as GPUBufferUsage flags. */
export const BUFFER_USAGE: Readonly<Record<BufferName, GPUBufferUsageFlags>> = {
  strip: UNIFORM | COPY_DST,
  source: STORAGE | COPY_DST,
  first: STORAGE,
  second: STORAGE,
  developed: STORAGE | COPY_SRC,
};

/** The buffers' names, in the order above. */
export const BUFFER_NAMES = Object.keys(BUFFER_USAGE) as readonly BufferName[];

/** Bytes of the uniform: the buffer `strip`. */
export const UNIFORM_BYTES: number = STRIP_FIELDS.length * 4;

/** Bytes of each buffer. */
export type BufferSizes = Readonly<Record<BufferName, number>>;

/** What a kernel works on. */
export interface KernelPlan {
  readonly name: KernelName;
  readonly rows: "source" | "blurred" | "output";
  /** Bound at 1, 2, ...; the uniform is bound at 0. */
  readonly reads: readonly BufferName[];
  /** Bound after the last one read. */
  readonly writes: BufferName;
}

/** The kernels, in the order they run in. */
export const KERNELS: readonly KernelPlan[] = [
  { name: "luma", rows: "source", reads: ["source"], writes: "first" },
  { name: "horizontal", rows: "source", reads: ["first"], writes: "second" },
  { name: "vertical", rows: "blurred", reads: ["second"], writes: "first" },
  { name: "edges", rows: "output", reads: ["first"], writes: "second" },
  { name: "compose", rows: "output", reads: ["source", "first", "second"], writes: "developed" },
];

/** One dispatch: how many work groups across and down. */
export interface Dispatch {
  readonly kernel: KernelName;
  readonly x: number;
  readonly y: number;
}

/** One strip's work on a GPU. */
export interface GpuPlan {
  readonly strip: Strip;
  readonly sizes: BufferSizes;
  /** The uniform's contents. */
  readonly uniform: Uint32Array<ArrayBuffer>;
  readonly dispatches: readonly Dispatch[];
}

/** The limits of a device that matter here. */
export type GpuLimits = Pick<
  GPUSupportedLimits,
  "maxBufferSize" | "maxStorageBufferBindingSize" | "maxComputeWorkgroupsPerDimension"
>;

/** What strips a device can take; see image/limits.ts. */
export function gpuStripLimits(limits: GpuLimits): StripLimits {
  return {
    bytes: Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize),
    width: limits.maxComputeWorkgroupsPerDimension * WORKGROUP.columns,
    rows: limits.maxComputeWorkgroupsPerDimension * WORKGROUP.rows,
  };
}

/** Plans one strip. */
export function planGpu(strip: Strip): GpuPlan {
  const sourceBytes = pixelCount(strip, strip.source) * BYTES_PER_PIXEL;
  const outputBytes = pixelCount(strip, strip.output) * BYTES_PER_PIXEL;
  const numbers: Record<(typeof STRIP_FIELDS)[number], number> = {
    width: strip.width,
    height: strip.height,
    sourceFirst: strip.source.first,
    sourceRows: rowCount(strip.source),
    blurredFirst: strip.blurred.first,
    blurredRows: rowCount(strip.blurred),
    outputFirst: strip.output.first,
    outputRows: rowCount(strip.output),
  };
  const uniform = Uint32Array.from(STRIP_FIELDS, (field) => numbers[field]);
  return {
    strip,
    sizes: {
      strip: UNIFORM_BYTES,
      source: sourceBytes,
      first: sourceBytes,
      second: sourceBytes,
      developed: outputBytes,
    },
    uniform,
    dispatches: KERNELS.map(({ name, rows }) => ({
      kernel: name,
      x: Math.ceil(strip.width / WORKGROUP.columns),
      y: Math.ceil(rowCount(strip[rows]) / WORKGROUP.rows),
    })),
  };
}

/** Sizes that serve each of the strips, so that one set of buffers is used for one strip after the other. */
export function slotSizes(plans: readonly GpuPlan[]): BufferSizes {
  const largest = (name: BufferName): number => Math.max(0, ...plans.map((plan) => plan.sizes[name]));
  return {
    strip: largest("strip"),
    source: largest("source"),
    first: largest("first"),
    second: largest("second"),
    developed: largest("developed"),
  };
}

/** Bytes of a whole set of buffers: what one strip in flight costs on the GPU. */
export function totalBytes(sizes: BufferSizes): number {
  return BUFFER_NAMES.reduce((sum, name) => sum + sizes[name], 0);
}

/** A kernel's bind group layout. */
export function layoutEntries(kernel: KernelPlan): GPUBindGroupLayoutEntry[] {
  const types: GPUBufferBindingType[] = ["uniform", ...kernel.reads.map(() => "read-only-storage" as const), "storage"];
  return types.map((type, binding) => ({ binding, visibility: STAGE_COMPUTE, buffer: { type } }));
}

/** The buffers a kernel binds, in the order of its layout. */
export function boundBuffers(kernel: KernelPlan): BufferName[] {
  return ["strip", ...kernel.reads, kernel.writes];
}
