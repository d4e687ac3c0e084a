/** Random load on worker threads, which sleep or spin: lanes that are restarted in mid-flight, on top of what happens to every device. */
import { openWorkers } from "signalbox/workers";
import type { WorkerJob, WorkersDevice, WorkersOptions } from "signalbox/workers";
import type { Chance } from "../harness/chance.ts";
import type { Load, Stage } from "../load/round.ts";
import { stageOf } from "../load/stage.ts";
import { World } from "../load/world.ts";
import type { Act } from "../load/world.ts";
import { endless, threadKinds } from "./kinds.ts";

export const threads: Load = { name: "threads", acts: 120, open };

/** How the threads are opened, by chance: half the time both sides look for a while before they sleep. */
export function optionsByChance(chance: Chance): Required<Omit<WorkersOptions, "name">> {
  return {
    lanes: chance.between(1, 3),
    slots: chance.one([1, 2, 16]),
    spares: chance.below(3),
    // As short as a thread's way to sleep, as it is meant to be, and longer than most jobs.
    spin: chance.onceIn(2) ? chance.one([0.001, 0.05, 5]) : 0,
  };
}

async function open(chance: Chance): Promise<Stage> {
  const options = optionsByChance(chance);
  const { lanes, spin } = options;
  const device = await openWorkers(options);
  const world = new World<WorkerJob>({
    device,
    kinds: threadKinds,
    openQueue: (name, draw) =>
      device.queue(name, {
        ...(draw.onceIn(3) ? {} : { lane: draw.below(lanes) }),
        credits: draw.one([2, 5, Infinity]),
        jobs: draw.one([1, 4, Infinity]),
        priority: draw.one(["high", "normal", "low"]),
        bypass: draw.onceIn(4),
        release: draw.one(["deferred", "deferred", "inline"]),
        onFailedDependency: draw.one(["cancel", "ignore"]),
      }),
  });
  world.count(spin > 0 ? "device that spins" : "device that sleeps");
  return stageOf(world, actsOn(device), () =>
    device.lanes.filter(({ state }) => state !== "dead").map(({ name }) => `lane ${name} is not dead`),
  );
}

function actsOn(device: WorkersDevice): Act<World<WorkerJob>>[] {
  const restart = (world: World<WorkerJob>, chance: Chance, cause?: unknown): void => {
    world.books.hazard("EIO");
    world.expect("the restart of a lane", chance.one(device.lanes).restart(cause));
  };
  return [
    {
      name: "lane restarted",
      weight: 3,
      perform: (world, chance) => {
        restart(world, chance, new Error("The lane was to be restarted"));
      },
    },
    {
      name: "endless loop, and all lanes restarted",
      weight: 1,
      async perform(world, chance) {
        if (!world.open) return;
        world.books.hazard("EIO");
        const entered = world.job(endless, chance);
        world.settleGates((gate) => gate.signal());
        world.submit([entered]);
        world.expect("an endless loop whose lane is restarted", entered.job.wait());
        // Until it has begun its lane has others to do; and a fresh thread takes tens of ms to begin with anything.
        while (!entered.job.signalled) {
          await new Promise((resolve) => setTimeout(resolve, 200));
          await Promise.all(device.lanes.map((lane) => lane.restart()));
        }
      },
    },
  ];
}
