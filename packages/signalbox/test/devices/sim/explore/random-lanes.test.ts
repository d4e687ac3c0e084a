/**
 * The reduction on random programs: lanes whose steps write to resources, and wait for them. What a program comes to is who wrote where
 * in which order; with the reduction, the same must be come to as without, whatever the bound.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Footprints } from "../../../../src/devices/sim/explore/footprint.ts";
import { STOP } from "../../../../src/devices/sim/explore/lane.ts";
import type { Lane } from "../../../../src/devices/sim/explore/lane.ts";
import { Exhaustive } from "../../../../src/devices/sim/strategies/exhaustive.ts";

const RESOURCES = 3;

/** A step writes to these resources, one of which may have to be written to so often before; and may go two ways. */
const step = fc.record({
  touches: fc.integer({ min: 1, max: 2 ** RESOURCES - 1 }),
  waits: fc.option(fc.nat(2), { freq: 3 }),
  ways: fc.constantFrom(1, 1, 1, 2),
});
const program = fc.array(fc.array(step, { minLength: 1, maxLength: 3 }), { minLength: 2, maxLength: 4 });

type Program = typeof program extends fc.Arbitrary<infer T> ? T : never;

function run(lanes: Program, chooser: Exhaustive): string | undefined {
  const footprints = new Footprints();
  const writes = Array.from({ length: RESOURCES }, (): string[] => []);
  const places = lanes.map(() => 0);
  const all = lanes.map((steps, id): Lane & { id: number } => ({
    id,
    name: `lane ${id}`,
    touches: 0,
    enabled: () => {
      const next = steps[places[id]!];
      if (next === undefined) return false;
      // It looks at a resource that it touches: whoever makes it able to go on touches that as well.
      const looked = [0, 1, 2].find((resource) => (next.touches & (1 << resource)) !== 0)!;
      return next.waits === null || writes[looked]!.length >= next.waits;
    },
    describe: () => "writes",
    take: () => {
      const { touches, ways } = steps[places[id]!]!;
      footprints.touch(touches);
      const way = ways === 1 ? 0 : chooser.data("way", ways);
      footprints.chose(way);
      for (let resource = 0; resource < RESOURCES; resource++)
        if ((touches & (1 << resource)) !== 0) writes[resource]!.push(`${id}.${places[id]!}.${way}`);
      places[id]!++;
    },
  }));
  for (let last: Lane | undefined; ;) {
    const enabled = all.filter((lane) => lane.enabled());
    if (enabled.length === 0) return writes.map((each) => each.join(" ")).join(" | ");
    const place = chooser.step(enabled, last === undefined ? -1 : enabled.indexOf(last as never), footprints);
    if (place === STOP) return undefined;
    const lane = enabled[place]!;
    last = lane;
    footprints.begin(lane.id, 0);
    lane.take();
    footprints.end();
  }
}

function outcomes(
  lanes: Program,
  preemptions: number,
  reduce: boolean,
): { all: ReadonlySet<string>; finished: number } {
  const chooser = new Exhaustive({ preemptions, reduce });
  const all = new Set<string>();
  let finished = 0;
  while (chooser.next()) {
    const outcome = run(lanes, chooser);
    if (outcome === undefined) continue;
    all.add(outcome);
    finished++;
  }
  return { all, finished };
}

describe("the reduction on random programs", () => {
  it.each([0, 1, 2, Infinity])("comes to what brute force comes to, with %d preemptions", (preemptions) => {
    let saved = 0;
    fc.assert(
      fc.property(program, (lanes) => {
        fc.pre(lanes.flat().length <= 8);
        const brute = outcomes(lanes, preemptions, false);
        const reduced = outcomes(lanes, preemptions, true);
        expect(reduced.all).toEqual(brute.all);
        expect(reduced.finished).toBeLessThanOrEqual(brute.finished);
        saved += brute.finished - reduced.finished;
      }),
      { numRuns: 150 },
    );
    expect(saved).toBeGreaterThan(0);
  });
});
