/** The kinds of jobs for a GPU in a process of its own: what ends with the process, beside what a program may get wrong. */
import type { IsolatedGpuJob, IsolatedRestorable } from "signalbox/webgpu";
import { isAdded } from "../gpu/kernels.ts";
import type { Chance } from "../harness/chance.ts";
import type { JobKind } from "../load/world.ts";

export const module: URL = new URL("./work.js", import.meta.url);

/** What comes back with the process. */
export interface IsolatedThings {
  readonly buffers: readonly { readonly buffer: IsolatedRestorable; readonly numbers: number }[];
  readonly adder: IsolatedRestorable;
  readonly sleeper: IsolatedRestorable;
  readonly endless: IsolatedRestorable;
}

export function isolatedKinds({ buffers, ...kernels }: IsolatedThings): readonly JobKind<IsolatedGpuJob>[] {
  const on = (chance: Chance, kernel: IsolatedRestorable): Readonly<Record<string, IsolatedRestorable>> => ({
    buffer: chance.one(buffers).buffer,
    kernel,
  });
  const wrong = (name: string, code: "EIO" | "EINVAL" | "ENOMEM", called: string): JobKind<IsolatedGpuJob> => ({
    name,
    weight: 2,
    make: (chance) => ({
      spec: { module, export: called, resources: on(chance, kernels.adder) },
      fails: true,
      may: [code],
    }),
  });
  return [
    {
      name: "writes, adds and reads",
      weight: 30,
      make(chance) {
        const { buffer, numbers } = chance.one(buffers);
        const first = chance.below(1_000_000);
        return {
          spec: { module, export: "writeAddAndRead", args: [first], resources: { buffer, kernel: kernels.adder } },
          right: (result) => isAdded(result, first, numbers),
        };
      },
    },
    {
      name: "keeps the GPU busy",
      weight: 4,
      make: (chance) => ({ spec: { module, export: "runs", resources: on(chance, kernels.sleeper) } }),
    },
    {
      name: "answers a promise",
      weight: 6,
      make(chance) {
        const value = chance.below(1_000);
        return { spec: { module, export: "answers", args: [value] }, right: (result) => result === value };
      },
    },
    wrong("throws", "EIO", "throws"),
    wrong("answers a promise that rejects", "EIO", "rejects"),
    wrong("names an export that isn't there", "EIO", "nowhere"),
    wrong("copies more than there is", "EINVAL", "copiesTooMuch"),
    wrong("finds no memory", "ENOMEM", "fillsMemory"),
    {
      name: "is a shader that never ends",
      weight: 1,
      make: (chance, world) => hanging(world.books, { export: "runs", resources: on(chance, kernels.endless) }, chance),
    },
    {
      name: "ends its process",
      weight: 1,
      make(_chance, world) {
        world.books.hazard("ECANCELED", "EIO");
        // Not to be run again: the next process would end, too.
        return { spec: { module, export: "exits", idempotent: false }, fails: true };
      },
    },
  ];
}

// Who has done no wrong, and may not run again, ends with ECANCELED.
function hanging(
  books: { hazard(...codes: readonly ("ECANCELED" | "EIO")[]): void },
  call: Omit<IsolatedGpuJob, "module">,
  chance: Chance,
): ReturnType<JobKind<IsolatedGpuJob>["make"]> {
  books.hazard("ECANCELED", "EIO");
  return { spec: { module, ...call, timeout: chance.between(20, 100) }, fails: true, may: ["ETIME"] };
}
