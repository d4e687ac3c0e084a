/**
 * The sites of injected faults: named places in the core where, switched on for a run, it does what is legal and rare, so that the rare
 * way is explored together with every order.
 *
 * Invariants:
 * - No site makes the core break one of its promises: what it does there, it may do anyway, of its own accord or on account of its host.
 * - Off, which they are but in explored runs, a site is one check of one field, and stands where little comes by.
 */
import { hooks } from "./hooks.ts";

/** Each with what happens when it strikes, and why that may be. */
export const coreSites = [
  /** One job alone is submitted as a batch of one: the two ways have one outcome. */
  "general path",
  /** A job of a batch can't be armed, for want of memory, and nothing of it has changed: `strikes` throws. The batch is rolled back (Q8). */
  "arm throws",
  /** A dependency is added without a look through those that are there: a large set does so, and is sorted out when it is settled (Q1). */
  "blind add",
  /** A small set of dependencies is settled in one pass, as a large one is (Q17). */
  "one pass",
  /** A batch is over after one job, and the next goes on: a small budget does that, or a bypass beside the worker. */
  "short batch",
  /** A drain gives the event loop a turn although its budget isn't used up: on a slow machine it would be. */
  "early yield",
  /** A ring's worker runs in a reset, when heads wait that may not start: it may have been asked to before the reset. */
  "idle kick",
  /** What a submission could start at once waits for the ring's worker, as if that were at work (Q23). */
  "late bypass",
  /** What the heads of a batch set free comes when the batch is over, and is the next one. */
  "late due",
  /** What a batch could release is released by the next one: when a job is let go of is promised to nobody. */
  "late release",
  /** The queue that is to go next leaves the heap and enters it anew: which goes first of equal ranks is open. */
  "re-entry",
  /** The clock of a queue looks long before a job can be out of time, and finds nothing. */
  "early look",
  /** The next attempt to bring a device back comes at once: the time between is for the device's sake. */
  "no back-off",
] as const;

/** The name of one. */
export type CoreSite = (typeof coreSites)[number];

/** Who decides, asked each time that the core comes by. */
export interface FaultSites {
  /** Whether this site strikes now. Runs nothing of the core; throws for a site that is to throw. */
  strikes(site: CoreSite): boolean;
}

/** Whether this site strikes now. */
export function strikes(site: CoreSite): boolean {
  return hooks.faults?.strikes(site) === true;
}
