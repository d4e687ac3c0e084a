/** The words with which messages name fences and causes. */
import type { Fence } from "./fence.ts";

/** A fence as messages name it: `upload:3`. */
export function describe(fence: Fence): string {
  return `${fence.timelineName}:${fence.point}`;
}

/** What led to an error, in brackets, to end a message with; nothing for a cause without words. */
export function causeText(cause: unknown): string {
  if (cause instanceof Error) return ` (${cause.message})`;
  return typeof cause === "string" ? ` (${cause})` : "";
}
