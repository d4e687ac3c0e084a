/**
 * Signalbox in the cases with a single queue: a driver of one's own whose jobs are done when `run` returns.
 */
import { Ring, submit } from "signalbox";
import type { Driver, Job, JobQueue, JobSpec, QueueOptions } from "signalbox";
import type { Contestant } from "../harness/contest.ts";
import { freshCopy } from "../harness/fresh.ts";
import { freshBody } from "../harness/job-body.ts";
import type { JobBody } from "../harness/job-body.ts";
import type { QueueLoad } from "./load.ts";
import { produceByFences, produceByPromises } from "./producers.ts";

/** A job of the lifecycle cases: its number. */
export interface NumberedJob extends JobSpec {
  readonly index: number;
}

/** Runs each job at once. */
export class ImmediateDriver implements Driver<NumberedJob> {
  readonly name = "immediate";
  readonly #body: JobBody;

  constructor(body: JobBody) {
    this.#body = body;
  }

  run(job: Job<unknown, NumberedJob>): "done" {
    this.#body.run(job.spec.index);
    return "done";
  }

  cancel(): void {}
}

/** The producer looks at fences, and waits for one when nothing else is left to do. */
export function plain(load: QueueLoad): Contestant {
  return byFences("signalbox", load, {});
}

/** Jobs start inside `submit` when nothing holds them back. */
export function bypassing(load: QueueLoad): Contestant {
  return byFences("signalbox, bypass", load, { bypass: true });
}

/** The producer awaits every single job. */
export function awaitingEach(load: QueueLoad): Contestant {
  const { body, queue } = openQueue(load, {});
  const produce = freshCopy(produceByPromises);
  const submitJob = (index: number): Promise<void> => {
    const [fence] = submit(queue.job({ index }));
    return fence.wait();
  };
  return {
    name: "signalbox, each job awaited",
    role: "signalbox",
    body,
    order: "kept",
    run: (jobs) => produce(submitJob, jobs, Math.min(jobs, load.outstanding)),
  };
}

function byFences(name: string, load: QueueLoad, options: QueueOptions): Contestant {
  const { body, queue } = openQueue(load, options);
  const produce = freshCopy(produceByFences);
  return {
    name,
    role: "signalbox",
    body,
    order: "kept",
    run: (jobs) =>
      produce(
        (index) => {
          const [fence] = submit(queue.job({ index }));
          return fence;
        },
        jobs,
        Math.min(jobs, load.outstanding),
      ),
  };
}

function openQueue({ concurrency }: QueueLoad, options: QueueOptions): OneQueue {
  const body = freshBody({ lanes: 1, distance: 0 });
  const ring = new Ring(new ImmediateDriver(body));
  return { body, queue: ring.queue("steady", { credits: concurrency, ...options }) };
}

interface OneQueue {
  readonly body: JobBody;
  readonly queue: JobQueue<NumberedJob>;
}
