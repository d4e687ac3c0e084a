/** Small scenarios for the tests of the explorer itself. */
import { submit } from "../../../../src/queue/submission.ts";
import { until } from "../../../../src/devices/sim/explore/actor.ts";
import type { Scenario } from "../../../../src/devices/sim/explore/scenario.ts";

/** Two submitters on two rings, and somebody who ends one of the queues. */
export const twoRings: Scenario<"jobs"> = {
  name: "two-rings",
  about: "two submitters and a destroyer",
  size: { jobs: { small: 1, large: 3, least: 1 } },
  faults: ["run throws", "job fails"],
  build(world, { jobs }) {
    const gpu = world.device("gpu", { rings: 2 });
    const queues = [gpu.queue("left"), gpu.queue("right", { ring: 1 })];
    for (const queue of queues) {
      world.actor(`submitter to ${queue.name}`, function* () {
        for (let index = 0; index < jobs; index++) {
          yield `submits ${queue.name} ${index}`;
          if (queue.state === "usable") submit(queue.job({ label: `${queue.name} ${index}` }));
        }
      });
    }
    world.actor("destroyer", function* () {
      yield "destroys the left queue";
      void queues[0]!.destroy();
      yield until("sees it inactive", () => queues[0]!.state === "inactive");
    });
  },
};

/** Broken itself: its check fails in one order of four steps, with a preemption. */
export const rareOrder: Scenario<"bystanders"> = {
  name: "rare-order",
  about: "two actors that must not meet",
  size: { bystanders: { small: 1, large: 6, least: 0 } },
  faults: [],
  build(world, { bystanders }) {
    const seen: string[] = [];
    for (const name of ["left", "right"]) {
      world.actor(name, function* () {
        yield "looks";
        const before = seen.join("");
        yield "writes";
        world.check(before === seen.join(""), `${name} wrote over what it had not seen`);
        seen.push(name);
      });
    }
    for (let index = 0; index < bystanders; index++) {
      world.actor(`bystander ${index}`, function* () {
        yield "walks by";
        yield "and away";
      });
    }
  },
};
