/**
 * The list of cases. A new case is a file that exports a `Case`, and a line here.
 *
 * Files are loaded when their case runs, so that the process of one case never loads the rivals of another.
 */
import type { Case } from "./harness/contest.ts";

const files: ReadonlyMap<string, () => Promise<Case>> = new Map<string, () => Promise<Case>>([
  ["lifecycle/steady", async () => (await import("./lifecycle/steady.ts")).steady],
  ["lifecycle/steady-1", async () => (await import("./lifecycle/steady.ts")).steadyOne],
  ["lifecycle/at-once", async () => (await import("./lifecycle/steady.ts")).atOnce],
  ["lifecycle/tick", async () => (await import("./lifecycle/tick.ts")).tick],
  ["lifecycle/tick-dependency", async () => (await import("./lifecycle/tick.ts")).tickDependency],
  ["lifecycle/tick-dependencies-4", async () => (await import("./lifecycle/tick.ts")).tickDependencies],
  ["lifecycle/chain", async () => (await import("./lifecycle/chain.ts")).chain],
  ["lifecycle/promise-each", async () => (await import("./overhead/overhead.ts")).promiseEach],
  ["dag/one", async () => (await import("./dag/dag.ts")).one],
  ["dag/four", async () => (await import("./dag/dag.ts")).four],
  ["webgpu/wait", async () => (await import("./webgpu/wait.ts")).wait],
  ["webgpu/pipelined", async () => (await import("./webgpu/pipelined.ts")).pipelined],
  ["objects/array", async () => (await import("./objects/array.ts")).array],
  ["objects/long-chain", async () => (await import("./objects/long-chain.ts")).longChain],
  ["objects/merge", async () => (await import("./objects/merge.ts")).merge],
  ["objects/reservation", async () => (await import("./objects/reservation.ts")).reservation],
  ["objects/wait-any", async () => (await import("./objects/wait-any.ts")).anyOf],
  ["objects/race-memory", async () => (await import("./objects/race-memory.ts")).raceMemory],
  ["objects/dependencies-1", async () => (await import("./objects/dependencies.ts")).dependencies(1)],
  ["objects/dependencies-4", async () => (await import("./objects/dependencies.ts")).dependencies(4)],
  ["objects/dependencies-16", async () => (await import("./objects/dependencies.ts")).dependencies(16)],
  ["objects/dependencies-64", async () => (await import("./objects/dependencies.ts")).dependencies(64)],
  ["objects/dependencies-1000", async () => (await import("./objects/dependencies.ts")).dependencies(1_000)],
  ["objects/containers", async () => (await import("./objects/containers.ts")).containers],
  ["calls/prices", async () => (await import("./calls/prices.ts")).prices],
  ["lockdep/jobs", async () => (await import("./lockdep/jobs.ts")).jobs],
  ["lockdep/fences", async () => (await import("./lockdep/fences.ts")).fences],
  ["overhead/kinds", async () => (await import("./overhead/overhead.ts")).kinds],
  ["overhead/timeouts", async () => (await import("./overhead/overhead.ts")).timeouts],
  ["overhead/trace", async () => (await import("./overhead/overhead.ts")).trace],
  ["memory/job", async () => (await import("./memory/job.ts")).memory],
  ["growth/jobs", async () => (await import("./growth/jobs.ts")).growthOfJobs],
  ["growth/queues", async () => (await import("./growth/queues.ts")).growthOfQueues],
  ["growth/dag", async () => (await import("./growth/dag.ts")).growthOfGraphs],
  ["growth/threads", async () => (await import("./growth/threads.ts")).growthOnThreads],
  ["growth/webgpu", async () => (await import("./growth/webgpu.ts")).growthOnGpu],
  ["threads/round-trip", async () => (await import("./threads/round-trip.ts")).roundTrip],
  ["threads/pipelined", async () => (await import("./threads/pipelined.ts")).pipelined],
  ["recovery/workers", async () => (await import("./recovery/recovery.ts")).recovery],
  ["recovery-gpu/endless", async () => (await import("./recovery-gpu/endless.ts")).endless],
  ["proofs/heap", async () => (await import("./proofs/heap.ts")).heap],
  ["proofs/chain", async () => (await import("./proofs/chain.ts")).chain],
  ["proofs/close", async () => (await import("./proofs/close.ts")).close],
]);

/** The names of all cases, in the order in which they run. */
export const caseNames: readonly string[] = [...files.keys()];

/** The names of the cases that an argument asks for: a case, a group such as `lifecycle`, or the last part of a name. Empty if there is none. */
export function casesFor(argument: string): readonly string[] {
  return caseNames.filter(
    (name) => name === argument || name.startsWith(`${argument}/`) || name.endsWith(`/${argument}`),
  );
}

/** Loads a case by its full name. */
export async function findCase(name: string): Promise<Case> {
  const load = files.get(name);
  if (load === undefined) throw new Error(`There is no case "${name}"`);
  return load();
}
