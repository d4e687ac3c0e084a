/** The shared ring's halt: the submitter knows exactly what the runner has started, and the runner starts nothing more. */
import { expect, it } from "vitest";
import { RunnerRing, START, SubmitterRing } from "../../../src/devices/workers/shared-ring.ts";

function pair(): [SubmitterRing, RunnerRing] {
  const submitter = new SubmitterRing(4);
  for (let i = 0; i < 3; i++) submitter.put(0, 0);
  submitter.publish();
  return [submitter, new RunnerRing(submitter.memory, 4)];
}

it("a halted runner starts nothing any more, and what it had started is known", () => {
  const [submitter, runner] = pair();
  expect(runner.start(START + 1, 0)).toBe(true);
  expect([submitter.completed(START), submitter.completed(START + 1)]).toEqual([true, false]);
  submitter.halt();
  expect([runner.start(START + 2, 0), runner.start(START + 3, 0)]).toEqual([false, false]);
  expect([submitter.lastStarted, submitter.started(START + 1), submitter.started(START + 2)]).toEqual([
    START + 1,
    true,
    false,
  ]);
  runner.complete(START + 1, 0, 0, 0, 0);
  expect(submitter.completed(START + 1)).toBe(true);
  submitter.halt();
  expect(submitter.lastStarted).toBe(START + 1);
});

it("one that has started nothing can be halted, too", () => {
  const [submitter, runner] = pair();
  submitter.halt();
  expect([runner.start(START + 1, 0), submitter.lastStarted]).toEqual([false, START]);
});

it("is halted at a job only while that is the last one started", () => {
  const [submitter, runner] = pair();
  runner.start(START + 1, 0);
  runner.complete(START + 1, 0, 0, 0, 0);
  runner.start(START + 2, 0);
  expect(submitter.haltAt(START + 1)).toBe(false);
  expect(runner.start(START + 3, 0)).toBe(true);
  expect([submitter.haltAt(START + 3), submitter.haltAt(START + 3), submitter.haltAt(START + 2)]).toEqual([
    true,
    true,
    false,
  ]);
});
