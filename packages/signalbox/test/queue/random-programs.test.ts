/**
 * Random programs: rings and queues of every kind, jobs with random dependencies and outcomes, completions in any order,
 * kills, losses, registrations that come and go; the witness watches all of it.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { traced } from "../support/notes.ts";
import { program } from "./random-program/program.ts";
import { World } from "./random-program/world.ts";

describe("random programs", () => {
  it("keep promises 1 to 6, 8 and 10, during and at the end", () => {
    fc.assert(
      fc.property(program, (one) => {
        const world = new World(one);
        traced(world.witness.tracer, () => world.run(one.steps));
        expect(world.witness.violations).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});
