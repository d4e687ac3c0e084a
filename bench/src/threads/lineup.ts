/**
 * The contestants of the threads cases: the device as a user has it, asleep between jobs and with its spin on; the pools; messages
 * by hand; and the floor. Each has threads of its own, which sleep while the others have their turn.
 */
import type { JobQueue } from "signalbox";
import { openWorkers } from "signalbox/workers";
import type { WorkerJob, WorkersDevice } from "signalbox/workers";
import type { Contestant, Lineup } from "../harness/contest.ts";
import { freshBody } from "../harness/job-body.ts";
import type { JobBody } from "../harness/job-body.ts";
import { openByHand } from "./by-hand.ts";
import { openFloor } from "./floor.ts";
import { openPools } from "./pools.ts";
import type { Pool } from "./pools.ts";

/** How many threads, and how many jobs are on their way at once. */
export interface Load {
  readonly threads: number;
  readonly outstanding: number;
}

/** What a contestant of a case has: a way to run its jobs. */
export type Run = Contestant["run"];

/** How a case drives what is told by fences, and what is told by promises. */
export interface Drivers {
  device(queue: JobQueue<WorkerJob>, body: JobBody): Run;
  pool(pool: Pool, body: JobBody): Run;
}

/** How long each side of the device looks before it sleeps, in ms, where it does. */
const SPIN = 0.05;

/** The device as a user has it: asleep between jobs, and with its spin on. */
export async function openDevices(
  { threads, outstanding }: Load,
  drive: Drivers["device"],
): Promise<{ readonly contestants: readonly [Contestant, Contestant]; close(): Promise<unknown> }> {
  const asleep = await openDevice("signalbox", threads, outstanding, 0);
  const spinning = await openDevice("signalbox, with spin", threads, outstanding, SPIN);
  const contestant = (device: WorkersDevice): Contestant => {
    const body = freshBody({ lanes: 1, distance: 0 });
    const run = drive(device.queue("tiny", { jobs: outstanding }), body);
    return { name: device.name, role: "signalbox", body, order: "kept", run };
  };
  return {
    contestants: [contestant(asleep), contestant(spinning)],
    close: () => Promise.all([asleep.close(), spinning.close()]),
  };
}

/** Opens them all. */
export async function onThreads(load: Load, drivers: Drivers): Promise<Lineup> {
  const { threads, outstanding } = load;
  const devices = await openDevices(load, (queue, body) => drivers.device(queue, body));
  const pools = [openByHand(threads), ...(await openPools(threads, outstanding / threads))];
  const floor = openFloor(threads, outstanding);
  return {
    contestants: [
      ...devices.contestants,
      ...pools.map((pool): Contestant => {
        const body = freshBody({ lanes: 1, distance: 0 });
        return { name: pool.name, role: "rival", body, order: "kept", run: drivers.pool(pool, body) };
      }),
      floor.contestant,
    ],
    close: async () => {
      await Promise.all([devices, ...pools, floor].map((one) => one.close()));
    },
  };
}

function openDevice(name: string, lanes: number, outstanding: number, spin: number): Promise<WorkersDevice> {
  return openWorkers({ name, lanes, slots: Math.max(1, outstanding / lanes), spin });
}

/** What the device runs in its threads: the same module and export each time. */
export const MODULE: URL = new URL("./jobs.js", import.meta.url);
