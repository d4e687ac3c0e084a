/** What the tests of the rules share: a tester with types, and the first line of every program. */
import { join } from "node:path";
import * as parser from "@typescript-eslint/parser";
import { RuleTester } from "@typescript-eslint/rule-tester";
import { afterAll, describe, it } from "vitest";

RuleTester.afterAll = afterAll;
RuleTester.describe = describe;
RuleTester.it = it;
// No `only` stays in: it would leave the other programs unchecked, and pass.
RuleTester.itOnly = (text) => {
  throw new Error(`"${text}" is marked with only: true, which would leave out every other program; take it away`);
};

/** The folder that the programs are in, with their tsconfig.json. */
export const fixtures: string = join(import.meta.dirname, "fixtures");

export function typedTester(): RuleTester {
  return new RuleTester({
    languageOptions: {
      parser,
      parserOptions: {
        projectService: { allowDefaultProject: ["*.ts"], defaultProject: "tsconfig.json" },
        tsconfigRootDir: fixtures,
      },
    },
  });
}

const names = [
  "openDriverFence, tryLockAll, waitBlocking, withReservationLoop",
  "Completion, DriverFence, Fence, ForeignTimeline, Job, JobQueue, LockClass, MustBeSignalled, PoolClass, Registration",
  "Reservation, Ring, Submission, SyncObject, ThreadLink, Timeline, WillBeSignalled, WorkItem, WorkQueue",
  "declareLock, declarePool, deliver, publish, signallingSection, submission, submit, waitAll, withReservations",
  "ArmedJob, SimDevice, submitWith",
].join(", ");
const types =
  "Device, Driver, DriverFenceHandle, FenceOps, JobSpec, Platform, PrivateFence, ReservationLocks, RunOutcome, Slot";
const things = [
  "timeline: Timeline, fence: Fence, other: Fence, job: Job, a: Job, b: Job, jobs: Job[], queue: JobQueue",
  "workQueue: WorkQueue, platform: Platform, priv: PrivateFence, link: ThreadLink, reservation: Reservation",
  "device: Device, sim: SimDevice, ring: Ring, handle: DriverFenceHandle",
].join(", ");

const lockTypes = "LockedReservation, ReservationLoopLocks";

/** A program with all of Signalbox and a few things declared, on the line that its text begins with. */
export function program(strings: TemplateStringsArray, ...values: readonly string[]): string {
  const text = String.raw({ raw: strings }, ...values);
  return `import { ${names} } from "signalbox"; import type { ${types}, ${lockTypes} } from "signalbox"; declare const ${things};${text}`;
}
