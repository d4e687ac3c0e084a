/** A round, on the simulated device: clean where it is, and each kind of mistake is told of. */
import { openSim } from "signalbox/sim";
import type { SimJob } from "signalbox/sim";
import { describe, expect, test } from "vitest";
import type { Ending } from "../src/harness/books.ts";
import { run } from "../src/harness/run.ts";
import { commonActs } from "../src/load/acts.ts";
import { playRound } from "../src/load/round.ts";
import type { Load } from "../src/load/round.ts";
import { World } from "../src/load/world.ts";

function simLoad(ending: Ending, opened: () => void = () => {}): Load {
  return {
    name: "sim",
    acts: 40,
    open() {
      opened();
      const device = openSim();
      const world = new World<SimJob>({
        device,
        kinds: [{ name: "is simulated", weight: 1, make: () => ({ spec: { result: 1 }, ...ending }) }],
        openQueue: (name, draw) => device.queue(name, { credits: draw.one([2, Infinity]) }),
      });
      return Promise.resolve({ world, acts: commonActs });
    },
  };
}

const settings = { seed: 3, time: 0, firstRound: 0, rounds: 3 };

describe("a round", () => {
  test("that is clean has its totals, and what happened", async () => {
    const { wrong, totals, counts } = await playRound(simLoad({ right: (result) => result === 1 }), 3, 0);
    expect(wrong).toEqual([]);
    expect(totals.submitted).toBeGreaterThan(50);
    expect(totals.submitted).toBe(totals.done + totals.failed + totals.cancelled);
    expect(counts.get("jobs: is simulated")).toBe(totals.submitted);
  });

  test("submits the same for the same seed, and something else for another one or another round", async () => {
    const submitted = async (seed: number, round: number) =>
      (await playRound(simLoad({}), seed, round)).totals.submitted;
    const first = await submitted(3, 0);
    expect(await submitted(3, 0)).toBe(first);
    expect(new Set([first, await submitted(3, 1), await submitted(4, 0)]).size).toBeGreaterThan(1);
  });

  test("that is not clean says what is wrong, and ends the run with its seed", async () => {
    const load = simLoad({ right: () => false });
    expect((await playRound(load, 3, 0)).wrong[0]).toContain("its result is wrong: 1");
    const result = await run({ ...settings, loads: [load] });
    expect(result.wrong[0]).toContain("round 0 of sim, to be had again by --only sim --seed 3 --round 0");
  });

  test("that leaves a timer behind ends the run, which names what was left", { timeout: 20_000 }, async () => {
    let rounds = 0;
    // Several, since a timer of the test runner that ends in the meantime makes up for one.
    const timers: NodeJS.Timeout[] = [];
    const load = simLoad({}, () => {
      if (++rounds === 2) timers.push(...Array.from({ length: 8 }, () => setTimeout(() => {}, 1e6)));
    });
    const result = await run({ ...settings, time: 1e6, loads: [load] });
    timers.forEach(clearTimeout);
    expect(result.wrong).toEqual([
      "round 1 of sim, to be had again by --only sim --seed 3 --round 1:",
      expect.stringMatching(/^left behind: handles: Timeout/),
    ]);
    expect(rounds).toBe(2);
  });

  test("that throws is a failed round, and its device is closed", async () => {
    const load = simLoad({});
    const result = await playRound(
      {
        ...load,
        async open(chance) {
          const stage = await load.open(chance);
          const act = {
            name: "breaks",
            weight: 1,
            perform() {
              throw new Error("The act breaks");
            },
          };
          return { ...stage, acts: [act], after: () => [`the device is ${stage.world.device.state}`] };
        },
      },
      3,
      0,
    );
    expect(result.wrong[0]).toContain("The act breaks");
    expect(result.wrong.at(-1)).toBe("the device is closed");
  });
});
