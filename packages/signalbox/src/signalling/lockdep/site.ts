/**
 * Sites: where in the program something was done, as a stack of frames.
 *
 * Taking one is cheap enough for each lock that is taken while the validator is on: the engine keeps the stack as it is, and
 * makes text of it when somebody asks. As it is, it holds whatever was `this` in its frames; so one that is to be kept, and
 * must keep nothing else, is made text of at once.
 */

/** Where this package's own code lies: its frames are left out, since they tell a program nothing about itself. */
const home = import.meta.url.replace(/signalling\/lockdep\/site\.[jt]s.*$/, "");
const homes: readonly string[] = [home, home.replace(/^file:\/\//, "")];

/** How deep the stacks go, where the caller doesn't say. */
const DEPTH = 40;

/** One place in a program, at one time. */
export class Site {
  /** Null when it was made text of. */
  #error: Error | null;
  #text = "";
  #frames: readonly string[] | undefined;

  private constructor(error: Error) {
    this.#error = error;
  }

  /** Where the caller's program is now; a shallow one takes half the time, and a third of the memory. */
  static here(depth: number = DEPTH): Site {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = depth;
    const error = new Error("site");
    Error.stackTraceLimit = limit;
    return new Site(error);
  }

  /** The frames, innermost first, such as `draw (src/app.ts:31:12)`. */
  get frames(): readonly string[] {
    return (this.#frames ??= framesOf(this.kept().#text));
  }

  /** The same, which from now on keeps nothing but itself alive. */
  kept(): this {
    if (this.#error !== null) this.#text = textOf(this.#error);
    this.#error = null;
    return this;
  }
}

// A program may have put its own formatter into `Error.prepareStackTrace`, which answers whatever it likes, or throws.
function textOf(error: Error): string {
  try {
    const stack: unknown = error.stack;
    return typeof stack === "string" ? stack : "";
  } catch {
    return "";
  }
}

function framesOf(stack: string): readonly string[] {
  const all = stack
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => /:\d+:\d+\)?$/.test(line)) // Leaves out V8's first line, and what is native.
    .map((line) => line.replace(/^at /, ""));
  const own = all.filter((frame) => !homes.some((place) => frame.includes(place)) && !frame.includes("node:"));
  // In a bundle everything lies in one file: better all frames than none.
  return own.length > 0 ? own : all;
}
