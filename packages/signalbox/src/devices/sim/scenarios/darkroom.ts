/**
 * A darkroom: photos through three queues, as in the demo of that name. Decoded by threads in any order, developed by a GPU that may
 * hang, and is then reset, encoded by the threads again. Too large to go through all its orders: by chance alone.
 */
import { submit } from "../../../queue/submission.ts";
import { until } from "../explore/actor.ts";
import type { Scenario } from "../explore/scenario.ts";
import { unlessRefused } from "./refusals.ts";

export const darkroom: Scenario<"photos"> = {
  name: "darkroom",
  about: "photos through three queues: decoded, developed on a GPU that may hang, encoded",
  size: { photos: { small: 2, large: 8, least: 1 } },
  byChance: true,
  faults: [
    "timer is early",
    "job hangs",
    "job fails",
    "interrupt is lost",
    "restart fails",
    "run throws",
    "cancel throws",
    "release throws",
    "device is lost",
  ],
  build(world, { photos }) {
    const threads = world.device("threads", { anyOrder: true, rings: 2, verdicts: ["recovered"], patience: 1 });
    const gpu = world.device("gpu", {
      completes: "fences",
      verdicts: ["reset", "gone"],
      patience: 1,
      recovery: { attempts: 2, backoff: 5, timeLimit: 50 },
    });
    const decode = threads.queue("decode", { credits: 3, timeout: 100 }, { slots: 2 });
    const develop = gpu.queue("develop", { credits: 2, timeout: 20, retries: 2, banAfter: 2 });
    const encode = threads.queue("encode", { ring: 1, credits: 3, timeout: 100 }, { slots: 2 });

    world.actor("photographer", function* () {
      for (let photo = 0; photo < photos; photo++) {
        yield `submits photo ${photo}`;
        const decoded = unlessRefused(world, () => {
          const read = decode.job({ label: `decode ${photo}` });
          const develops = develop.job({ label: `develop ${photo}`, after: read, idempotent: true });
          submit(read, develops, encode.job({ label: `encode ${photo}`, after: develops }));
        });
        if (!decoded)
          world.check(
            world.struck("arm throws") || develop.state !== "usable",
            "a photo is refused by queues that are usable",
          );
      }
      yield "closes the darkroom";
      const queues = [decode, develop, encode];
      for (const queue of queues) queue.destroy();
      yield until("sees it closed", () => queues.every(({ state }) => state === "inactive"));
    });
    world.misfortune("device is lost", () => {
      gpu.lose();
    });
  },
};
