/**
 * Async context in Node: `AsyncLocalStorage`.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { ContextStore } from "./async-context.ts";

/** A store whose value is followed through awaits, timers and callbacks. */
export function nodeContextStore<T>(): ContextStore<T> {
  const storage = new AsyncLocalStorage<T | undefined>();
  // Node begins to follow awaits with the first value, and those that are pending by then it would take for parts of one another.
  storage.enterWith(undefined);
  return {
    get: () => storage.getStore(),
    run: (value, body) => storage.run(value, body),
    enter: (value) => storage.enterWith(value),
    close: () => storage.disable(),
  };
}
