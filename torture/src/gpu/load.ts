/** Random load on a GPU in this process that recovers: losses, shaders that take too long, what is invalid, and no memory. */
import type { JobSpec } from "signalbox";
import { loseDevice } from "signalbox/testing";
import { openWebGpu } from "signalbox/webgpu";
import type { GpuJob, WebGpuDevice } from "signalbox/webgpu";
import type { Chance } from "../harness/chance.ts";
import { commonActs } from "../load/acts.ts";
import type { Load, Stage } from "../load/round.ts";
import { World } from "../load/world.ts";
import type { Act } from "../load/world.ts";
import { adder, makeBuffer, sleeper } from "./kernels.ts";
import { gpuKinds } from "./kinds.ts";
import type { GpuThings } from "./kinds.ts";

export const gpu: Load = { name: "gpu", acts: 60, open };

async function open(chance: Chance): Promise<Stage> {
  const device = await openWebGpu({ recover: { attempts: 5, backoff: 10 }, slots: chance.one([2, 16, 256]) });
  const world = new World<GpuJob>({
    device,
    kinds: gpuKinds(await things(device, chance)),
    openQueue: (name, draw) =>
      device.queue(name, {
        credits: draw.one([2, 5, Infinity]),
        jobs: draw.one([1, 4, Infinity]),
        priority: draw.one(["high", "normal", "low"]),
        bypass: draw.onceIn(4),
        onFailedDependency: draw.one(["cancel", "ignore"]),
        retries: draw.one([0, 3, 100]),
        banAfter: draw.one([1, 3, Infinity]),
      }),
  });
  return {
    world: world as unknown as World<JobSpec>,
    acts: [...commonActs, ...(actsOn(device) as unknown as typeof commonActs)],
    after: () => (device.state === "closed" ? [] : [`the device is ${device.state}`]),
  };
}

async function things(device: WebGpuDevice, chance: Chance): Promise<GpuThings> {
  const sizes = Array.from({ length: 4 }, () => chance.one([64, 1_000, 100_000]));
  const made = sizes.map((numbers) => device.restorable((maker) => makeBuffer(maker.device, numbers)));
  return {
    buffers: await Promise.all(made),
    add: await device.restorable((maker) => adder(maker.device)),
    sleep: await device.restorable((maker) => sleeper(maker.device, 100_000)),
  };
}

function actsOn(device: WebGpuDevice): Act<World<GpuJob>>[] {
  const lost = async (world: World<GpuJob>, chance: Chance, lose: () => void): Promise<void> => {
    if (!world.open) return;
    world.books.hazard("ECANCELED", "EIO");
    lose();
    // Jobs are taken meanwhile, and wait.
    if (chance.onceIn(2)) await device.recovery.settled();
  };
  return [
    {
      name: "device lost",
      weight: 3,
      perform: (world, chance) => lost(world, chance, () => loseDevice(device, "by the torture")),
    },
    {
      name: "device destroyed by the program",
      weight: 2,
      perform: (world, chance) =>
        lost(world, chance, () => {
          device.device.destroy();
        }),
    },
  ];
}
