/** The prices of jobs for worker threads, by what is handed to them: from making a job to having its result. */
import { submit } from "signalbox";
import type { JobQueue } from "signalbox";
import { openWorkers } from "signalbox/workers";
import type { WorkerJob, WorkersDevice } from "signalbox/workers";
import type { Operation } from "./kit.ts";

/** What the thread loads: a module as text, so that it is the same before and after the build. */
const MODULE = "data:text/javascript,export const same = (value) => value";

export function workerOperations(): readonly Operation[] {
  return [
    toThread("a job to a thread and back, args: [number]", (index) => [index]),
    toThread("a job to a thread and back, args: [object]", (index) => [{ index, name: "prices" }]),
  ];
}

function toThread(name: string, argsOf: (index: number) => readonly unknown[]): Operation {
  let device: WorkersDevice;
  let queue: JobQueue<WorkerJob>;
  return {
    name,
    async open() {
      device = await openWorkers({ name: "prices", lanes: 1 });
      queue = device.queue("prices");
    },
    prepare: (count) => async () => {
      for (let index = 0; index < count; index++) {
        submit(queue.job({ module: MODULE, export: "same", args: argsOf(index) }));
      }
      await queue.drain();
    },
    close: () => device.close(),
  };
}
