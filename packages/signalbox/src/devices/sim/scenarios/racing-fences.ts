/**
 * Fences that race to be a job's dependency: they signal, or fail, before the job is made, before it is submitted, before its turn or
 * after; from several sides at once; and listeners on them come and go, one of which takes another back.
 */
import { errno } from "../../../errors.ts";
import { submit } from "../../../queue/submission.ts";
import { fenceArray } from "../../../fence/array.ts";
import type { Scenario } from "../explore/scenario.ts";

export const racingFences: Scenario<"fences"> = {
  name: "racing-fences",
  about: "dependencies that signal while they are added, submitted and waited for, with listeners that come and go",
  size: { fences: { small: 2, large: 5, least: 1 } },
  faults: ["listener throws", "run throws", "cancel throws", "run answers done"],
  build(world, { fences }) {
    const gpu = world.device("gpu", { rings: 2 });
    const queue = gpu.queue("work");
    const other = gpu.queue("other", { ring: 1, onFailedDependency: "ignore" });
    const gates = Array.from({ length: fences }, (_, index) => world.fence(`gate ${index}`));

    world.actor("submitter", function* () {
      yield "makes a job behind all gates";
      const all = queue.job({ label: "behind all", after: gates.map(({ fence }) => fence) });
      yield "submits it, and one behind it";
      submit(all, other.job({ label: "behind that", after: all }));
      yield "submits one behind whichever gate is the first";
      const any = fenceArray(
        gates.map(({ fence }) => fence),
        { any: true },
      );
      submit(other.job({ label: "behind any", after: any }));
    });
    for (const [index, gate] of gates.entries()) {
      world.actor(`owner ${index}`, function* () {
        yield `opens gate ${index}`;
        if (index === 0 && world.choose("gate 0 fails", 2) === 1) gate.fail(errno.EIO, "on purpose");
        else gate.signal();
      });
    }
    world.actor("listener", function* () {
      yield "listens to the first gate, twice";
      const { fence } = gates[0]!;
      const second = { cancel: () => false };
      world.register("first listener", fence, () => void second.cancel());
      const registration = world.register("second listener", fence);
      second.cancel = () => registration.cancel();
      yield "takes the second back";
      registration.cancel();
    });
  },
};
