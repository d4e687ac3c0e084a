/**
 * Progress: how far a run is. On a terminal one bar that is drawn over itself; elsewhere (a file, a pipe, CI) plain lines.
 *
 * Invariants
 *  Z1  Elsewhere than on a terminal nothing but printable text and newlines is written, and at most ten lines of progress.
 *  Z2  On a terminal a line that is printed stays whole: the bar is wiped before it and drawn again below it.
 *  Z3  The bar is never wider than the terminal, and is drawn at most once in REDRAW_MS, but always at the end.
 *  Z4  After `end` nothing of the bar is left and nothing more is written.
 */
import { styleText } from "node:util";

const REDRAW_MS = 50;
const BAR_CELLS = 30;
const WIPE = "\r\u001b[K";

/** What is needed of a stream; process.stderr has it, and a test's collector. */
export interface ProgressStream {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** How a progress is shown. */
export interface ProgressOptions {
  readonly total: number;
  /** What is counted: "strips". */
  readonly unit: string;
  /** Colours on a terminal; the caller minds NO_COLOR. */
  readonly colour?: boolean;
  /** Milliseconds on any clock. */
  readonly now?: () => number;
}

/** A progress under way. */
export interface Progress {
  /** So many more are done. `label` says what is being done now. */
  advance(count: number, label?: string): void;
  /** Prints a line of its own. */
  line(text: string): void;
  /** Ends the progress; more calls do nothing. */
  end(): void;
}

/** Starts a progress on a stream. */
export function startProgress(stream: ProgressStream, options: ProgressOptions): Progress {
  return stream.isTTY === true ? new Bar(stream, options) : new Lines(stream, options);
}

/** The count and its share of the whole: "12/40 strips, 30 %". */
function countText(done: number, { total, unit }: ProgressOptions): string {
  return `${done}/${total} ${unit}, ${Math.floor(100 * share(done, total))} %`;
}

function share(done: number, total: number): number {
  return total === 0 ? 1 : Math.min(1, done / total);
}

class Bar implements Progress {
  readonly #stream: ProgressStream;
  readonly #options: ProgressOptions;
  readonly #now: () => number;
  #done = 0;
  #label = "";
  #drawnAt = -Infinity;
  #ended = false;

  constructor(stream: ProgressStream, options: ProgressOptions) {
    this.#stream = stream;
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#draw();
  }

  advance(count: number, label = this.#label): void {
    if (this.#ended) return;
    this.#done += count;
    this.#label = label;
    if (this.#now() - this.#drawnAt >= REDRAW_MS || this.#done >= this.#options.total) this.#draw();
  }

  line(text: string): void {
    if (this.#ended) return;
    this.#stream.write(`${WIPE}${text}\n`);
    this.#draw();
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#stream.write(WIPE);
  }

  #draw(): void {
    this.#drawnAt = this.#now();
    const filled = Math.floor(BAR_CELLS * share(this.#done, this.#options.total));
    const full = "█".repeat(filled);
    const rest = "░".repeat(BAR_CELLS - filled);
    const { columns = 0 } = this.#stream;
    const room = (columns > 0 ? columns : 80) - 1; // some terminals say that they have 0 columns
    const text = `${countText(this.#done, this.#options)}  ${this.#label}`.trimEnd();
    // A terminal too narrow for the bar gets the numbers alone.
    const bar = room < BAR_CELLS + 20 ? "" : `${this.#paint("cyan", full)}${this.#paint("gray", rest)} `;
    const textRoom = bar === "" ? room : room - BAR_CELLS - 1;
    this.#stream.write(`${WIPE}${bar}${text.slice(0, textRoom)}`);
  }

  #paint(colour: "cyan" | "gray", text: string): string {
    return this.#options.colour === true ? styleText(colour, text, { validateStream: false }) : text;
  }
}

class Lines implements Progress {
  readonly #stream: ProgressStream;
  readonly #options: ProgressOptions;
  #done = 0;
  #tenths = 0;
  #ended = false;

  constructor(stream: ProgressStream, options: ProgressOptions) {
    this.#stream = stream;
    this.#options = options;
  }

  advance(count: number): void {
    if (this.#ended) return;
    this.#done += count;
    const tenths = Math.floor(10 * share(this.#done, this.#options.total));
    if (tenths === this.#tenths) return;
    this.#tenths = tenths;
    this.#stream.write(`${countText(this.#done, this.#options)}\n`);
  }

  line(text: string): void {
    if (!this.#ended) this.#stream.write(`${text}\n`);
  }

  end(): void {
    this.#ended = true;
  }
}
