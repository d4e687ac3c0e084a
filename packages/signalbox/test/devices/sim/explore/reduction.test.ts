/** The reduction against brute force: what it leaves out must be nothing. */
import { beforeEach, describe, expect, it } from "vitest";
import { Execution } from "../../../../src/devices/sim/explore/execution.ts";
import type { FaultSite, Scenario } from "../../../../src/devices/sim/explore/scenario.ts";
import { sizeOf } from "../../../../src/devices/sim/explore/explore.ts";
import { scenarios } from "../../../../src/devices/sim/scenarios/index.ts";
import { Exhaustive } from "../../../../src/devices/sim/strategies/exhaustive.ts";
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

function outcomes(scenario: Scenario, faults: readonly FaultSite[], preemptions: number, reduce: boolean): Outcomes {
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
    const result = new Execution({ scenario, size, faults, validator: false }, chooser, listener).run();
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
  it.each<[string, Scenario, readonly FaultSite[], number]>([
    ...[0, 1, 2, Infinity].map((bound): [string, Scenario, readonly FaultSite[], number] => [
      `two-rings, ${bound}`,
      twoRings,
      [],
      bound,
    ]),
    ["two-rings with faults, 1", twoRings, twoRings.faults, 1],
    ...[0, 1].flatMap((bound) =>
      small.map((each): [string, Scenario, readonly FaultSite[], number] => [
        `${each.name}, ${bound}`,
        each,
        [],
        bound,
      ]),
    ),
  ])("comes to what brute force comes to: %s", (_name, scenario, faults, preemptions) => {
    const all = outcomes(scenario, faults, preemptions, false);
    const reduced = outcomes(scenario, faults, preemptions, true);
    expect(reduced.histories).toEqual(all.histories);
    expect(reduced.violations).toEqual(all.violations);
    expect(all.pruned).toBe(0);
    expect(all.finished).toBe(all.runs);
    expect(reduced.finished + reduced.pruned).toBe(reduced.runs);
    expect(reduced.runs).toBeLessThanOrEqual(all.runs);
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
