/**
 * `calls/prices`: what each call costs, for docs/costs.md. Figures of one machine: they are for comparing calls with one another.
 */
import type { Proof } from "../harness/contest.ts";
import { collectYoung } from "../harness/memory.ts";
import { median } from "../harness/statistics.ts";
import { time } from "../report/figures.ts";
import { table } from "../report/table.ts";
import { operations } from "./operations.ts";
import type { Operation } from "./kit.ts";

/** How often a call is made at once: about as many as are outstanding in a busy program. */
const COUNT = { thorough: 1_000, quick: 100 };
const ROUNDS = { thorough: 60, quick: 5 };
/** Rounds before those that count, in which code is compiled. */
const WARM_UP = { thorough: 30, quick: 5 };

export const prices: Proof = {
  kind: "proof",
  name: "calls/prices",
  title: `what each call costs, ${COUNT.thorough} of them at once (${COUNT.quick} with --quick)`,
  async run({ quick }) {
    const size = quick ? "quick" : "thorough";
    const lines: string[][] = [];
    const figures: Record<string, number> = {};
    for (const operation of operations()) {
      await operation.open?.();
      for (let round = 0; round < WARM_UP[size]; round++) await once(operation, COUNT[size]);
      collectYoung();
      const taken: number[] = [];
      for (let round = 0; round < ROUNDS[size]; round++) taken.push(await once(operation, COUNT[size]));
      await operation.close?.();
      figures[operation.name] = median(taken);
      lines.push([`  ${operation.name}`, time(median(taken))]);
    }
    const dearest = Math.max(...Object.values(figures));
    return {
      lines: [table([["  a call", "takes"], ...lines])],
      figures,
      summary: `${lines.length} calls, the dearest ${time(dearest)}`,
      wrong: [],
    };
  },
};

/** ns for one. */
async function once(operation: Operation, count: number): Promise<number> {
  const { of = 1 } = operation;
  const act = operation.prepare(count);
  const began = performance.now();
  const pending = act();
  if (pending instanceof Promise) await pending;
  const ns = ((performance.now() - began) * 1e6) / (count * of);
  await operation.finish?.();
  return ns;
}
