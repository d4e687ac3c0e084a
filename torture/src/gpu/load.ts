/** Random load on a GPU in this process that recovers: losses, shaders that take too long, what is invalid, and no memory. */
import { loseDevice } from "signalbox/testing";
import { openWebGpu } from "signalbox/webgpu";
import type { GpuJob, WebGpuDevice } from "signalbox/webgpu";
import type { Chance } from "../harness/chance.ts";
import { failuresByChance, loses, roomByChance, sizesByChance } from "../load/recovering.ts";
import type { Load, Stage } from "../load/round.ts";
import { stageOf } from "../load/stage.ts";
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
        ...roomByChance(draw),
        priority: draw.one(["high", "normal", "low"]),
        ...failuresByChance(draw),
      }),
  });
  return stageOf(world, actsOn(device), () => (device.state === "closed" ? [] : [`the device is ${device.state}`]));
}

async function things(device: WebGpuDevice, chance: Chance): Promise<GpuThings> {
  const sizes = sizesByChance(chance);
  const made = sizes.map(async (numbers) => ({
    buffer: await device.restorable((maker) => makeBuffer(maker.device, numbers)),
    numbers,
  }));
  return {
    buffers: await Promise.all(made),
    add: await device.restorable((maker) => adder(maker.device)),
    sleep: await device.restorable((maker) => sleeper(maker.device, 100_000)),
  };
}

function actsOn(device: WebGpuDevice): Act<World<GpuJob>>[] {
  return [
    {
      name: "device lost",
      weight: 3,
      perform: (world, chance) => loses(device, world, chance, () => loseDevice(device, "by the torture")),
    },
    {
      name: "device destroyed by the program",
      weight: 2,
      perform: (world, chance) =>
        loses(device, world, chance, () => {
          device.device.destroy();
        }),
    },
  ];
}
