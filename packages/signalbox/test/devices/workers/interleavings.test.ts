/**
 * Interleavings: the whole device over loopback threads, with messages that come as late as they may, messages that can't
 * be read, lanes that are killed, and jobs that are ended before their time. Each seed is one history; a failure names its seed.
 */
import { expect, test } from "vitest";
import { Timeline, submit } from "signalbox";
import type { Job } from "signalbox";
import { openOn } from "../../../dist/devices/workers/open.js";
import { seededRandom } from "../../../dist/platform/random.js";
import { LoopbackThreads } from "./loopback.ts";

/** How many calls of jobs there were, in all threads of a history. */
const calls = globalThis as { jobCalls?: number };

// A module of its own for each seed, so that it has to be defined and loaded in the middle of things.
const moduleOf = (seed: number, part: number) =>
  `data:text/javascript,/* ${seed} ${part} */ const called = () => void globalThis.jobCalls++;
   export default (x) => (called(), x); export const soon = async (x) => { called(); await null; return x; };
   export const late = (x) => { called(); return new Promise((r) => setImmediate(r, x)); };
   export const bad = (x) => { called(); throw new Error(String(x)); };`.replaceAll("\n", " ");

interface Planned {
  readonly job: Job;
  readonly expected: unknown;
  readonly fails: boolean;
}

interface Faults {
  readonly unreadable: number;
  readonly kills: number;
  readonly timeouts: number;
}

async function history(seed: number, faults: Faults): Promise<void> {
  const random = seededRandom(seed);
  const pick = <T>(...items: T[]): T => items[Math.floor(random() * items.length)]!;
  const threads = new LoopbackThreads(random, faults.unreadable);
  const device = await openOn(threads, {
    lanes: pick(1, 2, 3),
    slots: pick(1, 2, 8, 64),
    spares: pick(0, 0, 1, 2),
    // A look of either side ends when nothing comes; meanwhile the other side may interrupt it.
    spin: pick(0, 0, 0.02, 0.1),
  });
  const lanes = device.lanes;
  const queues = [
    device.queue("a"),
    device.queue("b", { credits: 5 }),
    device.queue("c", { lane: lanes.length - 1 }),
    device.queue("d", { bypass: true }),
  ];
  calls.jobCalls = 0;
  const gates = [1, 2, 3].map((i) => new Timeline(`gate ${i}`).fence());
  const planned: Planned[] = [];
  for (let batch = 0; batch < 12; batch++) {
    const jobs = Array.from({ length: Math.floor(random() * 12) }, (_, i) => {
      const name = pick("default", "default", "soon", "late", "bad");
      const expected = pick<unknown>(i, undefined, true, null, `text ${i}`, { deep: [i] }, -0);
      const queue = pick(...queues);
      const args = random() < 0.4 ? [] : random() < 0.3 ? [expected, i] : [expected];
      const job = queue.job({
        module: moduleOf(seed, pick(0, batch)),
        export: name,
        args: random() < 0.5 ? args : () => args,
      });
      if (random() < 0.2) job.after(pick(...gates).fence);
      const before = planned.at(-1)?.job;
      if (random() < 0.2 && before?.error === 0 && before.stage !== "released") job.after(before);
      planned.push({ job, expected: args[0], fails: name === "bad" });
      return job;
    });
    submit(...jobs);
    await (random() < 0.5 ? null : new Promise(setImmediate));
    if (faults.kills > random()) void pick(...lanes).restart("chaos");
    // Ends the thread that is at the queue's oldest running job, if one is.
    if (faults.timeouts > random()) pick(...queues).triggerTimeout();
    if (batch % 4 === 3) gates[(batch - 3) / 4]!.signal();
  }
  const fences = planned.map(({ job }) => job);
  await device.close();
  threads.stop();

  expect(
    fences.every((fence) => fence.signalled),
    `seed ${seed}: every fence signals`,
  ).toBe(true);
  for (const queue of ["a", "b", "c", "d"]) {
    const times = fences.filter((fence) => fence.timelineName === queue).map((fence) => fence.timestamp!);
    const inOrder = times.every((time, i) => i === 0 || times[i - 1]! <= time);
    expect(inOrder, `seed ${seed}: fences of queue ${queue} signal in order`).toBe(true);
  }
  let hurt = 0;
  let ended = 0;
  let cancelled = false;
  for (const { job, expected, fails } of planned) {
    const failure = job.failure();
    const told = (failure?.cause as Error | undefined)?.message ?? "";
    if (failure?.code === "ECANCELED") {
      cancelled = true; // Its dependency failed: that one was looked at.
      continue;
    }
    ended++;
    if (/can't be read|was lost|was ended by a restart|was ended before its time|were transferred/.test(told)) hurt++;
    else if (fails) expect(told, `seed ${seed}: ${job.label}`).toBe(String(expected));
    else expect(failure ?? job.result, `seed ${seed}: ${job.label}`).toEqual(expected);
  }
  expect(calls.jobCalls, `seed ${seed}: no job is run twice`).toBeLessThanOrEqual(ended);
  expect(calls.jobCalls, `seed ${seed}: each job that had no fault is run`).toBeGreaterThanOrEqual(ended - hurt);
  // Each fault costs its own job and no other.
  const { started, untold } = threads.cost;
  expect(hurt, `seed ${seed}: jobs that faults cost`).toBeLessThanOrEqual(started + untold + threads.spoiled);
  if (faults.unreadable === 0 && !cancelled) expect(hurt, `seed ${seed}: jobs that kills cost`).toBe(started + untold);
}

test.each([
  ["messages as late as they may be", { unreadable: 0, kills: 0, timeouts: 0 }, 0],
  ["and messages that can't be read", { unreadable: 0.2, kills: 0, timeouts: 0 }, 1_000],
  ["and lanes that are killed", { unreadable: 0, kills: 0.5, timeouts: 0 }, 2_000],
  ["and jobs that are ended before their time", { unreadable: 0, kills: 0, timeouts: 0.8 }, 3_000],
  ["and all three", { unreadable: 0.2, kills: 0.3, timeouts: 0.5 }, 4_000],
])(
  "%s: every fence signals once, in order, with its own job's outcome",
  async (_, faults, first) => {
    for (let seed = first; seed < first + 150; seed++) await history(seed, faults);
  },
  60_000,
);
