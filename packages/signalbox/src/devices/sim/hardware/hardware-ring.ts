/**
 * A ring of simulated hardware: works on what it was given, one job after the other, and says nothing until an interrupt is taken.
 *
 * States of an entry: given (the driver put it there) -> finished (the hardware is done with it), hung (it never will be) or stopped
 * (the driver took it away) -> told (the core has heard of it). When it is finished, and when somebody hears of it, is for the run
 * to choose: so completions come one by one, in bursts, or after their job was given up.
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
  /** Whether it never ends by itself. */
  hung: boolean;
}

/** What a ring needs of the run. */
export interface RingWatcher {
  readonly anyOrder: boolean;
  touch(resources: number): void;
  choose(what: string, count: number): number;
  /** Whether the hardware hangs on this entry, instead of finishing it. */
  hangs(entry: Entry): boolean;
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

  /** What it makes of this job: it has finished it, is at it, has it waiting behind others, or knows nothing of it. */
  stateOf(job: Job<unknown, ExploredJob>): "finished" | "at it" | "waiting" | "unknown" {
    this.#watcher.touch(this.touches);
    if (this.done.some((entry) => entry.job === job)) return "finished";
    const place = this.#given.findIndex((entry) => entry.job === job);
    if (place < 0) return "unknown";
    return place === 0 || this.#watcher.anyOrder ? "at it" : "waiting";
  }

  /** Works on this job no more. Answers its entry, if it wasn't finished. */
  stop(job: Job<unknown, ExploredJob>): Entry | undefined {
    this.#watcher.touch(this.touches);
    const place = this.#given.findIndex((entry) => entry.job === job);
    return place < 0 ? undefined : this.#given.splice(place, 1)[0];
  }

  /** Is switched off: nothing is worked on any more. Answers what was. */
  drop(): readonly Entry[] {
    this.#watcher.touch(this.touches);
    return this.#given.splice(0);
  }

  enabled(): boolean {
    const { anyOrder } = this.#watcher;
    // In order, nothing comes past one that hangs.
    return anyOrder ? this.#given.some(({ hung }) => !hung) : this.#given[0]?.hung === false;
  }

  describe(): string {
    return this.#watcher.anyOrder ? `works on one of ${this.#given.length} jobs` : `works on ${this.#given[0]!.name}`;
  }

  take(): void {
    const { anyOrder } = this.#watcher;
    const able = anyOrder ? this.#given.filter(({ hung }) => !hung) : this.#given.slice(0, 1);
    const entry = able[able.length === 1 ? 0 : this.#watcher.choose(`which job of ${this.name}`, able.length)]!;
    if (this.#watcher.hangs(entry)) {
      entry.hung = true;
      return;
    }
    this.#given.splice(this.#given.indexOf(entry), 1);
    this.#watcher.finished(entry);
    this.done.push(entry);
  }
}
