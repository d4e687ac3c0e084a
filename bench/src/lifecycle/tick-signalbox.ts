/**
 * Signalbox in the tick cases: a driver of one's own, on a ring with four queues.
 */
import { Ring, deliver, submit } from "signalbox";
import type { Driver, Fence, Job } from "signalbox";
import type { Contestant } from "../harness/contest.ts";
import { freshCopy } from "../harness/fresh.ts";
import { freshBody } from "../harness/job-body.ts";
import type { JobBody } from "../harness/job-body.ts";
import { CONCURRENCY, LANES, OUTSTANDING } from "./load.ts";
import { produceByFences, produceByPromises } from "./producers.ts";
import type { NumberedJob } from "./steady-signalbox.ts";

/** Completes on the next tick, in one delivery, whatever it was given in this one. */
class TickDriver implements Driver<NumberedJob> {
  readonly name = "tick";
  readonly #body: JobBody;
  readonly #running: Job<unknown, NumberedJob>[] = [];
  #count = 0;
  #awaited = false;

  constructor(body: JobBody) {
    this.#body = body;
  }

  run(job: Job<unknown, NumberedJob>): "pending" {
    this.#body.start(job.spec.index);
    this.#running[this.#count++] = job;
    return "pending";
  }

  flush(): void {
    if (this.#awaited) return;
    this.#awaited = true;
    setImmediate(this.#tick);
  }

  cancel(): void {}

  readonly #complete = (): void => {
    for (let k = 0; k < this.#count; k++) {
      const job = this.#running[k]!;
      this.#body.finish(job.spec.index);
      job.queue.complete(job);
    }
    this.#count = 0;
  };

  readonly #tick = (): void => {
    this.#awaited = false;
    deliver(this.#complete);
  };
}

/** The producer looks at fences, and waits for one when nothing else is left to do. */
export function plain(distance: number): Contestant {
  const { body, submitJob } = openQueues(distance);
  const produce = freshCopy(produceByFences);
  return {
    name: "signalbox",
    role: "signalbox",
    body,
    order: "kept",
    run: (jobs) => produce(submitJob, jobs, OUTSTANDING),
  };
}

/** The producer awaits every single job. */
export function awaitingEach(distance: number): Contestant {
  const { body, submitJob } = openQueues(distance);
  const produce = freshCopy(produceByPromises);
  const fences: Fence[] = [];
  const submitAndWait = (index: number): Promise<void> => {
    const fence = submitJob(index, fences);
    fences[index % OUTSTANDING] = fence;
    return fence.wait();
  };
  return {
    name: "signalbox, each job awaited",
    role: "signalbox",
    body,
    order: "kept",
    run: (jobs) => produce(submitAndWait, jobs, OUTSTANDING),
  };
}

interface Queues {
  readonly body: JobBody;
  readonly submitJob: (index: number, window: readonly Fence[]) => Fence;
}

function openQueues(distance: number): Queues {
  const body = freshBody({ lanes: LANES, distance });
  const ring = new Ring(new TickDriver(body));
  const queues = Array.from({ length: LANES }, (_, lane) => ring.queue(`lane ${lane}`, { credits: CONCURRENCY }));
  const withoutDependency = (index: number): Fence => {
    const [fence] = submit(queues[index % LANES]!.job({ index }));
    return fence;
  };
  const withDependency = (index: number, window: readonly Fence[]): Fence => {
    if (index < distance) return withoutDependency(index);
    const [fence] = submit(queues[index % LANES]!.job({ index, after: window[(index - distance) % OUTSTANDING]! }));
    return fence;
  };
  return { body, submitJob: distance === 0 ? withoutDependency : withDependency };
}
