/**
 * Async context where nothing follows an await: the value is a variable, which is empty again when the turn is over.
 */
import type { ContextStore } from "./async-context.ts";

/** A store whose value is seen by synchronous code only. */
export function browserContextStore<T>(): ContextStore<T> {
  let present: T | undefined;
  let clearing = false;
  return {
    get: () => present,
    run: (value, body) => {
      const before = present;
      present = value;
      try {
        return body();
      } finally {
        present = before;
      }
    },
    enter: (value) => {
      present = value;
      if (clearing) return;
      clearing = true;
      queueMicrotask(() => {
        clearing = false;
        present = undefined;
      });
    },
    close: () => {
      present = undefined;
    },
  };
}
