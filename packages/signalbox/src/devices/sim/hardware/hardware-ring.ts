/**
 * A ring of simulated hardware: works on what it was given, one job after the other, and says nothing until an interrupt is taken.
 *
 * States of an entry: given (the driver put it there) -> finished (the hardware is done with it) -> told (an interrupt has told
 * the core). When it is finished, and when somebody hears of it, is for the run to choose: so completions come one by one, in bursts,
 * or after their job was given up.
 */
import type { DriverFence } from "../../../fence/driver-fence.ts";
import type { Job } from "../../../queue/job.ts";
import type { JobQueue } from "../../../queue/job-queue.ts";
import type { Lane } from "../explore/lane.ts";
import type { ExploredJob } from "./explored-device.ts";

/** One job on one ring. */
export interface Entry {
  readonly job: Job<unknown, ExploredJob>;
  readonly queue: JobQueue<ExploredJob>;
  readonly name: string;
  /** The ring's own fence for it, where the device answers with fences. */
  readonly fence: DriverFence | undefined;
  /** What the hardware found: 0, or a negative errno. */
  error: number;
}

/** What a ring needs of the run. */
export interface RingWatcher {
  readonly anyOrder: boolean;
  touch(resources: number): void;
  choose(what: string, count: number): number;
  finished(entry: Entry): void;
}

export class HardwareRing implements Lane {
  readonly name: string;
  readonly touches: number;
  /** What the core has not been told yet, oldest first. */
  readonly done: Entry[] = [];
  readonly #watcher: RingWatcher;
  readonly #given: Entry[] = [];

  constructor(name: string, bit: number, watcher: RingWatcher) {
    this.name = name;
    this.touches = bit;
    this.#watcher = watcher;
  }

  give(entry: Entry): void {
    this.#watcher.touch(this.touches);
    this.#given.push(entry);
  }

  /** Everything is done for: nothing is worked on any more. Answers what was. */
  drop(): readonly Entry[] {
    this.#watcher.touch(this.touches);
    return [...this.done.splice(0), ...this.#given.splice(0)];
  }

  enabled(): boolean {
    return this.#given.length > 0;
  }

  describe(): string {
    return this.#watcher.anyOrder ? `finishes one of ${this.#given.length} jobs` : `finishes ${this.#given[0]!.name}`;
  }

  take(): void {
    const { anyOrder } = this.#watcher;
    const count = anyOrder ? this.#given.length : 1;
    const place = count === 1 ? 0 : this.#watcher.choose(`which job of ${this.name}`, count);
    const [entry] = this.#given.splice(place, 1) as [Entry];
    this.#watcher.finished(entry);
    this.done.push(entry);
  }
}
