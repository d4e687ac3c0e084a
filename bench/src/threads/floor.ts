/**
 * The floor: a bare ring to each thread, for which both sides look. Nothing else runs on the main thread meanwhile, and
 * nobody is told of a job but who looks.
 */
import { Worker } from "node:worker_threads";
import type { Contestant } from "../harness/contest.ts";
import { freshBody } from "../harness/job-body.ts";
import { BACK, PUT, SLEEPS, SLOTS, bareRing } from "./bare-ring.ts";
import type { BareRing } from "./bare-ring.ts";

/** What there is to close afterwards. */
export interface Floor {
  readonly contestant: Contestant;
  close(): Promise<unknown>;
}

/** So many threads, with so many jobs outstanding on all together. */
export function openFloor(threads: number, outstanding: number): Floor {
  const rings = Array.from({ length: threads }, () => bareRing());
  const workers = rings.map(
    (ring) => new Worker(new URL("./floor-thread.js", import.meta.url), { workerData: ring.memory }),
  );
  const sides = rings.map((ring) => new Side(ring, outstanding / threads));
  const body = freshBody({ lanes: 1, distance: 0 });
  return {
    contestant: {
      name: threads === 1 ? "floor: a bare shared ring, both sides spin" : "floor: bare shared rings, each side spins",
      role: "floor",
      body,
      order: "kept",
      run(jobs, latencies) {
        let put = 0;
        let seen = 0;
        let began = 0;
        while (seen < jobs) {
          for (const side of sides) {
            if (latencies !== undefined && side.room > 0) began = performance.now();
            for (; put < jobs && side.room > 0; put++) {
              body.start(put);
              side.put(put);
            }
            for (let answer = side.take(); answer !== undefined; answer = side.take()) {
              latencies?.note(performance.now() - began);
              body.finish(answer - 1);
              seen++;
            }
          }
        }
        return seen;
      },
    },
    close: () => Promise.all(workers.map((worker) => worker.terminate())),
  };
}

/** The main thread's side of a ring. */
class Side {
  readonly #ring: BareRing;
  readonly #most: number;
  #put = 0;
  #taken = 0;

  constructor(ring: BareRing, most: number) {
    this.#ring = ring;
    this.#most = most;
  }

  get room(): number {
    return this.#most - (this.#put - this.#taken);
  }

  put(index: number): void {
    this.#ring.numbers[this.#put % SLOTS] = index;
    Atomics.store(this.#ring.marks, PUT, ++this.#put);
    if (Atomics.load(this.#ring.marks, SLEEPS) === 1) Atomics.notify(this.#ring.marks, PUT);
  }

  take(): number | undefined {
    if (this.#taken === this.#put || Atomics.load(this.#ring.marks, BACK) === this.#taken) return undefined;
    return this.#ring.numbers[this.#taken++ % SLOTS];
  }
}
