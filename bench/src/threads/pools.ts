/**
 * The pools that one would otherwise use, each set up as its authors say: as many threads as asked for, started before anything
 * is measured, none of which ends while it is idle.
 */
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Piscina } from "piscina";
import { FixedThreadPool } from "poolifier";
import Tinypool from "tinypool";
import workerpool from "workerpool";

/** What a pool comes to here: a call, and its end. */
export interface Pool {
  readonly name: string;
  call(index: number): Promise<number>;
  close(): Promise<unknown>;
}

/** How long the end of a pool is waited for that may not tell of it, in ms. */
const END_GRACE = 500;

const jobs = new URL("./jobs.js", import.meta.url).href;

/** All of them, with so many threads, at each of which so many jobs may be at once. */
export async function openPools(threads: number, atOnce: number): Promise<readonly Pool[]> {
  const pools = [
    openPiscina("piscina", threads, atOnce, "sync"),
    openPiscina("piscina, atomics disabled", threads, atOnce, "disabled"),
    openTinypool(threads, atOnce),
    openPoolifier(threads, atOnce),
    openWorkerpool(threads),
  ];
  // Every thread of theirs has started and has loaded the function when it has answered.
  for (const pool of pools) await Promise.all(Array.from({ length: 4 * threads * atOnce }, (_, k) => pool.call(k)));
  return pools;
}

function openPiscina(name: string, threads: number, atOnce: number, atomics: "sync" | "disabled"): Pool {
  const pool = new Piscina<number, number>({
    filename: jobs,
    minThreads: threads,
    maxThreads: threads,
    concurrentTasksPerWorker: atOnce,
    atomics,
  });
  return { name, call: (index) => pool.run(index), close: () => pool.destroy() };
}

function openTinypool(threads: number, atOnce: number): Pool {
  const pool = new Tinypool({
    filename: jobs,
    minThreads: threads,
    maxThreads: threads,
    concurrentTasksPerWorker: atOnce,
  });
  return {
    name: "tinypool",
    call: (index) => pool.run(index) as Promise<number>,
    close: () => pool.destroy(),
  };
}

function openPoolifier(threads: number, atOnce: number): Pool {
  const pool = new FixedThreadPool<number, number>(
    threads,
    fileURLToPath(new URL("./poolifier-thread.js", import.meta.url)),
    { enableTasksQueue: atOnce > 1, tasksQueueOptions: { concurrency: atOnce } },
  );
  // Its end is not always told after thousands of jobs; the process of the case takes the threads with it.
  const close = (): Promise<unknown> => Promise.race([pool.destroy(), pause(END_GRACE)]);
  return { name: "poolifier", call: (index) => pool.execute(index), close };
}

function openWorkerpool(threads: number): Pool {
  const pool = workerpool.pool(fileURLToPath(new URL("./workerpool-thread.js", import.meta.url)), {
    workerType: "thread",
    minWorkers: threads,
    maxWorkers: threads,
  });
  const call = async (index: number): Promise<number> => (await pool.exec("next", [index])) as number;
  return { name: "workerpool", call, close: () => pool.terminate() as unknown as Promise<unknown> };
}
