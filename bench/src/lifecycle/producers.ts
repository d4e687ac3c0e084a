/**
 * The producers: they keep so many jobs outstanding, each in the manner of what it is told by.
 *
 * Callers take a fresh copy of one for each contestant (fresh.ts), so these functions refer to nothing outside themselves.
 */
import type { Fence } from "signalbox";

/**
 * Told by fences: looks at the oldest job before it takes its place, and waits for it if it is not done.
 * The answer counts the jobs whose fence signalled without an error.
 */
export async function produceByFences(
  submit: (index: number, window: readonly Fence[]) => Fence,
  jobs: number,
  outstanding: number,
): Promise<number> {
  const window: Fence[] = [];
  let seen = 0;
  for (let index = 0; index < jobs + outstanding; index++) {
    const oldest = window[index % outstanding];
    if (index >= outstanding && oldest !== undefined) {
      if (!oldest.signalled) await oldest.wait();
      if (oldest.status === 1) seen++;
    }
    if (index < jobs) window[index % outstanding] = submit(index, window);
    else if (seen === jobs) break;
  }
  return seen;
}

/** Told by promises: awaits the oldest job before it takes its place. */
export async function produceByPromises(
  submit: (index: number, window: readonly Promise<unknown>[]) => Promise<unknown>,
  jobs: number,
  outstanding: number,
): Promise<number> {
  const window: Promise<unknown>[] = [];
  let seen = 0;
  for (let index = 0; index < jobs + outstanding; index++) {
    const oldest = window[index % outstanding];
    if (index >= outstanding && oldest !== undefined) {
      await oldest;
      seen++;
    }
    if (index < jobs) window[index % outstanding] = submit(index, window);
    else if (seen === jobs) break;
  }
  return seen;
}

/** Told by a callback for each job: submits the next one from there. */
export function produceByCallbacks(
  push: (index: number, done: () => void) => void,
  jobs: number,
  outstanding: number,
): Promise<number> {
  return new Promise((resolve) => {
    let next = 0;
    let seen = 0;
    const done = (): void => {
      seen++;
      if (next < jobs) push(next++, done);
      else if (seen === jobs) resolve(seen);
    };
    while (next < jobs && next < outstanding) push(next++, done);
  });
}
