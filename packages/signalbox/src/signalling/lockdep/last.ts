/**
 * Looking from the end of a list: what ES2023 has, and some browsers don't.
 */

/** The index of the last item that passes; -1 if none does. */
export function lastIndex<T>(items: readonly T[], test: (item: T) => boolean): number {
  for (let index = items.length - 1; index >= 0; index--) if (test(items[index]!)) return index;
  return -1;
}

/** The last item that passes. */
export function last<T>(items: readonly T[], test: (item: T) => boolean): T | undefined {
  return items[lastIndex(items, test)];
}
