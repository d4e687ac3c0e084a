/** What a failing run may do without: sites and faults of its recipe, and pieces of its choices. For shrink.ts, which tries it. */
import type { Setup } from "./execution.ts";
import type { FaultSite } from "./scenario.ts";
import type { Choice } from "./schedule.ts";

/** A run, as its setup and its choices. */
interface Run {
  readonly setup: Setup;
  readonly choices: readonly Choice[];
}

const CORE = "core: ";

/** The sites that never struck in this run, and the faults that never happened. Of misfortunes the choices don't say which one it was. */
export function unused({ setup, choices }: Run): readonly string[] {
  const { sites = [], faults = [] } = setup;
  const used = new Set(choices.filter(({ kind, place }) => kind === "way" && place > 0).map(({ name }) => name));
  return [...sites.filter((site) => !used.has(CORE + site)), ...faults.filter((fault) => !used.has(fault))];
}

/** The run without these sites and faults. */
export function without({ setup, choices }: Run, names: readonly string[]): Run {
  const { sites = [], faults = [], ...rest } = setup;
  const leftSites = sites.filter((site) => !names.includes(site));
  const leftFaults = faults.filter((fault) => !names.includes(fault));
  const gone = new Set(names.flatMap((name) => [name, CORE + name]));
  const plainer: Setup = { ...rest, sites: leftSites, faults: leftFaults };
  return {
    setup: leftSites.length > 0 ? plainer : withoutSites(plainer),
    choices: choices.filter(({ kind, name }) => kind !== "way" || !gone.has(name)),
  };
}

/** Without any site of the core. */
export function withoutSites(setup: Setup): Setup {
  const { sites: _sites, strikeBudget: _strikeBudget, ...rest } = setup;
  return rest;
}

/** As many strikes and faults as there are in this run, where more were allowed. */
export function tight({ setup, choices }: Run): Setup {
  const { faults = [], faultBudget = 1, strikeBudget } = setup;
  const ways = choices.filter(({ kind, place }) => kind === "way" && place > 0);
  const strikes = ways.filter(({ name }) => name.startsWith(CORE)).length;
  const misfortunes = choices.filter(({ kind, name }) => kind === "step" && name === "misfortune").length;
  const happened = ways.filter(({ name }) => faults.includes(name as FaultSite)).length + misfortunes;
  const counted = strikeBudget === undefined ? happened + strikes : happened;
  return {
    ...setup,
    faultBudget: Math.max(1, Math.min(faultBudget, counted)),
    ...(strikeBudget === undefined ? {} : { strikeBudget: Math.min(strikeBudget, strikes) }),
  };
}

/**
 * The choices without a piece of them, from the place `at` on; undefined where there is none. The pieces are made of steps, each with
 * the ways in it, and, after those, of single ways that aren't the first: each goes the first way then.
 */
export function leftOut(choices: readonly Choice[], at: number, piece: number): readonly Choice[] | undefined {
  const steps = choices.filter(({ kind }) => kind === "step").length;
  const deviations = choices.flatMap(({ kind, place }, index) => (kind === "way" && place > 0 ? [index] : []));
  if (at >= steps + deviations.length) return undefined;
  const plain = new Set(deviations.filter((_, index) => index + steps >= at && index + steps < at + piece));
  let step = -1;
  return choices
    .map((choice, index) => (plain.has(index) ? { ...choice, place: 0 } : choice))
    .filter(({ kind }) => {
      if (kind === "step") step++;
      return step < at || step >= at + piece;
    });
}
