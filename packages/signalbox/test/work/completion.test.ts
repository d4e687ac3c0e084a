import { describe, expect, it } from "vitest";
import { Completion } from "../../src/work/completion.ts";

/** Begins so many waits, and answers the list in which the number of each appears when it ends. */
function waits(completion: Completion, count: number): number[] {
  const ended: number[] = [];
  for (let index = 0; index < count; index++) void completion.wait().then(() => ended.push(index));
  return ended;
}

const settle = async (): Promise<void> => {
  for (let count = 0; count < 5; count++) await Promise.resolve();
};

describe("a completion", () => {
  it("lets one wait through for each `complete`, the oldest first", async () => {
    const completion = new Completion();
    const ended = waits(completion, 3);
    await settle();
    expect(ended).toEqual([]);
    completion.complete();
    await settle();
    expect(ended).toEqual([0]);
    completion.complete();
    completion.complete();
    await settle();
    expect([ended, completion.done]).toEqual([[0, 1, 2], false]);
  });

  it("counts what came before the waits", async () => {
    const completion = new Completion();
    completion.complete();
    completion.complete();
    const ended = waits(completion, 3);
    await settle();
    expect([ended, completion.done]).toEqual([[0, 1], false]);
  });

  it("`completeAll` lets everybody through, those to come included, until `reset`", async () => {
    const completion = new Completion();
    const before = waits(completion, 2);
    completion.completeAll();
    const after = waits(completion, 2);
    await settle();
    expect([before, after, completion.done]).toEqual([[0, 1], [0, 1], true]);
    completion.reset();
    const later = waits(completion, 1);
    await settle();
    expect([later, completion.done]).toEqual([[], false]);
    completion.complete();
    await settle();
    expect(later).toEqual([0]);
  });

  it("`reset` leaves those who wait", async () => {
    const completion = new Completion();
    const ended = waits(completion, 1);
    completion.reset();
    completion.complete();
    await settle();
    expect(ended).toEqual([0]);
  });
});
