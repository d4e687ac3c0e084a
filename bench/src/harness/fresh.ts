/**
 * Fresh copies of functions, so that the type feedback of one contestant doesn't spoil the code of another.
 *
 * The engine keeps what it learns about types with a function's source: a loop that calls one contestant after the other
 * becomes slow for all of them. A copy is compiled from the function's own text, made unique, and learns by itself.
 */

let copies = 0;

/** A copy of a function that refers to nothing outside itself: arguments and globals only. */
export function freshCopy<Args extends readonly unknown[], Answer>(
  original: (...args: Args) => Answer,
): (...args: Args) => Answer {
  const text = `"use strict"; return ${original.toString()} // copy ${++copies}`;
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the text is a function of this package, see above
  const compile = new Function(text) as () => (...args: Args) => Answer;
  return compile();
}
