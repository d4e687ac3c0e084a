/** The count of what the GPU holds: idle when the last is in, not before, and as often as it happens. */
import { expect, it } from "vitest";
import { Outstanding } from "../../../src/devices/webgpu/outstanding.ts";

it("is idle when nothing is outstanding, for everybody who waits, again and again", async () => {
  const outstanding = new Outstanding();
  await outstanding.idle();
  for (let round = 0; round < 3; round++) {
    const seen: string[] = [];
    outstanding.begin();
    outstanding.begin();
    const waits = ["a", "b"].map((name) => outstanding.idle().then(() => seen.push(name)));
    outstanding.end();
    await new Promise(setImmediate);
    expect(seen).toEqual([]);
    outstanding.end();
    await Promise.all(waits);
    expect(seen).toEqual(["a", "b"]);
  }
});
