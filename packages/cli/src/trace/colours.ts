/** Colours: one for each queue, far enough apart, and what is the same for all. */

const palette = [
  "#2f6fb0",
  "#d9822b",
  "#3a8f5c",
  "#b0467f",
  "#6b57b5",
  "#2a9d9d",
  "#a0522d",
  "#7a8b2e",
  "#c0504d",
  "#546a8c",
] as const;

export const ink = "#1c2430";
export const faint = "#6b7685";
export const grid = "#e3e7ec";
export const band = "#f3f5f8";
export const paper = "#ffffff";
export const bad = "#cc2222";
export const good = "#3a8f5c";
/** Of what belongs to no queue. */
export const neutral = "#7f8a99";

/** Gives each queue a colour, by its fence context, in the order in which they are asked for. */
export class Colours {
  readonly #byContext = new Map<number, string>();

  of(context: unknown): string {
    if (typeof context !== "number") return neutral;
    let colour = this.#byContext.get(context);
    if (colour === undefined) {
      colour = palette[this.#byContext.size % palette.length] ?? neutral;
      this.#byContext.set(context, colour);
    }
    return colour;
  }
}
