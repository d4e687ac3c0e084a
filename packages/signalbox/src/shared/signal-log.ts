/**
 * The signal log: what one thread tells all others of the points that it signalled, in shared memory and without a message.
 *
 * A point is a seqno of a timeline, a point of a sync object, or a generation of a binary one: 64 bits that only grow. The
 * log is a ring of entries, each of them one advance: every point up to `through` has signalled, with this outcome. On top
 * of it come two ends, the owner's own and its keeper's (who watches the owner's thread); the first to come counts, and is
 * the outcome of every point that had none.
 *
 * States: open -> ended.
 *
 * Who writes: the owner the entries, `SUBMITTED` and its end; the keeper its end. Nobody takes a lock, so a thread that is
 * killed in the middle of anything holds up nobody. `WORD` is what decides: the number of entries that count, and in its
 * two lowest bits who ended it. It changes by compare-and-swap only, so that an entry counts or comes too late.
 *
 * Invariants:
 * - F2, F13: what a point's outcome is once, it is for ever, in every thread: an entry that counts is never changed, but
 *   only overwritten by a later one, and an end is no outcome of a point that has an entry.
 * - F9: an entry is written before `WORD` counts it, `WORD` changes before the bell rings.
 * - The bell rings for every change: whoever looks at it, then at the log, then sleeps until it changes, misses nothing. An
 *   owner that was killed before it rang is rung for by its keeper.
 * - An outcome that was overwritten before somebody looked is never taken for a success if it was a failure: `FAILED` is the
 *   point up to which failures were lost, and up to it the answer is ENODATA.
 */
import { SignalboxError, errno } from "../errors.ts";
import { add, canShareMemory, compareExchange, load, loadWide, storeWide, wake } from "../platform/atomics.ts";
import { realPlatform } from "../platform/real.ts";
import { ENTRY_BYTES, Entries } from "./entry.ts";
import type { Outcome } from "./entry.ts";

// Cells of the header.
const BELL = 0;
const WORD = 1;
const CLAIMED = 2;
const KEPT = 3;
// Wide cells of the header.
const SUBMITTED = 8;
const CURRENT = 9;
/** One more than the last point whose entry was overwritten. */
const LOST = 10;
/** One more than the last point whose entry was overwritten, and was a failure. */
const FAILED = 11;
/** Every generation of a binary object below this one has signalled. */
const SETTLED = 12;
const HEADER_BYTES = 128;

// Entries: the two ends, then the ring.
const OWNERS_END = 0;
const KEEPERS_END = 1;
const RING = 2;

// WORD: who ended it, and above that how many entries count (30 bits that wrap). An entry's mark is its number plus 1.
const BY_OWNER = 1;
const BY_KEEPER = 2;
const ENDED: number = BY_OWNER | BY_KEEPER;
const ONE_ENTRY = 4;
const LAST_NUMBER = 0x3fff_ffff;

/** What this agent claims logs with: any number but 0. */
const agent: number = 1 + Math.floor(realPlatform.random() * 0x7fff_fffe);

/** An entry was overwritten while it was read. */
const AGAIN: unique symbol = Symbol("again");

/** How many signals of binary fences a sync object's log keeps. */
export const GENERATION_ENTRIES = 16;

/** Points signal in their order; generations of a binary sync object in any. */
export type LogOrder = "points" | "generations";

/** Who says that nothing more will come: the owner itself, or who watches the owner's thread. */
export type Ender = "owner" | "keeper";

/** How many advances a timeline's log keeps: a reader that is further behind may learn less than it could have (ENODATA). */
export const TIMELINE_ENTRIES = 64;

/** One log, from either side. */
export class SignalLog {
  /** To hand to other threads. */
  readonly memory: SharedArrayBuffer;
  readonly #cells: Int32Array;
  readonly #wide: BigUint64Array;
  readonly #entries: Entries;
  readonly #mask: number;

  /** A log in memory that another thread made. Throws EINVAL if it can't be one. */
  constructor(memory: SharedArrayBuffer) {
    const count = (memory.byteLength - HEADER_BYTES) / ENTRY_BYTES - RING;
    if (!Number.isInteger(count) || count < 1 || (count & (count - 1)) !== 0) {
      throw new SignalboxError("EINVAL", `${memory.byteLength} bytes of shared memory can't be a fence's`);
    }
    this.memory = memory;
    this.#cells = new Int32Array(memory, 0, HEADER_BYTES / 4);
    this.#wide = new BigUint64Array(memory, 0, HEADER_BYTES / 8);
    this.#entries = new Entries(memory, HEADER_BYTES, RING + count);
    this.#mask = count - 1;
  }

