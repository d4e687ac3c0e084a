/**
 * Scenarios: small programs over the real core, whose every interleaving is to keep the promises.
 *
 * A file of a scenario makes devices and actors, and nothing else; which of them goes on when is not its affair.
 */
import type { World } from "./world.ts";

/** How large one dimension of a scenario is: for exhaustive exploration, for random exploration, and at the least when a failure is shrunk. */
export interface Extent {
  readonly small: number;
  readonly large: number;
  readonly least: number;
}

/** A scenario's dimensions, or their numbers in one run. */
export type Size<Dimension extends string = string> = Readonly<Record<Dimension, number>>;

/**
 * A program to explore.
 *
 * @example
 * ```ts
 * export const gate: Scenario<"jobs"> = {
 *   name: "gate",
 *   about: "Jobs behind one gate.",
 *   size: { jobs: { small: 2, large: 8, least: 1 } },
 *   faults: ["run throws"],
 *   build(world, { jobs }) {
 *     const queue = world.device("gpu").queue("work");
 *     const gate = world.fence("gate");
 *     world.actor("submitter", function* () {
 *       for (let index = 0; index < jobs; index++) {
 *         yield `submits job ${index}`;
 *         submit(queue.job({ label: `job ${index}`, after: gate.fence }));
 *       }
 *     });
 *     world.actor("opener", function* () {
 *       yield "opens the gate";
 *       gate.signal();
 *     });
 *   },
 * };
 * ```
 */
export interface Scenario<Dimension extends string = string> {
  /** What `signalbox check` calls it. */
  readonly name: string;
  /** What goes on in it, in one sentence. */
  readonly about: string;
  /** How large it is. */
  readonly size: Readonly<Record<Dimension, Extent>>;
  /** The faults that may be injected into it, by the names of their sites. */
  readonly faults: readonly FaultSite[];
  /**
   * Whether it uses native promises: then they are settled after each step, by a turn of the real event loop, and a run takes
   * about twice as long. False if left out.
   */
  readonly promises?: boolean;
  /** Whether it is too large, even when small, to go through all its schedules: then it is explored by chance alone. False if left out. */
  readonly byChance?: boolean;
  /**
   * Whether, where all schedules of the small form are gone through, microtasks come right after the step that asked for them, as in
   * every agent: for scenarios with timers, which have too many schedules otherwise. By chance they come at any time all the same.
   * False if left out.
   */
  readonly microtasksFirst?: boolean;
  /** Makes its devices and actors. */
  build(world: World, size: Size<Dimension>): void;
}

/** Where something outside of the core may misbehave. What a `World` has such a site for, and a scenario allows, happens in some runs. */
export type FaultSite =
  | "run throws"
  | "run throws late"
  | "run answers done"
  | "cancel throws"
  | "release throws"
  | "flush throws"
  | "listener throws"
  | "submission throws"
  | "timer is early"
  | "job fails"
  | "job hangs"
  | "interrupt is lost"
  | "restart fails"
  | "firmware refuses"
  | "device is lost";

/** What a faulty driver or listener throws: no violation, wherever it comes up. */
export class InjectedFault extends Error {
  override readonly name = "InjectedFault";
}
