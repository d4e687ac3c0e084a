/**
 * Transfer: how an export that runs in a thread hands over the memory of its result instead of a copy.
 *
 * Imported by job modules inside threads, so this file stays small and imports nothing.
 */

// Registered under its name, so that a job module may come with a copy of this package of its own.
const brand: unique symbol = Symbol.for("signalbox.transferred") as never;

/** A result, and what of it is transferred rather than copied. Made by {@link transfer}. */
export interface Transferred<T> {
  readonly value: T;
  readonly list: readonly Transferable[];
  readonly [brand]: true;
}

/**
 * Wraps what an export returns, so that `list` (buffers, ports and the like in it) is transferred to whoever opened the device.
 *
 * @example
 * ```ts
 * export function decode(file: ArrayBuffer): Transferred<Picture> {
 *   const picture = decodePng(file);
 *   return transfer(picture, [picture.pixels.buffer]);
 * }
 * ```
 */
export function transfer<T>(value: T, list: readonly Transferable[]): Transferred<T> {
  return { value, list, [brand]: true };
}

/** Whether a value was wrapped by {@link transfer}. */
export function isTransferred(value: unknown): value is Transferred<unknown> {
  return typeof value === "object" && value !== null && (value as Partial<Transferred<unknown>>)[brand] === true;
}
