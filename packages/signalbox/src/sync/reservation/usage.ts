/**
 * Usages: what a fence does with the resource of the reservation that it is in.
 *
 * R1: kernel < write < read < bookkeep. A query at a usage answers the fences of that usage and of those before it.
 */
import { SignalboxError } from "../../errors.ts";

/**
 * What a fence stands for in a reservation: `kernel`, something that everybody waits for, such as moving the memory;
 * `write` and `read`, jobs that write the resource or only read it; `bookkeep`, what implicit dependencies don't wait for.
 */
export type Usage = "kernel" | "write" | "read" | "bookkeep";

export const KERNEL = 0;
export const WRITE = 1;
export const READ = 2;
export const BOOKKEEP = 3;

/** A usage as the number that queries compare: the smaller, the more wait for it. */
export type UsageRank = typeof KERNEL | typeof WRITE | typeof READ | typeof BOOKKEEP;

const names: readonly Usage[] = ["kernel", "write", "read", "bookkeep"];

/** Throws EINVAL for what is no usage. */
export function rankOf(usage: Usage): UsageRank {
  switch (usage) {
    case "kernel":
      return KERNEL;
    case "write":
      return WRITE;
    case "read":
      return READ;
    case "bookkeep":
      return BOOKKEEP;
    default:
      throw new SignalboxError("EINVAL", `A usage is one of ${names.join(", ")} (got ${String(usage)})`);
  }
}

export function usageOf(rank: UsageRank): Usage {
  return names[rank]!;
}

/**
 * R2: the usage at which a job finds what it has to wait for: a writer waits for readers and writers, a reader for writers.
 * Not the usage at which its own fence is added: that is `write` for a writer and `read` for a reader.
 *
 * @example `job.after(buffer.at(usageToWaitFor(true)))`
 */
export function usageToWaitFor(write: boolean): Usage {
  return write ? "read" : "write";
}
