/**
 * Synchronous bodies: sections, deliveries and submissions are over when their body returns, so a body must not answer a
 * promise, which would say that it isn't.
 *
 * The type keeps out what the compiler can see, the check what it can't.
 */

/** Nothing in the way of a body that answers `T`; `never` if that may be a promise. */
export type Synchronous<T> = unknown extends T
  ? unknown
  : [Extract<T, PromiseLike<unknown>>] extends [never]
    ? unknown
    : never;

/** Whether something can be awaited. */
export function isPromise(value: unknown): boolean {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return false;
  return typeof (value as { readonly then?: unknown }).then === "function";
}
