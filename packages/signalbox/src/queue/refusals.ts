/**
 * What a queue says to a job that it doesn't take, and how the validator hears of what was refused: away from the functions that
 * each job passes.
 */
import { SignalboxError } from "../errors.ts";
import { hooks } from "../hooks.ts";
import type { Job } from "./job.ts";

/** Passes on what was thrown while jobs were made, or put together: of this one, where it is known. */
export function passOn(error: unknown, job: Job | null): never {
  if (hooks.lockdep !== null) hooks.lockdep.refused(job);
  throw error;
}

/** Throws ENODEV: it was destroyed. */
export function refuseUse({ name }: { readonly name: string }): never {
  throw new SignalboxError("ENODEV", `[Queue "${name}"] was destroyed and takes no job`);
}

/** Throws RangeError: the cost is none, or more than there are credits (Q20, Q21). */
export function refuseCost(
  { name, credits }: { readonly name: string; readonly credits: number },
  cost: number,
): never {
  if (!Number.isSafeInteger(cost) || cost < 0)
    throw new RangeError(`[Queue "${name}"] takes jobs whose cost is a whole number from 0 (got ${cost})`);
  throw new RangeError(`[Queue "${name}"] has ${credits} credits, and a job that costs ${cost} would wait for ever`);
}
