/**
 * Compares two answers: `ret`, `errno` and everything in `out`, all the way down.
 *
 * An absent value and `undefined` are the same, and so are an absent `out` and an empty one: the recordings leave out what
 * has nothing to say.
 */
import type { Answer } from "./format.ts";

/** Where two answers part: the path of the first difference, or undefined if they are the same. */
export function differenceOf(kernel: Answer, ours: Answer): string | undefined {
  return (
    difference("ret", kernel.ret, ours.ret) ??
    difference("errno", kernel.errno, ours.errno) ??
    difference("out", kernel.out ?? {}, ours.out ?? {})
  );
}

function difference(path: string, kernel: unknown, ours: unknown): string | undefined {
  if (Object.is(kernel, ours)) return undefined;
  if (!isObject(kernel) || !isObject(ours) || Array.isArray(kernel) !== Array.isArray(ours)) return path;
  if (Array.isArray(kernel) && kernel.length !== (ours as unknown as unknown[]).length) return `${path}.length`;
  for (const key of new Set([...Object.keys(kernel), ...Object.keys(ours)])) {
    const found = difference(`${path}.${key}`, kernel[key], ours[key]);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
