/**
 * The device of the tick cases as Signalbox drives it, and a ring with four queues over it.
 *
 * The core is an argument, since the cases about what something costs give each contestant a copy of its own.
 */
import type * as core from "signalbox";
import type { Driver, Fence, Job, QueueOptions } from "signalbox";
import { freshBody } from "../harness/job-body.ts";
import type { JobBody } from "../harness/job-body.ts";
import { CONCURRENCY, LANES, OUTSTANDING } from "./load.ts";
import type { Distances } from "./load.ts";
import type { NumberedJob } from "./steady-signalbox.ts";

type Core = typeof core;

/** Completes on the next tick, in one delivery, whatever it was given in this one. */
class TickDriver implements Driver<NumberedJob> {
  readonly name = "tick";
  readonly #deliver: Core["deliver"];
  readonly #body: JobBody;
  readonly #running: Job<unknown, NumberedJob>[] = [];
  #count = 0;
  #awaited = false;

  constructor(deliver: Core["deliver"], body: JobBody) {
    this.#deliver = deliver;
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

  /** Without this its queues take no timeouts. No job is ever out of time here. */
  timedOut(): "running" {
    return "running";
  }

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
    this.#deliver(this.#complete);
  };
}

/** Four queues on a device of their own, and how a job is submitted to them. */
export interface TickQueues {
  readonly body: JobBody;
  /** Submits job `index` behind what it depends on; `window` has the fences of the jobs before it, each at its index modulo OUTSTANDING. */
  readonly submitJob: (index: number, window: readonly Fence[]) => Fence;
}

export function openTickQueues(
  { Ring, deliver, submit }: Core,
  distances: Distances,
  options?: QueueOptions,
): TickQueues {
  const body = freshBody({ lanes: LANES, distance: distances });
  const ring = new Ring(new TickDriver(deliver, body));
  const queues = Array.from({ length: LANES }, (_, lane) =>
    ring.queue(`lane ${lane}`, { credits: CONCURRENCY, ...options }),
  );
  const withoutDependency = (index: number): Fence => {
    const [fence] = submit(queues[index % LANES]!.job({ index }));
    return fence;
  };
  const [first, ...others] = distances;
  if (first === undefined) return { body, submitJob: withoutDependency };
  if (others.length === 0) {
    const withOne = (index: number, window: readonly Fence[]): Fence => {
      if (index < first) return withoutDependency(index);
      const [fence] = submit(queues[index % LANES]!.job({ index, after: window[(index - first) % OUTSTANDING]! }));
      return fence;
    };
    return { body, submitJob: withOne };
  }
  const withSeveral = (index: number, window: readonly Fence[]): Fence => {
    const after: Fence[] = [];
    for (const distance of distances) if (index >= distance) after.push(window[(index - distance) % OUTSTANDING]!);
    const [fence] = submit(queues[index % LANES]!.job({ index, after }));
    return fence;
  };
  return { body, submitJob: withSeveral };
}
