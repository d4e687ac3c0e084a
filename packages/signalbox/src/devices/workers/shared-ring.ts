/**
 * The shared ring: what a lane's two sides tell each other through shared memory, without a message.
 *
 * The submitter (the side that owns the device) fills slots and moves `SUBMITTED`; the runner (the thread) takes them in
 * order and moves `STARTED` and `COMPLETED`, and leaves each job's outcome, error and times in its slot. Sequence numbers
 * are the ring's own: 32 bits that wrap, so they are compared by their difference (F7).
 *
 * Who may sleep through what: each side has a bell. `AWAKE` is 1 while the runner will look at `SUBMITTED` again by
 * itself; `RUNG` is 1 from when the submitter was rung until it looks. Whoever changes a bell from 0 to 1 posts the
 * message that wakes the other, so that any number of jobs between two looks cost one message. (Not `Atomics.wait`, under
 * which the thread's own timers and messages would stand still; not `Atomics.waitAsync`, which doesn't keep a Node process
 * alive and takes twice as long as a message.)
 *
 * Invariants:
 * - completed <= started <= submitted <= completed + capacity, by difference. (A message may tell the runner of a job a
 *   moment before `SUBMITTED` passes it: its slot is filled by then.)
 * - A slot is written by the submitter before `SUBMITTED` passes it, by the runner before `COMPLETED` passes it, and read
 *   by each only after the other's mark has passed it. The marks are Atomics; what is between them needs none.
 * - `STARTED` is moved by an exchange that compares. So a submitter that halts the runner knows exactly which job is the last that
 *   was started: nothing is, afterwards.
 * - The runner looks at `SUBMITTED` after it sets `AWAKE` to 0, and the submitter looks at `AWAKE` after it moves
 *   `SUBMITTED`: so no job is slept through. Likewise with `RUNG` and `COMPLETED`.
 */
import { compareExchange, exchange, load, store } from "../../platform/atomics.ts";

// One cache line (16 cells) for each side's marks, and one for the bells.
const SUBMITTED = 0;
const STARTED = 16;
const COMPLETED = 17;
const AWAKE = 32;
const RUNG = 33;
const HEADER_CELLS = 48;

/** What a halted ring's `STARTED` differs by from the last job started: nothing that the runner compares it to can be equal. */
const HALT = 0x40000000;

/**
 * The sequence number before the first: the numbers wrap after 256 jobs, not after two thousand million, so that every
 * device that does any work shows that it can wrap. (The kernel starts its clock five minutes before it wraps.)
 */
export const START: number = 0x7fffffff - 256;

/** Cells of a slot: which function, how its arguments come, how it ended, with which errno. */
const SLOT_CELLS = 4;
/** Doubles of a slot: a numeric result, when it started, when it ended (ms on the runner's clock), and two arguments. */
const SLOT_DOUBLES = 5;

/** How a job's arguments come: none; in a batch with other jobs'; in a message of their own; one or two numbers, in the slot. */
export const NO_ARGS = 0;
export const BATCHED_ARGS = 1;
export const OWN_ARGS = 2;
export const ONE_NUMBER = 3;
export const TWO_NUMBERS = 4;

/** What is in the slot of a submitted job. */
export type ArgsKind = typeof NO_ARGS | typeof BATCHED_ARGS | typeof OWN_ARGS | typeof ONE_NUMBER | typeof TWO_NUMBERS;

/** How a job's outcome comes: by itself for what fits into a slot, else (`POSTED`) in a message. */
export const UNDEFINED = 0;
export const NUMBER = 1;
export const TRUE = 2;
export const FALSE = 3;
export const NULL = 4;
export const POSTED = 5;

/** What is in the slot of a completed job. */
export type Outcome = typeof UNDEFINED | typeof NUMBER | typeof TRUE | typeof FALSE | typeof NULL | typeof POSTED;

/** The memory of a ring, and both sides' way to read and write it. */
class SharedRing {
  /** The memory, to hand to the other side. */
  readonly memory: SharedArrayBuffer;
  readonly capacity: number;
  protected readonly cells: Int32Array;
  protected readonly doubles: Float64Array;
  readonly #mask: number;

  constructor(memory: SharedArrayBuffer, capacity: number) {
    this.memory = memory;
    this.capacity = capacity;
    this.#mask = capacity - 1;
    const cells = HEADER_CELLS + capacity * SLOT_CELLS;
    this.cells = new Int32Array(memory, 0, cells);
    this.doubles = new Float64Array(memory, cells * 4, capacity * SLOT_DOUBLES);
  }

  /** The slot of a sequence number: 0 to capacity - 1. */
  slot(seqno: number): number {
    return seqno & this.#mask;
  }

