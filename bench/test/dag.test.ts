import { describe, expect, test } from "vitest";
import { caseNames, findCase } from "../src/cases.ts";
import { graphBody } from "../src/dag/body.ts";
import { CAUSES, makeGraph } from "../src/dag/graph.ts";
import { faultsOf } from "../src/harness/job-body.ts";

describe("the graph", () => {
  const graph = makeGraph(5_000);

  test("each job depends on three different earlier ones, the first three on as many as there are", () => {
    for (let index = 0; index < graph.jobs; index++) {
      const causes = [...graph.causes.subarray(graph.rows[index], graph.rows[index + 1])];
      expect(causes).toHaveLength(Math.min(index, CAUSES));
      expect(new Set(causes).size).toBe(causes.length);
      for (const cause of causes) expect(cause >= 0 && cause < index).toBe(true);
    }
  });

  test("is the same each time, and a larger one begins with it", () => {
    expect(makeGraph(5_000)).toEqual(graph);
    expect([...makeGraph(6_000).causes.subarray(0, graph.causes.length)]).toEqual([...graph.causes]);
  });
});

describe("the ledger of the graph's jobs", () => {
  const jobs = 100;
  const faultsAfter = (indexes: readonly number[], lanes: number): string => {
    const body = graphBody(makeGraph(jobs), lanes);
    for (const index of indexes) body.run(index);
    return faultsOf(body.tally(), jobs, indexes.length, "kept").join();
  };
  const inOrder = Array.from({ length: jobs }, (_, index) => index);

  test("jobs in the order of their submission are right", () => {
    expect(faultsAfter(inOrder, 1)).toBe("");
    expect(faultsAfter(inOrder, 4)).toBe("");
  });

  test("a lost job, one that runs in another's place, a reordered and an early one are told", () => {
    expect(faultsAfter(inOrder.slice(1), 1)).toContain("99 of 100 jobs started");
    expect(
      faultsAfter(
        inOrder.map((index) => (index === 7 ? 8 : index)),
        1,
      ),
    ).toContain("twice");
    expect(faultsAfter([1, 0, ...inOrder.slice(2)], 4)).toContain("1 of 100 jobs started before");
    expect(faultsAfter([99, ...inOrder.slice(0, 99)], 4)).toMatch(/out of order.*started before/);
  });

  test("a job that finishes after one that depends on it has started is told", () => {
    const body = graphBody(makeGraph(2), 1);
    body.start(0);
    body.start(1);
    body.finish(0);
    body.finish(1);
    expect(body.tally()).toMatchObject({ early: 1, reordered: 0 });
  });
});

test.each(caseNames.filter((name) => name.startsWith("dag/")))(
  "%s: each contestant does all of its jobs, none before what it depends on",
  async (name) => {
    const found = await findCase(name);
    if (found.kind === "proof") throw new Error(`${name} is a proof`);
    const lineup = await found.prepare();
    if ("skipped" in lineup) throw new Error(lineup.skipped);
    for (const { name: who, role, body, order, run } of lineup.contestants) {
      if (role === "signalbox") expect(order).toBe("kept");
      for (const jobs of [1, 33, 1_500]) {
        body.reset();
        const seen = await run(jobs, undefined);
        expect([who, ...faultsOf(body.tally(), jobs, seen, order)]).toEqual([who]);
      }
    }
  },
);
