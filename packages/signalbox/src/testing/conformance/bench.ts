/** What a check of the conformance suite works with: a device that is open, jobs of it by how they end, and what to ask of them. */
import type { Device } from "../../device.ts";
import type { JobSpec } from "../../driver.ts";
import type { Fence } from "../../fence/fence.ts";
import type { FenceState } from "../../fence/state.ts";
import { realPlatform } from "../../platform/real.ts";
import type { Job, JobStage } from "../../queue/job.ts";
import type { JobQueue } from "../../queue/job-queue.ts";
import { check } from "../check.ts";
import type { ConformanceTarget } from "./target.ts";

/** An open device of the target's, and its jobs. */
export interface Bench<Spec extends JobSpec> {
  readonly device: Device<Spec>;
  readonly target: ConformanceTarget<Spec>;
  works(queue: JobQueue<Spec>, base?: JobSpec): Job<unknown, Spec>;
  fails(queue: JobQueue<Spec>, base?: JobSpec): Job<unknown, Spec>;
  slow(queue: JobQueue<Spec>, base?: JobSpec): Job<unknown, Spec>;
}

/** What a check does; the device is opened before it and closed behind it. */
export type Body = <Spec extends JobSpec>(bench: Bench<Spec>) => Promise<void>;

/** A check by its name. */
export type NamedBody = readonly [name: string, body: Body];

/** The bench of a device that is open. */
export function benchOf<Spec extends JobSpec>(target: ConformanceTarget<Spec>, device: Device<Spec>): Bench<Spec> {
  return {
    device,
    target,
    works: (queue, base = {}) => queue.job(target.works(device, base)),
    fails: (queue, base = {}) => queue.job(target.fails(device, base)),
    slow: (queue, base = {}) => queue.job(target.slow(device, base)),
  };
}

/** One turn of the event loop. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    realPlatform.macrotask(resolve);
  });
}

/** Waits for fences, however they end; answers their errors. */
export async function settled(fences: readonly Fence[]): Promise<number[]> {
  await Promise.allSettled(fences.map((fence) => fence.wait()));
  check(
    fences.every((fence) => fence.signalled),
    "Promise 1: a fence that was waited for has not signalled",
  );
  return fences.map((fence) => fence.error);
}

/** How far a job has come, and its fence with it. */
export function expectPath(job: Job, stage: JobStage, state: FenceState): void {
  check(
    job.stage === stage && job.state === state,
    `the job is ${job.stage} and its fence ${job.state}, not ${stage} and ${state}`,
  );
}