  protected cell(seqno: number): number {
    return HEADER_CELLS + (seqno & this.#mask) * SLOT_CELLS;
  }

  protected double(seqno: number): number {
    return (seqno & this.#mask) * SLOT_DOUBLES;
  }
}

/** The side that owns the device: fills slots, reads outcomes. */
export class SubmitterRing extends SharedRing {
  #last: number = START;
  /** The last job started, once the runner is halted. */
  #haltedAt: number | undefined;

  /** A new ring of `capacity` slots, a power of two. */
  constructor(capacity: number) {
    const bytes = (HEADER_CELLS + capacity * SLOT_CELLS) * 4 + capacity * SLOT_DOUBLES * 8;
    super(new SharedArrayBuffer(bytes), capacity);
    for (const mark of [SUBMITTED, STARTED, COMPLETED]) store(this.cells, mark, START);
  }

  /** The sequence number of what was put last; `START` before the first. */
  get last(): number {
    return this.#last;
  }

  /** Fills the next slot and answers its sequence number; the runner doesn't see it before `publish`. The caller knows that there is room. */
  put(functionId: number, args: ArgsKind): number {
    this.#last = (this.#last + 1) | 0;
    const cell = this.cell(this.#last);
    this.cells[cell] = functionId;
    this.cells[cell + 1] = args;
    return this.#last;
  }

  /** The same for a job whose arguments are these numbers; the second counts only if there are `TWO_NUMBERS`. */
  putNumbers(functionId: number, args: typeof ONE_NUMBER | typeof TWO_NUMBERS, first: number, second: number): number {
    const seqno = this.put(functionId, args);
    const double = this.double(seqno);
    this.doubles[double + 3] = first;
    this.doubles[double + 4] = second;
    return seqno;
  }

  /** Takes back what was put last and not published. */
  takeBack(): void {
    this.#last = (this.#last - 1) | 0;
  }

  /** Lets the runner see what was put. */
  publish(): void {
    store(this.cells, SUBMITTED, this.#last);
  }

  /** Whether the runner sleeps and must be woken by a message, of which this answer makes the caller responsible. */
  mustWake(): boolean {
    return compareExchange(this.cells, AWAKE, 0, 1) === 0;
  }

  /** The last job completed. Looking takes back the bell: what completes after this look rings again. */
  look(): number {
    store(this.cells, RUNG, 0);
    return load(this.cells, COMPLETED);
  }

  /** The same without taking back the bell. */
  get lastCompleted(): number {
    return load(this.cells, COMPLETED);
  }

  /** The runner need not ring until the next `look`: this side looks by itself. */
  hush(): void {
    store(this.cells, RUNG, 1);
  }

  /** Whether the runner had started this job. */
  started(seqno: number): boolean {
    return ((this.lastStarted - seqno) | 0) >= 0;
  }

  /** The last job that the runner has started; `START` before the first. */
  get lastStarted(): number {
    return this.#haltedAt ?? load(this.cells, STARTED);
  }

  /** Whether the runner has completed this job. Unlike `look`, this takes back no bell. */
  completed(seqno: number): boolean {
    return ((this.lastCompleted - seqno) | 0) >= 0;
  }

  /** The runner, which is about to be ended, starts nothing any more. */
  halt(): void {
    while (!this.haltAt(this.lastStarted));
  }

  /** The same if this job is the last that was started; false if another one is, and then nothing has changed. */
  haltAt(seqno: number): boolean {
    if (this.#haltedAt !== undefined) return this.#haltedAt === seqno;
    if (compareExchange(this.cells, STARTED, seqno, seqno ^ HALT) !== seqno) return false;
    this.#haltedAt = seqno;
    return true;
  }

  outcome(seqno: number): Outcome {
    return this.cells[this.cell(seqno) + 2] as Outcome;
  }

  /** 0 or a negative errno. */
  error(seqno: number): number {
    return this.cells[this.cell(seqno) + 3]!;
  }

  number(seqno: number): number {
    return this.doubles[this.double(seqno)]!;
  }

  /** When the job started, in ms on the runner's clock. */
  start(seqno: number): number {
    return this.doubles[this.double(seqno) + 1]!;
  }

  /** When the job ended, in ms on the runner's clock. */
  end(seqno: number): number {
    return this.doubles[this.double(seqno) + 2]!;
  }
}

/** The thread's side: takes jobs in order, leaves outcomes. */
export class RunnerRing extends SharedRing {
  /** Whether this job was submitted. */
  submitted(seqno: number): boolean {
    return ((load(this.cells, SUBMITTED) - seqno) | 0) >= 0;
  }

  functionId(seqno: number): number {
    return this.cells[this.cell(seqno)]!;
  }

  args(seqno: number): ArgsKind {
    return this.cells[this.cell(seqno) + 1] as ArgsKind;
  }

  /** The arguments of a job that are numbers in its slot. */
  numbers(seqno: number, args: typeof ONE_NUMBER | typeof TWO_NUMBERS): readonly number[] {
    const double = this.double(seqno);
    const first = this.doubles[double + 3]!;
    return args === ONE_NUMBER ? [first] : [first, this.doubles[double + 4]!];
  }

  /** The job is about to run: from here on it is this thread's to answer for. False if the thread may start nothing any more. */
  start(seqno: number, time: number): boolean {
    this.doubles[this.double(seqno) + 1] = time;
    const before = (seqno - 1) | 0;
    return compareExchange(this.cells, STARTED, before, seqno) === before;
  }

  /** The job has come to its end. */
  complete(seqno: number, outcome: Outcome, error: number, value: number, time: number): void {
    const cell = this.cell(seqno);
    const double = this.double(seqno);
    this.cells[cell + 2] = outcome;
    this.cells[cell + 3] = error;
    this.doubles[double] = value;
    this.doubles[double + 2] = time;
    store(this.cells, COMPLETED, seqno);
  }

  /** Rings the submitter's bell; true if it has to be told by a message. */
  ring(): boolean {
    return exchange(this.cells, RUNG, 1) === 0;
  }

  /** From now on the runner has to be woken. Look at `submitted` once more after it. */
  sleep(): void {
    store(this.cells, AWAKE, 0);
  }

  /** From now on the runner looks by itself. */
  wake(): void {
    store(this.cells, AWAKE, 1);
  }
}
