/** The GPU's clock on the platform's, with both clocks made up. */
import { expect, it } from "vitest";
import { GpuClock } from "../../../src/devices/webgpu/gpu-clock.ts";

it("finds the offset, within the quickest start that was seen", () => {
  const clock = new GpuClock();
  const offset = -123_456_000;
  for (const [submitted, wait, work, delay] of [
    [10, 3, 5, 2],
    [30, 0.05, 5, 4],
    [50, 1, 50, 0.1],
  ] as const) {
    const begin = submitted + wait - offset;
    clock.observe(begin, begin + work, submitted, submitted + wait + work + delay);
  }
  const shown = clock.toPlatform(100 - offset);
  expect(shown).toBeLessThanOrEqual(100);
  expect(shown).toBeGreaterThan(99.94);
});

it("starts anew when the clocks have drifted apart, so that no span leaves its job", () => {
  const clock = new GpuClock();
  for (let minute = 0; minute < 60; minute++) {
    const offset = 1000 - minute * 3; // The GPU's clock runs fast: 50 parts in a million.
    const submitted = minute * 60_000;
    const begin = submitted + 0.1 - offset;
    clock.observe(begin, begin + 1, submitted, submitted + 1.3);
    expect(clock.toPlatform(begin)).toBeGreaterThanOrEqual(submitted - 0.3);
    expect(clock.toPlatform(begin + 1)).toBeLessThanOrEqual(submitted + 1.3 + 1e-6);
  }
});
