import { expect, test } from "vitest";
import type { Lineup } from "../src/harness/contest.ts";
import { fences } from "../src/lockdep/fences.ts";
import { jobs } from "../src/lockdep/jobs.ts";

test.each([jobs, fences])(
  "$name: every contestant does all the work, and the hooks are really out",
  async (contest) => {
    const { contestants, note, close } = (await contest.prepare()) as Lineup;
    expect(contestants.map(({ role }) => role)).toEqual(["signalbox", "signalbox", "floor", "rival"]);
    expect(Number(/^\d+/.exec(note ?? "")?.[0])).toBeGreaterThan(25);
    for (const contestant of contestants) {
      contestant.body.reset();
      expect(await contestant.run(3_000, undefined)).toBe(3_000);
      expect(contestant.body.tally()).toMatchObject({ started: 3_000, finished: 3_000, reordered: 0 });
      expect(await contestant.verify?.(3_000)).toBe(undefined);
    }
    await close?.();
  },
);
