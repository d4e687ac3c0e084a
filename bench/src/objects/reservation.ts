/**
 * `objects/reservation`: a shared resource that 64 readers use, and a writer who waits for all of them. Each job takes the
 * lock, adds 64 fences, and waits; in the next the old ones have made room.
 */
import { Reservation, tryLockAll } from "signalbox";
import type { DriverFence } from "signalbox";
import type { Contest, Contestant } from "../harness/contest.ts";
import { freshBody } from "../harness/job-body.ts";
import { countdown } from "./countdown.ts";
import { timelines } from "./pending.ts";

const READERS = 64;

export const reservation: Contest = {
  kind: "contest",
  name: "objects/reservation",
  title: "a resource with 64 readers: locked, 64 fences added, waited for by a writer, signalled one by one",
  prepare: () => ({ contestants: [reserved(), listOfReaders(), countdown(READERS)] }),
};

function reserved(): Contestant {
  const body = freshBody({ lanes: 1, distance: 0 });
  const lanes = timelines(READERS);
  const resource = new Reservation("resource");
  const read = (): readonly DriverFence[] => {
    const locks = tryLockAll([resource]);
    if (locks === null) throw new Error("The resource is locked, and nobody else is here");
    const locked = locks.of(resource);
    const readers = lanes.map((lane) => lane.fence());
    locked.reserve(READERS);
    for (const { fence } of readers) locked.add(fence, "read");
    locks.release();
    return readers;
  };
  return {
    name: "signalbox",
    role: "signalbox",
    body,
    order: "kept",
    async run(jobs) {
      for (let index = 0; index < jobs; index++) {
        const readers = read();
        const idle = resource.wait("read");
        for (const reader of readers) reader.signal();
        await idle;
        body.run(index);
      }
      return jobs;
    },
  };
}

/** As one writes it by hand: the resource keeps a list of its readers' promises, which a writer takes. */
function listOfReaders(): Contestant {
  const body = freshBody({ lanes: 1, distance: 0 });
  const resource: { readers: Promise<void>[] } = { readers: [] };
  const read = (): readonly (() => void)[] => {
    const finish: (() => void)[] = [];
    for (let k = 0; k < READERS; k++) {
      const reading = new Promise<void>((resolve) => {
        finish.push(resolve);
      });
      resource.readers.push(reading);
    }
    return finish;
  };
  return {
    name: "Promise.all of a list",
    role: "rival",
    body,
    order: "kept",
    async run(jobs) {
      for (let index = 0; index < jobs; index++) {
        const finish = read();
        const idle = Promise.all(resource.readers);
        resource.readers = [];
        for (const done of finish) done();
        await idle;
        body.run(index);
      }
      return jobs;
    },
  };
}
