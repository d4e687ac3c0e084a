import { describe, expect, it } from "vitest";
import { errno } from "../../../src/errors.ts";
import { openSim } from "../../../src/devices/sim/index.ts";
import type { SimJob } from "../../../src/devices/sim/index.ts";
import { deviceConformance } from "../../../src/testing/index.ts";
import type { ConformanceTarget } from "../../../src/testing/index.ts";

const target = (rings: number): ConformanceTarget<SimJob> => ({
  name: `sim with ${rings} rings`,
  open: () => Promise.resolve(openSim({ rings, latency: (random) => 5 * random(), seed: rings })),
  works: (_, base) => ({ ...base }),
  fails: (_, base) => ({ ...base, error: errno.EIO }),
  slow: (_, base) => ({ ...base, duration: 50 }),
  invalid: { duration: -1 },
});

it("a job lasts 0 ms or more, and not for ever: all else is a RangeError when it is made", () => {
  const queue = openSim().queue("q");
  for (const duration of [-1, NaN, Infinity]) {
    expect(() => queue.job({ duration })).toThrow(
      new RangeError(`A simulated job lasts 0 ms or more (got ${duration})`),
    );
  }
});

for (const one of [target(1), target(3)]) {
  describe(one.name, () => {
    for (const check of deviceConformance(one)) it(check.name, () => check.run());
  });
}
