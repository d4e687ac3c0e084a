/** Random load on a GPU in a process of its own, which is killed, ends, and hangs; no process may be left. */
import { loseDevice } from "signalbox/testing";
import { openIsolatedWebGpu } from "signalbox/webgpu";
import type { IsolatedGpuJob, IsolatedWebGpuDevice } from "signalbox/webgpu";
import type { Chance } from "../harness/chance.ts";
import { failuresByChance, loses, roomByChance, sizesByChance } from "../load/recovering.ts";
import type { Load, Stage } from "../load/round.ts";
import { stageOf } from "../load/stage.ts";
import { World } from "../load/world.ts";
import type { Act } from "../load/world.ts";
import { isolatedKinds, module } from "./kinds.ts";
import type { IsolatedThings } from "./kinds.ts";

export const isolated: Load = { name: "isolated", acts: 60, open };

async function open(chance: Chance): Promise<Stage> {
  const device = await openIsolatedWebGpu({
    recover: { attempts: 5, backoff: 10, timeLimit: 20_000 },
    slots: chance.one([2, 16, 256]),
    standby: chance.onceIn(2),
  });
  const world = new World<IsolatedGpuJob>({
    device,
    kinds: isolatedKinds(await things(device, chance)),
    openQueue: (name, draw) =>
      device.queue(name, {
        ...roomByChance(draw),
        ...failuresByChance(draw),
      }),
  });
  return stageOf(world, actsOn(device), () => [
    ...(device.state === "closed" ? [] : [`the device is ${device.state}`]),
    ...device.pids.map((pid) => `its process ${pid} is left`),
  ]);
}

async function things(device: IsolatedWebGpuDevice, chance: Chance): Promise<IsolatedThings> {
  const sizes = sizesByChance(chance);
  const made = sizes.map(async (numbers) => ({
    buffer: await device.restorable({ module, export: "buffer", args: [numbers] }),
    numbers,
  }));
  const kernel = (name: string) => device.restorable({ module, export: "kernel", args: [name] });
  return {
    buffers: await Promise.all(made),
    adder: await kernel("adder"),
    sleeper: await kernel("sleeper"),
    endless: await kernel("endless"),
  };
}

function actsOn(device: IsolatedWebGpuDevice): Act<World<IsolatedGpuJob>>[] {
  return [
    {
      name: "process taken away",
      weight: 3,
      perform: (world, chance) =>
        loses(device, world, chance, () => {
          loseDevice(device, "by the torture");
        }),
    },
    {
      name: "process killed from outside",
      weight: 2,
      perform: (world, chance) =>
        loses(device, world, chance, () => {
          const pid = chance.perhapsOne(device.pids);
          if (pid !== undefined) process.kill(pid, "SIGKILL");
        }),
    },
  ];
}
