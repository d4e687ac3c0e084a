/**
 * The event log: fixed-size records in chunks of typed arrays, bounded.
 *
 * A record holds an event, or several that follow one another at once (record.ts says what; recorder.ts writes them, decode.ts
 * reads them). Words are kept beside the numbers of the same chunk, so that they go when it goes. Memory is taken a chunk at a
 * time, as events come.
 *
 * Invariants:
 * - No more than `maxEvents` events are held; each one that was not kept is in `dropped`.
 * - "oldest": the oldest chunk makes place for the newest, whole. "newest": what comes when the log is full is not kept.
 * - While `follow` answers true, the last record is that of the event before.
 * - `add` never throws, and takes memory only when a chunk begins.
 */
import { FOLLOWER, RECORD } from "./record.ts";

/** Which events go when a trace is full: the oldest (what is kept is the end) or the newest (what is kept is the beginning). */
export type DropPolicy = "oldest" | "newest";

/** Events of one chunk: up to 512 KiB of records. */
const CHUNK = 8192;

/** Numbers for chunks: no two of an agent have the same, of whichever trace they are. */
let lastChunk = 0;

interface Chunk {
  readonly number: number;
  readonly cells: Float64Array;
  readonly texts: string[];
  events: number;
  records: number;
}

export class EventLog {
  /** The chunk that is being written: what `add` answers is a place in it. */
  cells: Float64Array = new Float64Array(0);
  /** Where the last record is in it. */
  last = 0;
  /** The number of the chunk that is being written; 0 before the first. */
  chunkNumber = 0;
  /** Events that were not kept. */
  dropped = 0;
  /** How many more events the chunk takes. */
  #left = 0;
  /** Events of the last record that are not counted in it yet. */
  #followers = 0;
  readonly #time: Float64Array;
  readonly #drop: DropPolicy;
  readonly #chunkSize: number;
  readonly #maxChunks: number;
  readonly #chunks: Chunk[] = [];
  readonly #chunkDropped: (oldestKept: number) => void;
  #newest: Chunk | undefined;
  #sealed = false;

  /** `time` is the cell that has the time of each record when it begins. `chunkDropped` is told when a chunk was reused, with the number of the oldest one that is left: those behind it have higher ones. */
  constructor(time: Float64Array, maxEvents: number, drop: DropPolicy, chunkDropped: (oldestKept: number) => void) {
    this.#time = time;
    this.#drop = drop;
    this.#chunkSize = Math.max(1, Math.min(CHUNK, Math.floor(maxEvents / 4)));
    this.#maxChunks = Math.max(1, Math.floor(maxEvents / this.#chunkSize));
    this.#chunkDropped = chunkDropped;
  }

  /** Events held. */
  get length(): number {
    this.#count();
    return this.#chunks.reduce((sum, { events }) => sum + events, 0);
  }

  /** Begins a record, its other numbers 0; answers its place in `cells`, or -1 if it is dropped. */
  add(type: number, context: number, seqno: number): number {
    if (this.#left === 0 && !this.#nextChunk()) return -1;
    this.#left--;
    const { cells } = this;
    if (this.#followers > 0) this.#close(cells);
    const place = (this.last += RECORD);
    cells[place] = type;
    cells[place + 1] = this.#time[0]!;
    cells[place + 2] = context;
    cells[place + 3] = seqno;
    cells[place + 4] = 0;
    cells[place + 5] = 0;
    cells[place + 6] = 0;
    cells[place + 7] = 0;
    return place;
  }

  /** Counts an event to the record of the one before; false if it needs a record of its own. */
  follow(): boolean {
    if (this.#left === 0) return false;
    this.#left--;
    this.#followers++;
    return true;
  }

  // The last record is complete.
  #close(cells: Float64Array): void {
    cells[this.last]! += this.#followers * FOLLOWER;
    this.#followers = 0;
  }

  /** Takes no more events: what comes is neither kept nor counted. */
  seal(): void {
    this.#count();
    this.#sealed = true;
    this.#newest = undefined;
    this.#left = 0;
  }

  /** Keeps words with the record that was just begun; answers the number to store for them: 0 is "no words". */
  text(words: string | undefined): number {
    return words === undefined || this.#newest === undefined ? 0 : this.#newest.texts.push(words);
  }

  /** Calls back with each record, oldest first: the cells, the place of the record in them, and the words that go with them. */
  forEach(visit: (cells: Float64Array, place: number, texts: readonly string[]) => void): void {
    this.#count();
    for (const { cells, records, texts } of this.#chunks) {
      for (let index = 0; index < records; index++) visit(cells, index * RECORD, texts);
    }
  }

  // What is counted while a chunk is written is not in the chunk.
  #count(): void {
    const chunk = this.#newest;
    if (chunk === undefined) return;
    if (this.#followers > 0) this.#close(chunk.cells);
    chunk.events = this.#chunkSize - this.#left;
    chunk.records = this.last / RECORD + 1;
  }

  /** Begins a chunk; false, and one more event dropped, if there is no place for one. */
  #nextChunk(): boolean {
    if (this.#sealed) return false;
    this.#count();
    let oldest: Chunk | undefined;
    if (this.#chunks.length === this.#maxChunks) {
      if (this.#drop === "newest") {
        this.dropped++;
        return false;
      }
      oldest = this.#chunks.shift()!;
      this.dropped += oldest.events;
    }
    const cells = oldest?.cells ?? new Float64Array(this.#chunkSize * RECORD);
    const number = ++lastChunk;
    const chunk: Chunk = { number, cells, texts: [], events: 0, records: 0 };
    this.#chunks.push(chunk);
    this.#newest = chunk;
    this.cells = cells;
    this.chunkNumber = number;
    this.last = -RECORD;
    this.#left = this.#chunkSize;
    if (oldest !== undefined) this.#chunkDropped(this.#chunks[0]!.number);
    return true;
  }
}
