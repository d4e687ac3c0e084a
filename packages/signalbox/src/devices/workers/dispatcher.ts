/**
 * The dispatcher: hands waiting tasks to the lanes that have room, oldest first.
 *
 * Two kinds of lists feed a lane: its own (queues that are pinned to it) and the pool's (all others). A lane takes the
 * older of the two fronts, or nothing if that one doesn't fit: so nobody is overtaken for ever. A task of the pool goes to
 * the lane with the least work ahead; a task that takes long, or for how long is not known, goes only to an idle lane,
 * and so is bound to a thread when the thread is free and not before.
 */
import type { Lane } from "./lane.ts";
import type { Spinner } from "./spinner.ts";
import { TaskList } from "./task.ts";
import type { Task } from "./task.ts";

/** Feeds the lanes of one device. */
export class Dispatcher {
  /** Tasks of the queues that are pinned to no lane. */
  readonly pool: TaskList = new TaskList();
  readonly #lanes: readonly Lane[];
  readonly #spinner: Spinner | null;
  #feeding = false;

  /** The spinner looks for completions of what was handed over; null if there is none. */
  constructor(lanes: readonly Lane[], spinner: Spinner | null) {
    this.#lanes = lanes;
    this.#spinner = spinner;
  }

  /** Hands over what fits. Outside every section, for it calls what jobs' specs gave as functions. */
  feed(): void {
    // From inside: a task that couldn't be handed over is complete, and that let others start. The loop below sees them.
    if (this.#feeding) return;
    this.#feeding = true;
    while (this.#feedEach());
    this.#feeding = false;
    const spins = this.#spinner?.wanted() ?? false;
    for (const lane of this.#lanes) lane.flush(spins);
    this.#spinner?.kick();
  }

  /** Takes out all that waits, of the pool and of every lane. */
  takeAll(): Task[] {
    return [this.pool, ...this.#lanes.map((lane) => lane.waiting)].flatMap((list) => list.takeAll());
  }

  // One task at most for each lane's own list and for the pool; false when there is nothing more to hand over.
  #feedEach(): boolean {
    let fed = false;
    let best: Lane | null = null;
    const pooled = this.pool.first;
    for (const lane of this.#lanes) {
      const own = lane.waiting.first;
      if (own !== null && (pooled === null || own.arrival < pooled.arrival)) {
        if (!lane.hasRoom(own.function)) continue;
        lane.waiting.shift();
        lane.take(own);
        fed = true;
      } else if (pooled !== null && lane.hasRoom(pooled.function) && (best === null || lane.ahead < best.ahead)) {
        best = lane;
      }
    }
    if (pooled === null || best === null || this.pool.first !== pooled) return fed;
    this.pool.shift();
    best.take(pooled);
    return true;
  }
}
