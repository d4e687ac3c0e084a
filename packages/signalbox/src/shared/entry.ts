/**
 * An entry of a signal log: one outcome in shared memory, with whatever of its cause fits into a few words.
 *
 * States: blank (mark 0: never written, or being written) -> written (any other mark).
 *
 * Invariants:
 * - Every field is atomic, so that the mark orders them: whoever finds the same mark before and after it read the fields
 *   has read one entry, not parts of two.
 * - One thread writes an entry; any number read it.
 */
import { load, loadWide, store, storeWide } from "../platform/atomics.ts";

/** Bytes of an entry. */
export const ENTRY_BYTES = 256;

const MARK = 0;
const ERROR = 1;
const LENGTH = 2;
const TEXT = 8; // cells; the two wide cells are before it
const THROUGH = 2; // wide cells
const TIME = 3;

const ENTRY_CELLS: number = ENTRY_BYTES / 4;
const ENTRY_WIDE: number = ENTRY_BYTES / 8;

/** How many bytes of UTF-8 a cause may take; a longer one is cut, at a character. */
export const TEXT_BYTES: number = ENTRY_BYTES - TEXT * 4;

/** What an entry says. */
export interface Outcome {
  /** 0, or a negative errno. */
  readonly error: number;
  /** When, in ms as `clock.ts` shares it. */
  readonly time: number;
  /** What led to the error; "" if nothing was said. */
  readonly text: string;
  /** Whether it is no outcome of the owner's, but what its keeper had to say when the owner was gone. */
  readonly keepers?: boolean;
}

// The bits of a double, so that it is one atomic store.
const double = new Float64Array(1);
const bits = new BigUint64Array(double.buffer);

/** The entries of a log: `cells` and `wide` are two views of the same bytes. */
export class Entries {
  readonly #cells: Int32Array;
  readonly #wide: BigUint64Array;

  constructor(memory: SharedArrayBuffer, offset: number, count: number) {
    this.#cells = new Int32Array(memory, offset, count * ENTRY_CELLS);
    this.#wide = new BigUint64Array(memory, offset, count * ENTRY_WIDE);
  }

  /** 0 while the entry is blank. */
  mark(entry: number): number {
    return load(this.#cells, entry * ENTRY_CELLS + MARK);
  }

  /** Up to which point the entry speaks. */
  through(entry: number): bigint {
    return loadWide(this.#wide, entry * ENTRY_WIDE + THROUGH);
  }

  /** 0, or a negative errno. */
  error(entry: number): number {
    return load(this.#cells, entry * ENTRY_CELLS + ERROR);
  }

  /** The entry's outcome. Whether it is one entry's is for the marks to tell. */
  read(entry: number): Outcome {
    const cell = entry * ENTRY_CELLS;
    bits[0] = loadWide(this.#wide, entry * ENTRY_WIDE + TIME);
    const time = double[0]!;
    const length = Math.min(load(this.#cells, cell + LENGTH), TEXT_BYTES);
    return { error: load(this.#cells, cell + ERROR), time, text: length === 0 ? "" : this.#readText(cell, length) };
  }

  /** SIGNALLING: writes an entry over whatever was there. `mark` is not 0. */
  write(entry: number, mark: number, through: bigint, outcome: Outcome): void {
    const cell = entry * ENTRY_CELLS;
    const wide = entry * ENTRY_WIDE;
    store(this.#cells, cell + MARK, 0);
    store(this.#cells, cell + ERROR, outcome.error);
    storeWide(this.#wide, wide + THROUGH, through);
    double[0] = outcome.time;
    storeWide(this.#wide, wide + TIME, bits[0]!);
    store(this.#cells, cell + LENGTH, outcome.text === "" ? 0 : this.#writeText(cell, outcome.text));
    store(this.#cells, cell + MARK, mark);
  }

  // Encoders and decoders refuse shared memory, so the text goes through a copy.
  #writeText(cell: number, text: string): number {
    const copy = new Int32Array(TEXT_BYTES / 4);
    const { written } = new TextEncoder().encodeInto(text, new Uint8Array(copy.buffer));
    for (let i = 0; i * 4 < written; i++) store(this.#cells, cell + TEXT + i, copy[i]!);
    return written;
  }

  #readText(cell: number, length: number): string {
    const copy = new Int32Array(TEXT_BYTES / 4);
    for (let i = 0; i * 4 < length; i++) copy[i] = load(this.#cells, cell + TEXT + i);
    return new TextDecoder().decode(new Uint8Array(copy.buffer, 0, length));
  }
}