  /** A new log, owned by nobody yet, that keeps `entries` advances: a power of two. Throws ENODEV where memory can't be shared. */
  static create(entries: number): SignalLog {
    if (!canShareMemory()) {
      throw new SignalboxError(
        "ENODEV",
        'Sharing a fence needs SharedArrayBuffer, and this page is not isolated: serve it with Cross-Origin-Opener-Policy "same-origin" and Cross-Origin-Embedder-Policy "require-corp"',
      );
    }
    return new SignalLog(new SharedArrayBuffer(HEADER_BYTES + (RING + entries) * ENTRY_BYTES));
  }

  /** The cell that changes whenever anything of the log does: to wait on. */
  get bell(): { readonly cells: Int32Array; readonly index: number } {
    return { cells: this.#cells, index: BELL };
  }

  /** What the bell shows now. */
  get rung(): number {
    return load(this.#cells, BELL);
  }

  /** Whether it has ended: no point without an outcome is left. */
  get ended(): boolean {
    return (load(this.#cells, WORD) & ENDED) !== 0;
  }

  /** The last point that was submitted; 0 before the first. Only sync objects submit. */
  get submitted(): bigint {
    return loadWide(this.#wide, SUBMITTED);
  }

  /** The generation of a binary object's present fence; 0 while it has none. */
  get current(): bigint {
    return loadWide(this.#wide, CURRENT);
  }

  /** Up to which point everything has signalled; 0 if nothing has. */
  get signalledThrough(): bigint {
    for (;;) {
      const count = this.#count;
      const through = this.#throughOf((count - 1) & LAST_NUMBER);
      if (through !== undefined) return through;
      if (count === this.#count) return 0n;
    }
  }

  /** Whether nothing can happen to it any more. */
  get finished(): boolean {
    return this.ended || (this.#mask === 0 && this.#count > 0);
  }

  /** Whether its owner is this agent. */
  get ours(): boolean {
    return load(this.#cells, CLAIMED) === agent;
  }

  /** Becomes the one owner; false if somebody is. */
  claim(): boolean {
    return compareExchange(this.#cells, CLAIMED, 0, agent) === 0;
  }

  /** Becomes the one keeper; false if somebody is. */
  keep(): boolean {
    return compareExchange(this.#cells, KEPT, 0, 1) === 0;
  }

  /** The owner: this point is submitted, and will signal. */
  submit(point: bigint): void {
    storeWide(this.#wide, SUBMITTED, point);
    this.ring();
  }

  /** The owner of a binary object: every generation below this one has signalled. */
  settle(generation: bigint): void {
    storeWide(this.#wide, SETTLED, generation);
    this.ring();
  }

  /** The owner: from now on this generation is the object's fence; 0 for none. */
  setCurrent(generation: bigint): void {
    storeWide(this.#wide, CURRENT, generation);
    this.ring();
  }

  /**
   * SIGNALLING: the owner signals every point up to `through` that has no outcome. False if the log had ended: then these
   * points have the end's outcome.
   */
  advance(through: bigint, outcome: Outcome): boolean {
    const word = load(this.#cells, WORD);
    if ((word & ENDED) !== 0) return false;
    const number = word >>> 2;
    const entry = this.#entryOf(number);
    if (this.#entries.mark(entry) !== 0) this.#lose(entry);
    this.#entries.write(entry, number + 1, through, outcome);
    const counts = compareExchange(this.#cells, WORD, word, (word + ONE_ENTRY) | 0) === word;
    if (counts) this.ring();
    return counts;
  }

  /** SIGNALLING: nothing more will come; every point without an outcome has this one. False if it had ended before. */
  end(ender: Ender, outcome: Outcome): boolean {
    const [entry, bit] = ender === "owner" ? [OWNERS_END, BY_OWNER] : [KEEPERS_END, BY_KEEPER];
    let word = load(this.#cells, WORD);
    if ((word & ENDED) === 0) this.#entries.write(entry, 1, 0n, outcome);
    while ((word & ENDED) === 0) {
      const found = compareExchange(this.#cells, WORD, word, word | bit);
      if (found === word) {
        this.ring();
        return true;
      }
      word = found;
    }
    return false;
  }

  /** Makes whoever waits look again. */
  ring(): void {
    add(this.#cells, BELL, 1);
    wake(this.#cells, BELL);
  }

  /** Ends all waits for the bell, with nothing new to see. */
  wake(): void {
    wake(this.#cells, BELL);
  }

  /** What became of a point of a timeline; undefined while nothing has. */
  outcome(point: bigint): Outcome | undefined {
    return this.#look(() => this.#atOrAfter(point));
  }

  /** What became of a generation of a binary object, which signal in any order; undefined while nothing has. */
  outcomeOfGeneration(generation: bigint): Outcome | undefined {
    return this.#look(() => this.#exactly(generation));
  }

  // Looks until no entry was overwritten under its eyes. What has an entry has its own outcome, whatever ended the log.
  #look(search: () => Outcome | undefined | typeof AGAIN): Outcome | undefined {
    for (;;) {
      const word = load(this.#cells, WORD);
      const found = search();
      if (found !== AGAIN && found !== undefined) return found;
      if (found === AGAIN || word !== load(this.#cells, WORD)) continue;
      if ((word & ENDED) === 0) return undefined;
      return (word & ENDED) === BY_OWNER
        ? this.#entries.read(OWNERS_END)
        : { ...this.#entries.read(KEEPERS_END), keepers: true };
    }
  }

  // The oldest entry that is at the point or past it. Points of a timeline grow from entry to entry.
  #atOrAfter(point: bigint): Outcome | undefined | typeof AGAIN {
    const count = this.#count;
    let best: number | undefined;
    for (let back = 1; back <= this.#mask + 1; back++) {
      const number = (count - back) & LAST_NUMBER;
      const through = this.#throughOf(number);
      if (through === undefined) break;
      if (through < point) return best === undefined ? undefined : this.#read(best);
      best = number;
    }
    const lost = loadWide(this.#wide, LOST) > point;
    if (best === undefined) return lost ? AGAIN : undefined;
    const outcome = this.#read(best);
    return lost && outcome !== AGAIN ? this.#lost(point, outcome.time) : outcome;
  }

  // The entry of this very generation.
  #exactly(generation: bigint): Outcome | undefined | typeof AGAIN {
    // Before the search: what was settled by now had its entry.
    const settled = loadWide(this.#wide, SETTLED) > generation;
    const count = this.#count;
    let time = 0;
    for (let back = 1; back <= this.#mask + 1; back++) {
      const number = (count - back) & LAST_NUMBER;
      const through = this.#throughOf(number);
      if (through === undefined) break;
      const outcome = this.#read(number);
      if (outcome === AGAIN || through === generation) return outcome;
      time = outcome.time;
    }
    return settled ? this.#lost(generation, time) : undefined;
  }

  // The outcome of a point whose entry was overwritten, perhaps: a success only if no failure was lost from it on.
  #lost(point: bigint, time: number): Outcome {
    if (loadWide(this.#wide, FAILED) <= point) return { error: 0, time, text: "" };
    return { error: errno.ENODATA, time, text: "its outcome was overwritten before this thread looked" };
  }

  #lose(entry: number): void {
    const next = this.#entries.through(entry) + 1n;
    if (next > loadWide(this.#wide, LOST)) storeWide(this.#wide, LOST, next);
    if (this.#entries.error(entry) === 0) return;
    if (next > loadWide(this.#wide, FAILED)) storeWide(this.#wide, FAILED, next);
  }

  get #count(): number {
    return load(this.#cells, WORD) >>> 2;
  }

  // Undefined if the entry isn't there: not yet, or not any more.
  #throughOf(number: number): bigint | undefined {
    const entry = this.#entryOf(number);
    if (this.#entries.mark(entry) !== number + 1) return undefined;
    const through = this.#entries.through(entry);
    return this.#entries.mark(entry) === number + 1 ? through : undefined;
  }

  #read(number: number): Outcome | typeof AGAIN {
    const entry = this.#entryOf(number);
    const outcome = this.#entries.read(entry);
    return this.#entries.mark(entry) === number + 1 ? outcome : AGAIN;
  }

  #entryOf(number: number): number {
    return RING + (number & this.#mask);
  }
}
