/** A random program, the same each time: everything at once, watched by the observer (promises 1 to 5). */
import type { Fence } from "../../fence/fence.ts";
import { seededRandom } from "../../platform/random.ts";
import type { Job } from "../../queue/job.ts";
import { submit } from "../../queue/submission.ts";
import { check } from "../check.ts";
import { settled } from "./bench.ts";
import type { NamedBody } from "./bench.ts";

export const programChecks: readonly NamedBody[] = [
  [
    "a random program of 400 jobs on four queues keeps promises 1 to 5",
    async (bench) => {
      const random = seededRandom(2026);
      const pick = (below: number): number => Math.floor(random() * below);
      const queues = [4, 8, 16, 3].map((credits, index) => bench.device.queue(`random ${index}`, { credits, jobs: 4 }));
      const fences: Fence[] = [];
      for (let count = 0; count < 400;) {
        const batch: Job[] = [];
        for (let size = 1 + pick(4); size > 0; size--, count++) {
          const queue = queues[pick(queues.length)];
          check(queue !== undefined, "no queue");
          const base = { cost: pick(4) };
          const job = random() < 0.05 ? bench.fails(queue, base) : bench.works(queue, base);
          for (let edges = pick(4); edges > 0; edges--) {
            const known = [...fences.slice(-40), ...batch];
            const dependency = known[pick(known.length)];
            if (dependency !== undefined && random() < 0.7) job.after(dependency);
          }
          batch.push(job);
        }
        fences.push(...submit(...batch));
        if (random() < 0.1) await fences[pick(fences.length)]?.wait().catch(() => undefined);
      }
      await settled(fences);
      await bench.device.close();
    },
  ],
];
