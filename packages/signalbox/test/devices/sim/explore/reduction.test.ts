/** The reduction against brute force: what it leaves out must be nothing. */
import { beforeEach, describe, expect, it } from "vitest";
import { Execution } from "../../../../src/devices/sim/explore/execution.ts";
import type { FaultSite, Scenario } from "../../../../src/devices/sim/explore/scenario.ts";
import { Footprints } from "../../../../src/devices/sim/explore/footprint.ts";
import { sizeOf } from "../../../../src/devices/sim/explore/explore.ts";
import { scenarios } from "../../../../src/devices/sim/scenarios/index.ts";
import { Exhaustive } from "../../../../src/devices/sim/strategies/exhaustive.ts";
import { coreSites } from "../../../../src/faults.ts";
import type { CoreSite } from "../../../../src/faults.ts";
import { disableLockdep } from "../../../../src/signalling/lockdep/lockdep.ts";
import { rareOrder, twoRings } from "./programs.ts";

interface Outcomes {
  /** What the core did, in order; what hardware does by itself is in no order with that. */
  readonly histories: ReadonlySet<string>;
  readonly violations: ReadonlySet<string>;
  readonly runs: number;
  readonly finished: number;
  readonly pruned: number;
}

function outcomes(
  scenario: Scenario,
  faults: readonly FaultSite[],
  preemptions: number,
  reduce: boolean,
  sites: readonly CoreSite[] = [],
): Outcomes {
  const chooser = new Exhaustive({ preemptions, reduce });
  const histories = new Set<string>();
  const violations = new Set<string>();
  const size = sizeOf(scenario, "least");
  let runs = 0;
  let finished = 0;
  while (chooser.next()) {
    const told: string[] = [];
    const listener = {
      step() {},
      way() {},
      tell: (sentence: string) => {
        if (sentence !== "FAULT: job fails") told.push(sentence);
      },
    };
    const result = new Execution({ scenario, size, faults, sites, validator: false }, chooser, listener).run();
    runs++;
    for (const { sentence } of result.violations) violations.add(sentence);
    if (!result.finished) continue;
    finished++;
    histories.add(told.join("\n"));
  }
  return { histories, violations, runs, finished, pruned: chooser.pruned };
}

describe("the reduction", () => {
  // A hundred thousand runs: without the validator, which has nothing to do with it.
  beforeEach(() => {
    disableLockdep();
  });

  const small = scenarios.filter(({ name }) =>
    ["bind-and-invalidate", "multi-ring", "timeout-racing-completion"].includes(name),
  );
  it.each<[string, Scenario, readonly FaultSite[], number, (readonly CoreSite[])?]>([
    ...[0, 1, 2, Infinity].map((bound): [string, Scenario, readonly FaultSite[], number] => [
      `two-rings, ${bound}`,
      twoRings,
      [],
      bound,
    ]),
    ["two-rings with faults, 1", twoRings, twoRings.faults, 1],
    ["two-rings with sites of the core, 1", twoRings, [], 1, coreSites],
    ["two-rings with both, 0", twoRings, twoRings.faults, 0, coreSites],
    ...small.map((each): [string, Scenario, readonly FaultSite[], number, readonly CoreSite[]] => [
      `${each.name} with sites of the core, 0`,
      each,
      [],
      0,
      coreSites,
    ]),
    ...[0, 1].flatMap((bound) =>
      small.map((each): [string, Scenario, readonly FaultSite[], number] => [
        `${each.name}, ${bound}`,
        each,
        [],
        bound,
      ]),
    ),
  ])("comes to what brute force comes to: %s", (_name, scenario, faults, preemptions, sites = []) => {
    const all = outcomes(scenario, faults, preemptions, false, sites);
    const reduced = outcomes(scenario, faults, preemptions, true, sites);
    expect(reduced.histories).toEqual(all.histories);
    expect(reduced.violations).toEqual(all.violations);
    expect(all.pruned).toBe(0);
    expect(all.finished).toBe(all.runs);
    expect(reduced.finished + reduced.pruned).toBe(reduced.runs);
    expect(reduced.runs).toBeLessThanOrEqual(all.runs);
  });

  it("bug: which of the faults that a step might have was struck made no difference to it", () => {
    const choosy: Scenario = {
      name: "choosy",
      about: "an actor that may have one of two faults in one step",
      size: {},
      faults: ["run throws", "job fails"],
      build(world) {
        world.actor("unlucky", function* () {
          yield "has one of two faults";
          const had = choosy.faults.filter((each) => world.fault(each));
          yield "tells which";
          world.check(had.length === 0, `it was ${had.join()}`);
        });
      },
    };
    for (const reduce of [false, true])
      expect(outcomes(choosy, choosy.faults, 0, reduce).violations).toEqual(
        new Set(["it was run throws", "it was job fails"]),
      );
  });

  it("bug: what was chosen between two steps, as native promises do, made no difference to it", () => {
    const keys = [0, 1].map((way) => {
      const footprints = new Footprints();
      footprints.begin(0, 1);
      footprints.end();
      footprints.chose(way);
      const between = footprints.key(0);
      footprints.begin(0, 1);
      footprints.end();
      return [between, footprints.key(0)];
    });
    expect(keys[0]![0]).not.toBe(keys[1]![0]);
    expect(keys[0]![1]).not.toBe(keys[1]![1]);
  });

  it("leaves something out", () => {
    const all = outcomes(twoRings, [], 2, false);
    const reduced = outcomes(twoRings, [], 2, true);
    expect(reduced.finished).toBeLessThan(all.finished / 2);
  });

  it("finds the same violations, and none below the preemptions that they need", () => {
    for (const reduce of [false, true]) {
      expect(outcomes(rareOrder, [], 0, reduce).violations).toEqual(new Set());
      expect(outcomes(rareOrder, [], 1, reduce).violations).toEqual(
        new Set(["left wrote over what it had not seen", "right wrote over what it had not seen"]),
      );
    }
  });
});
