/**
 * A device with a callback for each job, as rivals use one: completes on the next tick what it was given in this one.
 */
import { freshCopy } from "../harness/fresh.ts";
import type { JobBody } from "../harness/job-body.ts";

export interface CallbackDevice {
  /** Starts a job; `done` is called on the next tick. */
  start(index: number, done: (error: null) => void): void;
}

/** A device that no other contestant uses. */
export function freshDevice(body: JobBody): CallbackDevice {
  return freshCopy(makeDevice)(body);
}

// Refers to nothing outside itself: it is copied by its text. Two batches in turn, since a callback may start a job.
function makeDevice(body: JobBody): CallbackDevice {
  interface Batch {
    readonly indexes: number[];
    readonly dones: ((error: null) => void)[];
    count: number;
  }
  let running: Batch = { indexes: [], dones: [], count: 0 };
  let spare: Batch = { indexes: [], dones: [], count: 0 };
  const tick = (): void => {
    const { indexes, dones, count } = running;
    const batch = running;
    running = spare;
    for (let k = 0; k < count; k++) {
      body.finish(indexes[k]!);
      dones[k]!(null);
    }
    batch.count = 0;
    spare = batch;
  };
  return {
    start(index, done) {
      body.start(index);
      if (running.count === 0) setImmediate(tick);
      running.indexes[running.count] = index;
      running.dones[running.count++] = done;
    },
  };
}
