/** The kinds of jobs for a GPU in this process: what a program may get wrong on it, each with how it must end. */
import type { GpuJob, Restorable } from "signalbox/webgpu";
import type { JobKind } from "../load/world.ts";
import { copyTooMuch, fillMemory, isAdded, numbersFrom } from "./kernels.ts";
import type { Kernel } from "./kernels.ts";

/** What comes back with the device. */
export interface GpuThings {
  readonly buffers: readonly { readonly buffer: Restorable<GPUBuffer>; readonly numbers: number }[];
  readonly add: Restorable<Kernel>;
  readonly sleep: Restorable<Kernel>;
}

export function gpuKinds({ buffers, add, sleep }: GpuThings): readonly JobKind<GpuJob>[] {
  return [
    {
      name: "writes, adds and reads",
      weight: 30,
      make(chance) {
        const { buffer, numbers } = chance.one(buffers);
        const first = chance.below(1_000_000);
        return {
          // Everything in one job: so it is as if done once, whatever ran before it, and on whatever device.
          spec: {
            run(gpu) {
              gpu.queue.writeBuffer(buffer.current, 0, numbersFrom(first, numbers));
              gpu.queue.submit([add.current(buffer.current)]);
              return gpu.read(buffer.current);
            },
          },
          right: (result) => isAdded(result, first, numbers),
        };
      },
    },
    {
      name: "keeps the GPU busy",
      weight: 4,
      make: (chance) => ({ spec: { run: () => sleep.current(chance.one(buffers).buffer.current) } }),
    },
    {
      name: "takes longer than it may",
      weight: 2,
      make(chance, world) {
        // Who has done no wrong, and may not run again, ends with ECANCELED; a fast GPU may be done in time.
        world.books.hazard("ECANCELED", "EIO");
        const { buffer } = chance.one(buffers);
        const encode = (): GPUCommandBuffer[] => Array.from({ length: 8 }, () => sleep.current(buffer.current));
        return { spec: { timeout: chance.between(1, 10), idempotent: false, run: encode }, may: ["ETIME"] };
      },
    },
    {
      name: "does nothing",
      weight: 6,
      make: () => ({ spec: { run: () => undefined }, right: (result) => result === undefined }),
    },
    {
      name: "answers a promise",
      weight: 6,
      make(chance) {
        const value = chance.below(1_000);
        const soon = (): Promise<number> => new Promise((resolve) => setTimeout(resolve, value % 7, value));
        return { spec: { run: soon }, right: (result) => result === value };
      },
    },
    {
      name: "throws",
      weight: 3,
      make: () => ({
        spec: {
          run(): undefined {
            throw new Error("It was to throw");
          },
        },
        fails: true,
        may: ["EIO"],
      }),
    },
    {
      name: "answers a promise that rejects",
      weight: 3,
      make: () => ({
        spec: { run: () => Promise.reject(new Error("It was to reject")) },
        fails: true,
        may: ["EIO"],
      }),
    },
    {
      name: "copies more than there is",
      weight: 4,
      make(chance) {
        const { buffer } = chance.one(buffers);
        return {
          spec: { run: ({ device }) => copyTooMuch(device, buffer.current) },
          fails: true,
          may: ["EINVAL"],
        };
      },
    },
    {
      name: "reads what is not there",
      weight: 3,
      make(chance) {
        const { buffer } = chance.one(buffers);
        return {
          spec: { run: (gpu) => gpu.read(buffer.current, { offset: buffer.current.size, size: 4 }) },
          fails: true,
          may: ["EINVAL"],
        };
      },
    },
    {
      name: "finds no memory",
      weight: 2,
      make: () => ({
        spec: {
          run({ device }): undefined {
            fillMemory(device);
          },
        },
        fails: true,
        may: ["ENOMEM"],
      }),
    },
  ];
}
