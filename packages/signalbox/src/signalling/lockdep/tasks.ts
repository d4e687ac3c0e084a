/**
 * Tasks: who holds what, where many things are under way at once.
 *
 * What is held is held by a task: one row of steps, each after the one before it, over all its awaits. A program may say where a
 * task begins (`lockdep.task`), work items and reservations say it by themselves, and for locks that are taken outside of
 * all these the validator begins one with each lock that is wanted.
 *
 * Invariants:
 * - A task that the validator began is seen by what comes after the next await only: code that goes on in the same turn may be
 *   another's (`Promise.all([a(), b()])`), and what is not sure is not told.
 * - A task sees what it and those around it hold.
 * - What a work item, a worker or a refilling started goes on by itself when that is over: it is many things, and no task.
 * - A spin lock is held by whatever runs, since it is held for a synchronous stretch only.
 * - Nothing that has come to its end keeps a row of tasks alive.
 */
import type { ContextStore } from "../../platform/async-context.ts";
import { realPlatform } from "../../platform/real.ts";
import type { Held } from "./order-class.ts";

/** One row of steps. */
export class Task {
  #around: Task | null;
  /** What it holds, oldest first. */
  readonly held: Held[] = [];
  /** The turn in which the validator began it, or in which it was over; null for one that a program began. */
  turn: object | null;
  /** Whether what it was begun for has come to its end, and what it started goes on by itself. */
  over = false;

  constructor(around: Task | null, turn: object | null) {
    this.#around = around;
    this.turn = turn;
  }

  /** The innermost around it that holds something, or that a program began: of the others nothing will come any more. */
  get around(): Task | null {
    while (this.#around !== null && this.#around.turn !== null && this.#around.held.length === 0)
      this.#around = this.#around.#around;
    return this.#around;
  }

  /** Whether it is this task, or one that is part of it. */
  isWithin(other: Task): boolean {
    if (this === other) return true;
    for (let each = this.#around; each !== null; each = each.#around) if (each === other) return true;
    return false;
  }
}

/** A task that was begun for synchronous code, and what it is ended with. */
export interface BegunTask {
  readonly task: Task;
  readonly before: Task | undefined;
}

/** Something is not held any more. */
export function removeHeld(task: Task, held: Held): void {
  const place = task.held.indexOf(held);
  if (place >= 0) task.held.splice(place, 1);
}

export class Tasks {
  readonly #store: ContextStore<Task>;
  readonly #outermost = new Task(null, null);
  /** The spin locks that are held in the present turn. */
  #spinning: Held[] = [];
  /** Stands for the present turn, where a task began in it. */
  #turn: object | null = null;

  constructor(store: ContextStore<Task>) {
    this.#store = store;
  }

  /** The task of the running code: what it surely is part of. */
  get present(): Task {
    let task = this.#store.get() ?? this.#outermost;
    while (task.turn !== null && (task.turn === this.#turn || task.held.length === 0))
      task = task.around ?? this.#outermost;
    return task;
  }

  /** The task that the validator or a program began last where the running code comes from, sure or not. */
  get newest(): Task {
    return this.#store.get() ?? this.#outermost;
  }

  /** What the running code holds, oldest first. */
  heldBy(task: Task): readonly Held[] {
    const spinning = this.#spinning;
    if (task.around === null && spinning.length === 0) return task.held;
    const rows: (readonly Held[])[] = [];
    for (let each: Task | null = task; each !== null; each = each.around) rows.push(each.held);
    const held = rows.reverse().flat();
    return spinning.length === 0 ? held : [...held.filter((each) => !spinning.includes(each)), ...spinning];
  }

  /** A task holds this from now on. */
  take(task: Task, held: Held): void {
    task.held.push(held);
    if (held.of.kind !== "spin lock") return;
    this.#thisTurn();
    this.#spinning.push(held);
  }

  /** Not any more. */
  release(task: Task, held: Held): void {
    removeHeld(task, held);
    if (held.of.kind === "spin lock") this.#spinning = this.#spinning.filter((each) => each !== held);
  }

  /** A task within the present one, for something that is wanted: the same, if a program began that. */
  forWanting(): Task {
    const present = this.present;
    if (present !== this.#outermost && present.turn === null) return present;
    const task = new Task(present, this.#thisTurn());
    this.#store.enter(task);
    return task;
  }

  /** A task for something that is wanted by nobody else's leave: it sees nothing of what the present one holds. */
  forWantingAlone(): Task {
    const task = new Task(null, this.#thisTurn());
    this.#store.enter(task);
    return task;
  }

  /** What follows here is of that task again, and what was started in another meanwhile of that other. */
  goBackTo(task: Task): void {
    this.#store.enter(task);
  }

  /** Runs the body, and whatever it starts, as a task within the present one, which holds this beside. */
  run<R>(held: readonly Held[], body: () => R): R {
    return this.#runAs(new Task(this.present, null), held, body);
  }

  /** The same as a task of its own, which holds nothing else. */
  runAlone<R>(held: readonly Held[], body: () => R): R {
    return this.#runAs(new Task(null, null), held, body);
  }

  /** Begins a task that holds nothing, for synchronous code up to {@link end}; answers what to end it with. */
  begin(held: readonly Held[]): BegunTask {
    const before = this.#store.get();
    const task = new Task(null, null);
    task.held.push(...held);
    this.#store.enter(task);
    return { task, before };
  }

  end({ task, before }: BegunTask): void {
    this.#finish(task);
    this.#store.enter(before);
  }

  /** Nothing is followed any more. */
  close(): void {
    this.#store.close();
  }

  // What is held is held until the body is done, which for an async one is when its promise is settled.
  #runAs<R>(task: Task, held: readonly Held[], body: () => R): R {
    task.held.push(...held);
    const release = (): void => {
      if (held.length > 0) this.#finish(task);
    };
    let value: R;
    try {
      value = this.#store.run(task, body);
    } catch (error) {
      release();
      throw error;
    }
    if (held.length > 0 && value instanceof Promise) void value.then(release, release);
    else release();
    return value;
  }

  // Whatever else it holds is held by something that it started, and nobody knows by what.
  #finish(task: Task): void {
    task.held.length = 0;
    task.turn = this.#thisTurn();
    task.over = true;
  }

  #thisTurn(): object {
    if (this.#turn === null) {
      this.#turn = {};
      realPlatform.microtask(() => {
        this.#turn = null;
        this.#spinning = [];
      });
    }
    return this.#turn;
  }
}
