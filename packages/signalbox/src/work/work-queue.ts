/**
 * Work queues: where code that a signal set off really runs, later and outside every section.
 *
 * A work queue is a list of scheduled items and one kick. However many items are scheduled, one microtask drains them all;
 * a drain that has used up its budget goes on after the event loop has had a turn, so that timers and I/O live.
 *
 * States of the queue: idle -> kicked (a microtask is on its way) -> draining -> idle, or -> yielded (a macrotask is on its
 * way) -> draining. States of an item: idle -> scheduled -> running; scheduled again while it runs, it runs again.
 *
 * Invariants: an item is in the list at most once. Items run in the order in which they were scheduled. A body that
 * throws doesn't keep the others from running: its error is rethrown in a microtask of its own.
 */
import { strikes } from "../faults.ts";
import type { Schedulable } from "../fence/registration.ts";
import { hooks } from "../hooks.ts";
import type { Platform } from "../platform/platform.ts";
import { throwLater } from "../platform/throw-later.ts";

/** What is left for one drain: units of work, counted down by the bodies that do them. */
export interface WorkBudget {
  /** Units left for the item that is running. */
  left: number;
}

/** What a work item does when it runs: at most `budget.left` units, counting them down; true if something is left to do. */
export type WorkBody = (budget: WorkBudget) => boolean;

/** How much a drain may do before it gives the event loop a turn. */
export interface WorkQueueOptions {
  /** Units of work (a job started is one); 4096 if left out. */
  readonly units?: number;
  /** Milliseconds, looked at between slices, from the second one on; 8 if left out. */
  readonly time?: number;
}

/** Units after which an item that still has work lets the next one go first, and the clock is looked at. */
const SLICE = 64;

/**
 * A piece of work that is done once however often it is scheduled before its turn.
 *
 * @example
 * ```ts
 * const item = new WorkItem(queue, () => { flushLog(); return false; });
 * fence.register(Registration.schedule(item));
 * ```
 */
export class WorkItem implements Schedulable {
  /** @internal */ readonly _body: WorkBody;
  /** @internal */ _scheduled = false;
  readonly #queue: WorkQueue;

  constructor(queue: WorkQueue, body: WorkBody) {
    this.#queue = queue;
    this._body = body;
  }

  /** Asks for a run; false if it was scheduled already. Never blocks, and nothing of the body runs here. */
  schedule(): boolean {
    if (this._scheduled) return false;
    this._scheduled = true;
    this.#queue._enqueue(this);
    return true;
  }

  /** @internal */
  _schedule(): void {
    this.schedule();
  }
}

/** A list of work items with one coalesced kick; see the head of this file. */
export class WorkQueue {
  readonly #platform: Platform;
  readonly #units: number;
  readonly #time: number;
  readonly #budget: WorkBudget = { left: 0 };
  #items: WorkItem[] = [];
  #active = false;
  readonly #drain = (): void => {
    this.#run();
  };

  /** Throws RangeError for a budget with which nothing would ever run. */
  constructor(platform: Platform, options: WorkQueueOptions = {}) {
    const { units = 4096, time = 8 } = options;
    if (!(units >= 1)) throw new RangeError(`A work queue needs a budget of at least 1 unit (got ${units})`);
    if (!(time >= 0)) throw new RangeError(`A work queue needs a budget of 0 ms or more (got ${time})`);
    this.#platform = platform;
    this.#units = units;
    this.#time = time;
  }

  /** Whether nothing is scheduled and nothing runs. */
  get idle(): boolean {
    return !this.#active;
  }

  /** @internal */
  _enqueue(item: WorkItem): void {
    this.#items.push(item);
    if (this.#active) return;
    this.#active = true;
    if (this.#platform.kick === undefined) this.#platform.microtask(this.#drain);
    else this.#platform.kick(this.#drain);
  }

  #run(): void {
    let units = this.#units;
    // Most drains have one slice, and needn't read the clock.
    let deadline = 0;
    // Items scheduled during the drain are appended and reached by the same loop.
    for (let index = 0; index < this.#items.length; index++) {
      const now = index === 0 ? 0 : this.#platform.now();
      if (index === 1) deadline = now + this.#time;
      if (units <= 0 || (index > 1 && now >= deadline) || (index > 0 && strikes("early yield"))) {
        this.#items = this.#items.slice(index);
        this.#platform.macrotask(this.#drain);
        return;
      }
      units -= this.#runItem(this.#items[index]!);
    }
    while (this.#items.pop() !== undefined); // Keeps the array's memory, as setting its length does not.
    this.#active = false;
  }

  // Answers the units used, at least one, so that items which count nothing still come to an end.
  #runItem(item: WorkItem): number {
    item._scheduled = false;
    this.#budget.left = SLICE;
    if (hooks.lockdep !== null) hooks.lockdep.entered("work", this);
    try {
      if (item._body(this.#budget)) item.schedule();
    } catch (error) {
      throwLater(this.#platform, error);
    }
    if (hooks.lockdep !== null) hooks.lockdep.left("work");
    return Math.max(1, SLICE - this.#budget.left);
  }
}

const shared = new WeakMap<Platform, WorkQueue>();

/** The work queue that the queues of one platform share, so that one kick serves a chain over several devices. */
export function sharedWorkQueue(platform: Platform): WorkQueue {
  let queue = shared.get(platform);
  if (queue === undefined) {
    queue = new WorkQueue(platform);
    shared.set(platform, queue);
  }
  return queue;
}
