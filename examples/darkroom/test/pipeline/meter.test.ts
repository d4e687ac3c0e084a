import { describe, expect, it } from "vitest";
import { Meter } from "../../src/pipeline/meter.ts";

describe("a meter", () => {
  it("knows what is held, and the most that was held at once", () => {
    const meter = new Meter();
    meter.add(3);
    meter.add(4);
    meter.remove(5);
    meter.add(1);
    expect([meter.now, meter.peak]).toEqual([3, 7]);
  });

  it("includes what others count, when it is told to look and when something is added", () => {
    const meter = new Meter();
    let credits = 0;
    meter.include(() => credits);
    meter.include(() => 1);
    credits = 10;
    expect([meter.now, meter.peak]).toEqual([11, 0]);
    meter.look();
    credits = 5;
    meter.add(2);
    expect([meter.now, meter.peak]).toEqual([8, 11]);
    credits = 20;
    meter.add(2);
    expect(meter.peak).toBe(25);
  });
});
