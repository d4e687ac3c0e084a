/**
 * Measures on the GPU when each job ran, for the trace; where the adapter has `timestamp-query`, and only while somebody
 * traces.
 *
 * Around a job's work go two empty compute passes that write a timestamp each: the GPU writes one when all before it is
 * done. They are resolved in blocks, one copy and one mapping for a batch of jobs.
 *
 * Life of a block: free -> filling (takes jobs) -> reading (resolved, copied, being mapped) -> free.
 *
 * Invariants: a block has 64 jobs and there are at most 8: when all are reading, jobs go unmeasured (the trace has a gap;
 * no job waits for being measured). What goes wrong here never touches a job.
 */
import { hooks } from "../../hooks.ts";
import type { Platform } from "../../platform/platform.ts";
import type { Job } from "../../queue/job.ts";
import { GPUBufferUsage, GPUMapMode } from "./constants.ts";
import { GpuClock } from "./gpu-clock.ts";
import type { GpuJob } from "./gpu-job.ts";
import type { Outstanding } from "./outstanding.ts";

const JOBS = 64;
const BLOCKS = 8;
const BYTES = 8;

interface Measured {
  readonly job: Job<unknown, GpuJob>;
  readonly ring: Job<unknown, GpuJob>["queue"]["ring"];
  readonly submitted: number;
}

interface Block {
  readonly queries: GPUQuerySet;
  readonly resolved: GPUBuffer;
  readonly mapped: GPUBuffer;
  readonly jobs: Measured[];
}

/** @internal */
export class Timestamps {
  readonly #device: GPUDevice;
  readonly #platform: Platform;
  readonly #outstanding: Outstanding;
  readonly #clock = new GpuClock();
  readonly #free: Block[] = [];
  #made = 0;
  #filling: Block | undefined;

  constructor(device: GPUDevice, platform: Platform, outstanding: Outstanding) {
    this.#device = device;
    this.#platform = platform;
    this.#outstanding = outstanding;
  }

  /** Before a job's `run`: writes the time at which all before it is done. False if the job goes unmeasured. */
  begin(job: Job<unknown, GpuJob>): boolean {
    const block = this.#block();
    if (block === undefined) return false;
    const submitted = this.#platform.now();
    this.#write({ querySet: block.queries, beginningOfPassWriteIndex: block.jobs.length * 2 });
    block.jobs.push({ job, ring: job.queue.ring, submitted });
    return true;
  }

  /** After the `run` of a job that `begin` took: writes the time at which its work is done. */
  end(): void {
    const block = this.#filling;
    if (block === undefined) return;
    this.#write({ querySet: block.queries, endOfPassWriteIndex: block.jobs.length * 2 - 1 });
    if (block.jobs.length === JOBS) this.flush();
  }

  /** After a batch of jobs: sends for what was measured. */
  flush(): void {
    const block = this.#filling;
    if (block === undefined) return;
    this.#filling = undefined;
    const bytes = block.jobs.length * 2 * BYTES;
    const encoder = this.#device.createCommandEncoder();
    encoder.resolveQuerySet(block.queries, 0, block.jobs.length * 2, block.resolved, 0);
    encoder.copyBufferToBuffer(block.resolved, 0, block.mapped, 0, bytes);
    this.#device.queue.submit([encoder.finish()]);
    this.#outstanding.begin();
    block.mapped
      .mapAsync(GPUMapMode.READ, 0, bytes)
      .then(
        () => {
          this.#read(block, bytes);
        },
        () => {
          // A lost device: these jobs have no times.
        },
      )
      .finally(() => {
        this.#outstanding.end();
      });
  }

  #read(block: Block, bytes: number): void {
    const times = new BigUint64Array(block.mapped.getMappedRange(0, bytes).slice(0));
    block.mapped.unmap();
    const seen = this.#platform.now();
    const spans = block.jobs.splice(0).map(({ job, ring, submitted }, index) => {
      const begin = Number(times[index * 2]) / 1e6;
      const end = Number(times[index * 2 + 1]) / 1e6;
      if (begin > 0 && end >= begin) this.#clock.observe(begin, end, submitted, seen);
      return { job, ring, begin, end };
    });
    this.#free.push(block);
    for (const { job, ring, begin, end } of spans) {
      // An adapter may answer 0 for what it could not measure.
      if (begin === 0 || end < begin) continue;
      hooks.tracer?.deviceSpan({
        ring,
        job,
        name: job.label,
        start: this.#clock.toPlatform(begin),
        end: this.#clock.toPlatform(end),
      });
    }
  }

  #write(timestampWrites: GPUComputePassTimestampWrites): void {
    const encoder = this.#device.createCommandEncoder();
    encoder.beginComputePass({ timestampWrites }).end();
    this.#device.queue.submit([encoder.finish()]);
  }

  #block(): Block | undefined {
    this.#filling ??= this.#free.pop() ?? this.#make();
    return this.#filling;
  }

  #make(): Block | undefined {
    if (this.#made === BLOCKS) return undefined;
    this.#made++;
    const device = this.#device;
    const size = JOBS * 2 * BYTES;
    return {
      queries: device.createQuerySet({ type: "timestamp", count: JOBS * 2 }),
      resolved: device.createBuffer({ size, usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC }),
      mapped: device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST }),
      jobs: [],
    };
  }
}
