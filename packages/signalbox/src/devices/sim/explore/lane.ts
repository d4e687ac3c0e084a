/**
 * A lane: whatever takes its steps one after the other, while those of other lanes may come in any order between them.
 *
 * The lanes of a run are its actors, the rings and the interrupt of its devices, and what the core has asked its platform for: the
 * work queue's microtasks, its macrotasks, its timers. JavaScript runs to completion, so one step is one callback, or what an
 * actor does between two `yield`s.
 *
 * Invariants: whether a lane has a step, and what it does, depends on the state of the run alone. The order of the lanes is
 * that in which they were made, the same in every run of a scenario.
 */

/** One lane of a run. */
export interface Lane {
  /** What the story calls it. */
  readonly name: string;
  /** What its steps touch whatever they do: resources, one bit each (footprint.ts). What else they touch they say while they run. */
  readonly touches: number;
  /** Whether a run may be over although it has a step: it is a misfortune, which need not come. */
  readonly optional?: boolean;
  /** Whether it has a step to take now. */
  enabled(): boolean;
  /** What that step is, in words that follow the lane's name. Asked for only where somebody reads it. */
  describe(): string;
  /** Takes the step. */
  take(): void;
}

/** Decides: which lane goes on, and which way a step goes where more than one way is possible. */
export interface Chooser {
  /**
   * Which of these lanes takes the next step, as its place in the list; {@link STOP} to give the run up. `last` is the place of the
   * lane that took the step before, -1 if it has none now; `state` is what the run has come to.
   */
  step(enabled: readonly Lane[], last: number, state: StateKey): number;
  /** One of `count` ways, as a number from 0. */
  data(what: string, count: number, kind: WayKind): number;
}

/** What the ways are that are not 0: as good as that one, somebody's misbehaviour, or a rare way of the core (faults.ts). */
export type WayKind = "way" | "fault" | "site";

/** What {@link Chooser.step} answers to give the run up: its state was seen before. */
export const STOP = -1;

/** What a run has come to, as far as a chooser may tell: see footprint.ts. */
export interface StateKey {
  /** A number for the state, and for the lane which took the last step if that matters (-1 if not). */
  key(lane: number): number;
}
