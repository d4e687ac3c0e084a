/**
 * What most tests of queues start from: a ring on a manual driver, in virtual time that stands still until the test moves it.
 */
import { SimPlatform } from "../../src/platform/simulated.ts";
import type { JobQueue } from "../../src/queue/job-queue.ts";
import { Ring } from "../../src/queue/ring.ts";
import type { RingOptions } from "../../src/queue/ring.ts";
import { Timeline } from "../../src/fence/timeline.ts";
import { ManualDriver } from "./manual-driver.ts";
import type { AnyJob, DriverHooks, ManualJob } from "./manual-driver.ts";

export interface Bench {
  readonly platform: SimPlatform;
  readonly driver: ManualDriver;
  readonly ring: Ring<ManualJob>;
  /** A timeline for fences that the test signals itself. */
  readonly gates: Timeline;
  /** Lets everything happen that can happen now; time stands still. */
  work(): void;
  /** Completes all that the driver holds, and lets happen what follows, until nothing is left to do. */
  finish(): void;
  /** A ring beside the first, on the same platform. */
  another(hooks?: DriverHooks, options?: RingOptions): { driver: ManualDriver; ring: Ring<ManualJob> };
}

export function bench(hooks: DriverHooks = {}, options: RingOptions = {}): Bench {
  const platform = new SimPlatform({ auto: false });
  const drivers: ManualDriver[] = [];
  const another: Bench["another"] = (moreHooks = {}, moreOptions = {}) => {
    const driver = new ManualDriver(moreHooks, drivers.length === 0 ? "manual" : `manual ${drivers.length + 1}`);
    drivers.push(driver);
    return { driver, ring: new Ring(driver, { platform, ...moreOptions }) };
  };
  const work = (): void => void platform.run(platform.now());
  return {
    platform,
    ...another(hooks, options),
    gates: new Timeline("gate", { platform }),
    work,
    finish() {
      work();
      for (let driver = busy(drivers); driver !== undefined; driver = busy(drivers)) {
        driver.complete();
        work();
      }
    },
    another,
  };
}

function busy(drivers: readonly ManualDriver[]): ManualDriver | undefined {
  return drivers.find(({ held }) => held.length > 0);
}

/** Jobs of these names, each answering "pending". */
export function jobs(queue: JobQueue<ManualJob>, names: string, spec: ManualJob = {}): AnyJob[] {
  return names.split(" ").map((label) => queue.job({ label, ...spec }));
}
