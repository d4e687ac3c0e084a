import { describe, expect, test } from "vitest";
import type { Contest, Contestant } from "../src/harness/contest.ts";
import { freshBody } from "../src/harness/job-body.ts";
import type { ContestResult } from "../src/harness/results.ts";
import { holdContest } from "../src/harness/rounds.ts";
import type { Conduct } from "../src/harness/rounds.ts";

const contest: Contest = { kind: "contest", name: "test", title: "a test", prepare: () => ({ contestants: [] }) };

/** A contestant that runs the indexes that `order` makes of a number of jobs; all of them in order if left out. */
function contestant(
  name: string,
  more: Partial<Contestant> & { indexes?: (jobs: number) => number[] } = {},
): Contestant {
  const body = freshBody({ lanes: 1, distance: 0 });
  const { indexes = (jobs) => Array.from({ length: jobs }, (_, index) => index), ...rest } = more;
  return {
    name,
    role: "rival",
    body,
    order: "kept",
    run(jobs) {
      const order = indexes(jobs);
      for (const index of order) body.run(index);
      return order.length;
    },
    ...rest,
  };
}

function hold(contestants: Contestant[], conduct: Conduct = {}, more: Partial<Contest> = {}): Promise<ContestResult> {
  return holdContest({ ...contest, ...more }, { contestants }, { rounds: 5, roundMs: 0.05, quick: true }, conduct);
}

describe("a contest", () => {
  test("every contestant has its rounds, and another one goes first each time", async () => {
    const turns: string[] = [];
    const progress = (name: string, step: string): void => {
      if (step.startsWith("round")) turns.push(name);
    };
    const result = await hold([contestant("a"), contestant("b"), contestant("c")], { progress });
    expect(turns.join("")).toBe("abc" + "bca" + "cab" + "abc" + "bca");
    expect(result.standings.map(({ name, rounds }) => [name, rounds.length])).toEqual([
      ["a", 5],
      ["b", 5],
      ["c", 5],
    ]);
    expect(result.wrong).toEqual([]);
  });

  test("ratios are to the best rival and to the floor, each of which is 1 to itself", async () => {
    const result = await hold([contestant("a"), contestant("floor", { role: "floor" })]);
    const [rival, floor] = result.standings;
    expect(result.bestRival).toBe("a");
    expect(rival?.speedToRival).toBe(1);
    expect(floor?.timeToFloor).toBe(1);
    expect(rival?.timeToFloor).toBeGreaterThan(0);
  });

  test("without a rival or a floor there are no such ratios", async () => {
    const result = await hold([contestant("alone", { role: "signalbox" })]);
    expect(result.bestRival).toBeUndefined();
    expect(result.standings[0]).not.toHaveProperty("speedToRival");
    expect(result.standings[0]).not.toHaveProperty("timeToFloor");
  });

  test("a contestant that loses a job is wrong, by name, and out; the others go on", async () => {
    const lossy = contestant("lossy", { indexes: (jobs) => Array.from({ length: jobs - 1 }, (_, index) => index) });
    const result = await hold([lossy, contestant("sound")]);
    expect(result.wrong).toHaveLength(1);
    expect(result.wrong[0]).toMatch(/^lossy: \d+ of \d+ jobs started/);
    expect(result.standings.map(({ name }) => name)).toEqual(["sound"]);
  });

  test("a contestant that reorders is wrong if it promises order, and told if it does not", async () => {
    const swap = (jobs: number): number[] => [1, 0, ...Array.from({ length: jobs - 2 }, (_, index) => index + 2)];
    const result = await hold([
      contestant("sworn", { indexes: swap }),
      contestant("free", { indexes: swap, order: "free" }),
    ]);
    expect(result.wrong.join()).toMatch(/^sworn: .* out of order$/);
    expect(result.standings.map(({ name }) => name)).toEqual(["free"]);
    expect(result.standings[0]?.reordered).toBeGreaterThan(0);
  });

  test("what a contestant throws, and what its own check finds, is wrong", async () => {
    const result = await hold([
      contestant("throws", { run: () => Promise.reject(new Error("out of luck")) }),
      contestant("checked", { verify: () => Promise.resolve("the device did nothing") }),
    ]);
    expect(result.wrong).toEqual(["throws: out of luck", "checked: the device did nothing"]);
    expect(result.standings).toEqual([]);
  });

  test("has as many jobs as it is said to be about, fewer for a first look; else as many as fill a round", async () => {
    const jobsOf = async (more: Partial<Contest>): Promise<number | undefined> =>
      (await hold([contestant("a")], {}, more)).standings[0]?.jobs;
    expect(await jobsOf({ jobs: { thorough: 70, quick: 7 } })).toBe(7);
    expect(await jobsOf({})).toBeGreaterThanOrEqual(100);
    const settings = { rounds: 5, roundMs: 0.05, quick: false };
    const fixed = { ...contest, jobs: { thorough: 70, quick: 7 } };
    const { standings } = await holdContest(fixed, { contestants: [contestant("a")] }, settings);
    expect(standings[0]?.jobs).toBe(70);
  });

  test("latencies are noted only where the contest asks for them", async () => {
    const notes = contestant("notes", {});
    const run: Contestant["run"] = (jobs, latencies) => {
      for (let index = 0; index < jobs; index++) {
        latencies?.note(index + 1);
        notes.body.run(index);
      }
      return jobs;
    };
    const asked = await hold([{ ...notes, run }], {}, { latencies: true });
    expect(asked.standings[0]?.latency?.p50).toBeGreaterThan(0);
    const unasked = await hold([{ ...notes, run }]);
    expect(unasked.standings[0]?.latency).toBeUndefined();
  });
});

