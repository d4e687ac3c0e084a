import { expect, test } from "vitest";
import { containers } from "../src/objects/containers.ts";
import { raceMemory } from "../src/objects/race-memory.ts";

test("objects/containers: every container keeps the latest fence of each timeline, and has its figures", async () => {
  const { wrong, figures, lines } = await containers.run({ quick: true });
  expect(wrong).toEqual([]);
  for (const name of ["list", "array", "Map", "hybrid", "a job"]) {
    for (const size of [1, 4, 16, 64, 1_000]) expect(figures[`${name}-${size}-ns`]).toBeGreaterThan(0);
  }
  expect(lines.join("\n").split("\n")).toHaveLength(6);
});

test("objects/race-memory: a wait for any leaves nothing behind, and a race on the same does", async () => {
  const { wrong, figures } = await raceMemory.run({ quick: true });
  expect(wrong).toEqual([]);
  expect(figures["promiseRaceBytes"]).toBeGreaterThan(1_000);
});
