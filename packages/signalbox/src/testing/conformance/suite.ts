/**
 * The conformance suite: what every device must do, as checks that any test runner can run.
 *
 * A device's tests describe how to open it and which jobs it runs (a target); each check opens a device of its own, watches
 * it through the observer (promises 1 to 5 and 8), and closes it.
 */
import type { JobSpec } from "../../driver.ts";
import type { Job } from "../../queue/job.ts";
import type { JobQueue } from "../../queue/job-queue.ts";
import { check, thrown } from "../check.ts";
import { observe } from "../observer.ts";
import { benchOf } from "./bench.ts";
import type { Bench } from "./bench.ts";
import { endChecks } from "./ends.ts";
import { HANGS_FOR, hangingChecks } from "./hanging.ts";
import { jobChecks } from "./jobs.ts";
import { programChecks } from "./program.ts";
import type { ConformanceCheck, ConformanceTarget } from "./target.ts";

/**
 * The checks that a device must pass, each with a device of its own.
 *
 * @example
 * ```ts
 * describe("my device", () => {
 *   for (const { name, run } of deviceConformance(target)) it(name, run);
 * });
 * ```
 */
export function deviceConformance<Spec extends JobSpec>(target: ConformanceTarget<Spec>): readonly ConformanceCheck[] {
  const all = [...jobChecks, ...endChecks, ...programChecks].map(([name, body]) => onDevice(name, target, body));
  if (target.hangs !== undefined)
    for (const [name, body] of hangingChecks) {
      const hang = (bench: Bench<Spec>, queue: JobQueue<Spec>, base: JobSpec = {}): Job<unknown, Spec> =>
        queue.job(target.hangs!(bench.device, { timeout: HANGS_FOR, ...base }));
      all.push(onDevice(name, target, (bench) => body(bench, (queue, base) => hang(bench, queue, base))));
    }
  const { invalid } = target;
  if (invalid !== undefined)
    all.push({ name: "a spec that can't run is refused when the job is made", run: () => refuses(target, invalid) });
  return all;
}

function onDevice<Spec extends JobSpec>(
  name: string,
  target: ConformanceTarget<Spec>,
  body: (bench: Bench<Spec>) => Promise<void>,
): ConformanceCheck {
  return {
    name,
    async run() {
      const device = await target.open();
      try {
        await observe(async () => {
          await body(benchOf(target, device));
          await device.close();
        });
      } finally {
        await device.close();
      }
    },
  };
}

async function refuses<Spec extends JobSpec>(target: ConformanceTarget<Spec>, invalid: Spec): Promise<void> {
  const device = await target.open();
  try {
    const queue = device.queue("strict");
    check(
      thrown(() => queue.job(invalid), "a job with an invalid spec") instanceof Error,
      "what was thrown is no Error",
    );
    check(queue.stats.pushed === 0, "the job was pushed");
  } finally {
    await device.close();
  }
}
