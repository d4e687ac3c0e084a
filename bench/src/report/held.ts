/**
 * The figures of a run beside their bars: which are held, and which are short. For people, and plain data for programs.
 */
import type { CaseResult, ContestResult, Standing } from "../harness/results.ts";
import { ratio } from "../harness/statistics.ts";
import type { Bar, Who } from "./bars.ts";
import { three } from "./figures.ts";
import { table } from "./table.ts";

/** One bar, and how a run stands to it. */
export interface BarResult {
  readonly case: string;
  readonly what: string;
  readonly holds: "at least" | "at most";
  readonly bar: number;
  readonly unit: string;
  /** Absent if those it is about did not get through the run. */
  readonly figure?: number;
  /** What the least that the work takes comes to, where somebody in the run does just that. */
  readonly least?: number;
  /** Whose figure it is, and whom it is held against. */
  readonly of?: string;
  readonly against?: string;
  readonly held: boolean;
}

/** The bars of the cases that ran. A case that this machine doesn't have has none. */
export function barResults(bars: readonly Bar[], results: readonly CaseResult[]): readonly BarResult[] {
  return bars.flatMap((bar) => {
    const result = results.find(({ name }) => name === bar.case);
    return result === undefined || result.kind === "skipped" ? [] : [barResult(bar, result)];
  });
}

/** Whether a contestant is one of those that are meant. */
export function isMeant({ role, named, not }: Who, one: Pick<Standing, "name" | "role">): boolean {
  return (
    (role === undefined || one.role === role) &&
    (named === undefined || named.test(one.name)) &&
    !(not?.test(one.name) ?? false)
  );
}

/** A line for each bar. */
export function barsText(results: readonly BarResult[]): string {
  const rows = results.map((result) => {
    const { case: name, what, unit, figure, least, of, held } = result;
    return [
      `  ${name}: ${what}`,
      barText(result),
      figure === undefined ? "-" : withUnit(figure, unit),
      held ? "held" : "SHORT",
      least === undefined ? "" : withUnit(least, unit),
      of ?? "",
    ];
  });
  return table([["bars", "bar", "figure", "", "floor", "whose"], ...rows]);
}

/** `>= 3.00x`: the bar itself. */
export function barText({ holds, bar, unit }: Pick<BarResult, "holds" | "bar" | "unit">): string {
  return `${holds === "at least" ? ">=" : "<="} ${withUnit(bar, unit)}`;
}

/** `bars 7 of 12`: how many are held. */
export function barsHeld(results: readonly BarResult[]): string {
  return `bars ${results.filter(({ held }) => held).length} of ${results.length}`;
}

function barResult(bar: Bar, result: CaseResult): BarResult {
  const { case: name, what, figure } = bar;
  const common = { case: name, what, bar: bar.bar };
  switch (figure.kind) {
    case "found": {
      const figures: Readonly<Record<string, number>> = result.kind === "proof" ? result.figures : {};
      const least = figure.least === undefined ? undefined : figures[figure.least];
      return {
        ...common,
        ...(least !== undefined && { least }),
        holds: "at most",
        unit: figure.unit,
        ...judged(figures[figure.key], (one) => one <= bar.bar),
      };
    }
    case "speed": {
      const both = found(figure, result);
      const value = both && speedOf(both);
      const rest = { ...leastOf(figure, result, speedOf), ...judged(value, (one) => one >= bar.bar) };
      return { ...common, holds: "at least", unit: "x", ...names(both), ...rest };
    }
    case "time": {
      const both = found(figure, result);
      const value = both && timeOf(both);
      const rest = { ...leastOf(figure, result, timeOf), ...judged(value, (one) => one <= bar.bar) };
      return { ...common, holds: "at most", unit: "x", ...names(both), ...rest };
    }
  }
}

function judged(value: number | undefined, holds: (value: number) => boolean): Pick<BarResult, "figure" | "held"> {
  return value === undefined || Number.isNaN(value) ? { held: false } : { figure: value, held: holds(value) };
}

interface Both {
  readonly of: Standing;
  readonly against: Standing;
}

function speedOf({ of, against }: Both): number {
  return ratio(against.rounds, of.rounds);
}

function timeOf({ of, against }: Both): number {
  return ratio(of.rounds, against.rounds);
}

// The same figure, of the floor.
function leastOf(
  { least, against }: { readonly least?: Who; readonly against: Who },
  result: CaseResult,
  figureOf: (both: Both) => number,
): Pick<BarResult, "least"> {
  const both = least && found({ of: least, against }, result);
  return both === undefined ? {} : { least: figureOf(both) };
}

// Undefined if one of them did not get through the run.
function found({ of, against }: { readonly of: Who; readonly against: Who }, result: CaseResult): Both | undefined {
  if (result.kind !== "contest") return undefined;
  const [one, other] = [fastest(of, result), fastest(against, result)];
  return one === undefined || other === undefined ? undefined : { of: one, against: other };
}

function names(both: Both | undefined): Pick<BarResult, "of" | "against"> {
  return both === undefined ? {} : { of: both.of.name, against: both.against.name };
}

function fastest(who: Who, { standings }: ContestResult): Standing | undefined {
  return standings.filter((one) => isMeant(who, one)).sort((a, b) => a.ns - b.ns)[0];
}

function withUnit(value: number, unit: string): string {
  return unit === "x" ? `${three(value)}x` : `${three(value)} ${unit}`;
}
