/** The scale: times to pixels, and ticks at round times. */
import { duration } from "./format.ts";

/** A tick of the axis. */
export interface Tick {
  readonly x: number;
  readonly label: string;
}

/** Maps times in ns to pixels from `left` to `right`; what is before or after the window is at its edges. */
export class Scale {
  readonly left: number;
  readonly right: number;
  readonly #zero: number;
  readonly #start: number;
  readonly #length: number;

  /** Labels count from `zero`. */
  constructor(zero: number, window: { readonly start: number; readonly end: number }, left: number, right: number) {
    this.left = left;
    this.right = right;
    this.#zero = zero;
    this.#start = window.start;
    this.#length = Math.max(1, window.end - window.start);
  }

  x(time: number): number {
    const x = this.left + ((time - this.#start) / this.#length) * (this.right - this.left);
    return Math.min(this.right, Math.max(this.left, x));
  }

  /** Ticks at multiples of 1, 2 or 5 times a power of ten, about 110 pixels apart. */
  ticks(): Tick[] {
    const wanted = (this.#length * 110) / (this.right - this.left);
    const power = 10 ** Math.floor(Math.log10(wanted));
    const step = [1, 2, 5, 10].map((times) => times * power).find((size) => size >= wanted) ?? wanted;
    const ticks: Tick[] = [];
    const first = Math.ceil((this.#start - this.#zero) / step);
    const last = Math.floor((this.#start + this.#length - this.#zero) / step);
    for (let number = first; number <= last; number++) {
      const time = number * step;
      ticks.push({ x: this.x(this.#zero + time), label: time === 0 ? "0" : duration(time) });
    }
    return ticks;
  }
}