/** Makes stretches of so many ms, one after the other, then of 100 ms; counts them until the first round that counts. */
function stretchesOf(times: readonly number[]): Required<Conduct> & { readonly untilMeasured: () => number } {
  let stretches = 0;
  let warmUps = 0;
  return {
    begin: () => () => ({ ms: times[stretches++] ?? 100, lost: 0 }),
    progress(_, step) {
      if (step === "round 1 of 5") warmUps = stretches;
    },
    untilMeasured: () => warmUps,
  };
}

describe("the warm-up", () => {
  const warmUpsOf = async (...times: readonly number[]): Promise<number> => {
    const conduct = stretchesOf(times);
    await hold([contestant("a")], conduct, { jobs: { thorough: 10, quick: 10 } });
    return conduct.untilMeasured();
  };

  test("goes on while rounds get faster, and ends when for 20 ms they did not (100 ms in a thorough run)", async () => {
    expect(await warmUpsOf(8, 8, 8, 8)).toBe(4);
    expect(await warmUpsOf(10, 8, 9, 6, 5.8, 5.8, 5.8, 5.8, 5.8)).toBe(8);
  });

  test("ends when rounds seem to take no time, or less, on a busy machine", async () => {
    const nothing = { begin: () => () => ({ ms: -0.1, lost: 0 }) };
    const result = await hold([contestant("a")], nothing, { jobs: { thorough: 10, quick: 10 } });
    expect(result.standings[0]?.rounds).toHaveLength(5);
  });

  test("ends after 80 ms, however much faster rounds get (300 ms in a thorough run)", async () => {
    expect(await warmUpsOf(50, 25, 22, 20)).toBe(3);
  });
});

describe("a disturbed round", () => {
  /** Stretches of 1 ms, of which others had `lost()`. */
  const begin = (lost: () => number) => () => () => ({ ms: 1, lost: lost() });

  test("is repeated until it is not disturbed", async () => {
    let measured = 0;
    const progress = (_: string, step: string): void => {
      if (step === "round 2 of 5") measured = 1;
    };
    // The second round is disturbed twice.
    const lost = (): number => (measured > 0 && measured++ <= 2 ? 0.5 : 0);
    const result = await hold([contestant("a"), contestant("b")], { begin: begin(lost), progress });
    // In the second round the second goes first.
    expect(result.standings[1]).toMatchObject({ repeated: 2, disturbed: 0 });
    expect(result.standings[1]?.rounds).toHaveLength(5);
  });

  test("is kept in the end, and told, when the machine is never quiet: all repeats take no longer than the rounds", async () => {
    for (const [quick, repeats] of [
      [false, 10],
      [true, 2],
    ] as const) {
      const lineup = { contestants: [contestant("a"), contestant("b")] };
      const settings = { rounds: 5, roundMs: 0.05, quick };
      const result = await holdContest(contest, lineup, settings, { begin: begin(() => 0.5) });
      const sum = (of: "repeated" | "disturbed"): number => result.standings.reduce((all, one) => all + one[of], 0);
      expect(sum("disturbed")).toBe(10);
      expect(sum("repeated")).toBe(repeats);
    }
  });

  test("of at most 5 % is no disturbance", async () => {
    const result = await hold([contestant("a")], { begin: begin(() => 0.05) });
    expect(result.standings[0]).toMatchObject({ repeated: 0, disturbed: 0 });
  });
});
