import { expect, it } from "vitest";
import { explore } from "../../../../src/devices/sim/explore/explore.ts";
import type { Scenario } from "../../../../src/devices/sim/explore/scenario.ts";
import type { ExploredDevice } from "../../../../src/devices/sim/hardware/explored-device.ts";
import { resetInTeardown } from "../../../../src/devices/sim/scenarios/reset-in-teardown.ts";

/** What a reset finds of the device's only queue. */
function stateOf(gpu: ExploredDevice): string {
  const [queue] = gpu.ring([0]).queues;
  if (queue === undefined) return "inactive";
  if (queue.state === "usable") return queue._list.empty ? "usable, idle" : "usable, busy";
  if (queue._list.empty) return "its device asked to let go of it";
  return queue._ending ? "killed, busy" : "destroyed, busy";
}

it("the small form resets a queue in each state of teardown", async () => {
  const seen = new Set<string>();
  const watched: Scenario<"queues" | "jobs" | "attempts"> = {
    ...resetInTeardown,
    faults: [],
    build(world, size) {
      const small = size.queues === 1;
      const device = world.device.bind(world);
      world.device = (...args) => {
        const gpu = device(...args);
        const recovery = gpu.recovery!;
        const reset = recovery.reset.bind(recovery);
        recovery.reset = (cause) => {
          if (small) seen.add(stateOf(gpu));
          return reset(cause);
        };
        return gpu;
      };
      resetInTeardown.build(world, size);
    },
  };
  await explore(watched, { schedules: 1000 });
  expect([...seen].sort()).toEqual([
    "destroyed, busy",
    "inactive",
    "its device asked to let go of it",
    "killed, busy",
    "usable, busy",
    "usable, idle",
  ]);
});
