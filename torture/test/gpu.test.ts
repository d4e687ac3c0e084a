import type { GpuJob } from "signalbox/webgpu";
import { expect, test } from "vitest";
import { Chance } from "../src/harness/chance.ts";
import { gpuKinds } from "../src/gpu/kinds.ts";
import type { GpuThings } from "../src/gpu/kinds.ts";
import type { World } from "../src/load/world.ts";

test("bug: jobs for a GPU could not be made while its device was away", () => {
  const away = {
    get current(): never {
      throw new Error("The device is away");
    },
    forget() {},
  };
  const things = { buffers: [{ buffer: away, numbers: 64 }], add: away, sleep: away } as unknown as GpuThings;
  const world = { books: { hazard() {} } } as unknown as World<GpuJob>;
  const kinds = gpuKinds(things);
  expect(kinds.map(({ make }) => typeof make(new Chance(1), world).spec.run)).toEqual(kinds.map(() => "function"));
});
