/**
 * The event log: fixed-size records in chunks of typed arrays, bounded.
 *
 * A record is eight numbers: its type, its time, a context, a seqno, and four that the type gives a meaning to (see
 * recorder.ts, which writes them, and decode.ts, which reads them). Words are kept beside the numbers of the same chunk, so
 * that they go when it goes. Memory is taken a chunk at a time, as events come.
 *
 * Invariants:
 * - No more than `maxEvents` records are held; each one that was not kept is in `dropped`.
 * - "oldest": the oldest chunk makes place for the newest, whole. "newest": what comes when the log is full is not kept.
 * - `add` never throws, and takes memory only when a chunk begins.
 */

/** Which events go when a trace is full: the oldest (what is kept is the end) or the newest (what is kept is the beginning). */
export type DropPolicy = "oldest" | "newest";

/** Numbers of one record. */
export const RECORD = 8;

/** Records of one chunk: 512 KiB. */
const CHUNK = 8192;

interface Chunk {
  readonly cells: Float64Array;
  readonly texts: string[];
  used: number;
}

export class EventLog {
  /** The chunk that is being written: what `add` answers is a place in it. */
  cells: Float64Array = new Float64Array(0);
  /** The number of the chunk that is being written, counted from 0 for ever. */
  chunkNumber = -1;
  /** Events that were not kept. */
  dropped = 0;
  readonly #drop: DropPolicy;
  readonly #chunkSize: number;
  readonly #maxChunks: number;
  readonly #chunks: Chunk[] = [];
  readonly #chunkDropped: (oldestKept: number) => void;
  #newest: Chunk | undefined;
  #sealed = false;

  /** `chunkDropped` is told when a chunk was reused, with the number of the oldest one that is left. */
  constructor(maxEvents: number, drop: DropPolicy, chunkDropped: (oldestKept: number) => void) {
    this.#drop = drop;
    this.#chunkSize = Math.max(1, Math.min(CHUNK, Math.floor(maxEvents / 4)));
    this.#maxChunks = Math.max(1, Math.floor(maxEvents / this.#chunkSize));
    this.#chunkDropped = chunkDropped;
  }

  /** Records held. */
  get length(): number {
    return this.#chunks.reduce((sum, chunk) => sum + chunk.used, 0);
  }

  /** Begins a record, its other numbers 0; answers its place in `cells`, or -1 if it is dropped. */
  add(type: number, time: number, context: number, seqno: number): number {
    const chunk = this.#newest;
    if (chunk === undefined || chunk.used === this.#chunkSize) {
      if (!this.#nextChunk()) {
        if (!this.#sealed) this.dropped++;
        return -1;
      }
      return this.add(type, time, context, seqno);
    }
    const cells = this.cells;
    const place = chunk.used++ * RECORD;
    cells[place] = type;
    cells[place + 1] = time;
    cells[place + 2] = context;
    cells[place + 3] = seqno;
    return place;
  }

  /** Takes no more records: what comes is neither kept nor counted. */
  seal(): void {
    this.#sealed = true;
    this.#newest = undefined;
  }

  /** Keeps words with the record that was just begun; answers the number to store for them: 0 is "no words". */
  text(words: string | undefined): number {
    if (words === undefined || this.#newest === undefined) return 0;
    return this.#newest.texts.push(words);
  }

  /** Calls back with each record, oldest first: the cells, the place of the record in them, and the words that go with them. */
  forEach(visit: (cells: Float64Array, place: number, texts: readonly string[]) => void): void {
    for (const { cells, used, texts } of this.#chunks) {
      for (let index = 0; index < used; index++) visit(cells, index * RECORD, texts);
    }
  }

  #nextChunk(): boolean {
    if (this.#sealed) return false;
    let cells: Float64Array | undefined;
    if (this.#chunks.length === this.#maxChunks) {
      if (this.#drop === "newest") return false;
      const oldest = this.#chunks.shift()!;
      this.dropped += oldest.used;
      cells = oldest.cells.fill(0);
    }
    const chunk: Chunk = { cells: cells ?? new Float64Array(this.#chunkSize * RECORD), texts: [], used: 0 };
    this.#chunks.push(chunk);
    this.#newest = chunk;
    this.cells = chunk.cells;
    this.chunkNumber++;
    if (cells !== undefined) this.#chunkDropped(this.chunkNumber - this.#chunks.length + 1);
    return true;
  }
}
