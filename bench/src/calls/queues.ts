/** The prices of queues that come and go. */
import { Ring } from "signalbox";
import type { Driver, JobQueue } from "signalbox";
import { repeated } from "./kit.ts";
import type { Operation } from "./kit.ts";

export function queueOperations(): readonly Operation[] {
  const driver: Driver = { name: "immediate", run: () => "done", cancel() {} };
  const ring = new Ring(driver);
  const queuesOf = (count: number): JobQueue[] =>
    Array.from({ length: count }, (_, index) => ring.queue(`queue ${index}`));
  let opened = queuesOf(0);
  const closeAll = async (): Promise<void> => {
    for (const queue of opened.splice(0)) (await queue.destroy()).release();
  };
  return [
    {
      name: "ring.queue(name) of the thousandth",
      prepare: (count) => repeated(count, () => opened.push(ring.queue("prices"))),
      finish: closeAll,
    },
    {
      name: "await queue.drain() of an idle one",
      prepare(count) {
        opened = queuesOf(1);
        return async () => {
          for (let index = 0; index < count; index++) await opened[0]!.drain();
        };
      },
      finish: closeAll,
    },
    {
      name: "queue.destroy() of an idle one",
      prepare(count) {
        opened = queuesOf(count);
        return repeated(count, (index) => void opened[index]!.destroy());
      },
      finish: closeAll,
    },
    {
      name: "await queue.destroy() of an idle one, and release()",
      prepare(count) {
        const queues = queuesOf(count);
        return async () => {
          for (const queue of queues) (await queue.destroy()).release();
        };
      },
    },
  ];
}
