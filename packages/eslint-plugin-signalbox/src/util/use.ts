/** One use of memory from outside by a job, and which two of two jobs must not come in any order. */
import { overlap } from "./memory.ts";
import type { Region } from "./memory.ts";
import type { NamedMemory } from "./named-memory.ts";

/** A use of memory. What a turn reads of what it has written itself is none: nobody else comes in between. */
export interface Use {
  readonly memory: NamedMemory;
  readonly region: Region;
  /** `hits[0]++` counts: whoever comes first, the outcome is the same. */
  readonly how: "reads" | "writes" | "counts";
  /** Whether it may come when `run` has returned, from a timer say. */
  readonly late: boolean;
  /** The constant that is written, as the program spells it. */
  readonly value?: string | undefined;
  /** Whose work it is, where it is a GPU's: its queue's, which keeps its order, or a command's, which runs when it is submitted. */
  readonly by?: "queue" | "command" | undefined;
}

/**
 * Whether two uses must not come in any order: they are of one place, and one of them writes it. Two that only write leave one
 * outcome or the other, whole, unless one of them comes when its `run` is over.
 */
export function collide(a: Use, b: Use): boolean {
  if (a.memory.key !== b.memory.key || !overlap(a.region, b.region)) return false;
  if (a.how !== "writes" || b.how !== "writes") return a.how !== b.how;
  if (a.value !== undefined && a.value === b.value) return false;
  if (a.by === "queue" && b.by === "queue") return false;
  return [a, b].some(({ late, by }) => late || by === "command");
}
