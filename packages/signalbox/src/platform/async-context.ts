/**
 * Async context: a value that follows a program through its awaits, where the platform can do that.
 *
 * Node follows it over every await, timer and callback. Browsers can't yet: there a value is seen by the synchronous code
 * that set it and by nothing after it, so that whoever needs more has to hand it on himself.
 */

/** Where such a value is kept: one store for each kind of value. */
export interface ContextStore<T> {
  /** The value that the running code was started under; undefined for none. */
  get(): T | undefined;
  /** Calls the body under a value; what follows the call is under the one before it. */
  run<R>(value: T, body: () => R): R;
  /** Puts what follows, up to the next await of whoever started it, under a value; what it starts meanwhile inherits it. */
  enter(value: T | undefined): void;
  /** Follows nothing any more, and costs nothing. */
  close(): void;
}
