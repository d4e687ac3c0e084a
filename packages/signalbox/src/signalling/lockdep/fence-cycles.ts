/**
 * Cycles among fences: fences that wait for one another can signal in no order at all.
 *
 * Where such a cycle can come from. Whatever waits from its birth (a job for its dependencies, a container for its members) waits for
 * what was there before it, and nothing waits for it yet: that closes no ring. It takes a fence that others may wait for
 * already, and that is then made to wait for more:
 * - a driver fence that a registration is to signal (`Registration.signal`);
 * - a job whose driver answers a fence of its own, which the job then waits for;
 * - a published fence whose obligation is handed on.
 * The order of a timeline counts as waiting: a fence waits for those before it, so a job may close a ring without naming a fence
 * of it. All of these are asked about before they take effect; so are jobs, for what they cost when the validator is on.
 *
 * What is not seen: what a program's own code waits for before it signals; foreign timelines, where somebody else decides; an
 * array that signals with any of its members, since it waits for no certain one.
 */
import { FenceArray } from "../../fence/array.ts";
import { FenceChain } from "../../fence/chain.ts";
import { Fence } from "../../fence/fence.ts";
import { SIGNAL } from "../../fence/registration.ts";
import type { Registration } from "../../fence/registration.ts";
import { SIGNALLED } from "../../fence/state.ts";
import type { TimelineCore } from "../../fence/timeline-core.ts";
import { describe } from "../../fence/words.ts";
import type { Dependence } from "../../hooks.ts";
import { FenceGraph } from "./fence-graph.ts";
import type { FenceEdge, Point } from "./fence-graph.ts";
import { KeptSites } from "./kept-sites.ts";
import { step } from "./report.ts";
import type { Step } from "./report.ts";
import { Site } from "./site.ts";

const none: readonly never[] = [];

const reasons: Readonly<Record<Dependence, string>> = {
  job: "was armed to wait for",
  registration: "is to be signalled by a registration on",
  hardware: "is done when its device's fence is:",
  obligation: "had its obligation handed on to",
};

/** What is remembered of an edge: the fences by name, and where it was made. */
interface Why {
  readonly text: string;
  readonly site: Site | null;
}

/** A cycle that was refused: the edge that would have closed it, and the way back. */
export interface FenceCycle {
  readonly now: Step;
  readonly back: readonly Step[];
}

export class FenceCycles {
  readonly #sites = new KeptSites();
  readonly #graph = new FenceGraph<object, Why>(
    (line) => (line instanceof Fence ? this.#members(line) : none),
    ({ site }) => this.#sites.drop(site),
  );
  /** Timelines of which it is known that they signal in order; those of queues do anyway. */
  readonly #ordered = new WeakSet<TimelineCore>();
  /** Why those will be signalled that were published on somebody's word. */
  readonly #promises = new WeakMap<Fence, string>();

  /** The timeline of this fence signals in the order of its seqnos. */
  inOrder(fence: Fence): void {
    this.#ordered.add(fence._timeline);
  }

  /** Somebody gave his word, with this reason, that it will be signalled. */
  promised(fence: Fence, reason: string): void {
    this.#promises.set(fence, reason);
  }

  /** Takes note of an edge, or answers the cycle that it would close. It is there until its registration is gone, if it has one. */
  add(waiter: Fence, on: Fence, why: Dependence, registration?: Registration): FenceCycle | null {
    if (on._state === SIGNALLED || waiter._state === SIGNALLED) return null;
    const promise = this.#promises.get(waiter);
    const word = promise === undefined ? "" : ` (${promiseText(promise)})`;
    const text = `fence ${describe(waiter)}${word} ${reasons[why]} ${describe(on)}`;
    const site = this.#sites.take();
    const [from, to] = [this.#pointOf(waiter), this.#pointOf(on)];
    const back = this.#graph.add(from, to, { text, site }, registration);
    if (back === null) return null;
    this.#sites.drop(site);
    return { now: step(text, site ?? Site.here()), back: withOrder(to, from, back) };
  }

  /** A registration was taken back, or has acted: nothing is signalled by it any more. */
  unregistered(registration: Registration): void {
    if (registration._kind === SIGNAL) this.#graph.takeBack(registration);
  }

  signalled(fence: Fence): void {
    this.#graph.signalled(this.#pointOf(fence));
  }

  // What a container still waits for, as it is by then: nothing is kept for it, however long a chain grows.
  #members(fence: Fence): readonly FenceEdge<object, Why>[] {
    const pending = membersOf(fence).filter(({ _state }) => _state !== SIGNALLED);
    return pending.map((member) => {
      const why = { text: `fence ${describe(fence)} stands for ${describe(member)}`, site: null };
      return { waiter: this.#pointOf(fence), on: this.#pointOf(member), why };
    });
  }

  // A fence that somebody else orders, or whose seqno may wrap, is a line of its own.
  #pointOf(fence: Fence): Point<object> {
    const timeline = fence._timeline;
    const ordered = fence.kind === "job" || (fence.kind === "plain" && this.#ordered.has(timeline));
    return ordered && timeline.bits === 64 ? { line: timeline, level: fence._seqno } : { line: fence, level: 1 };
  }
}

/** A promise as reports show it. */
export function promiseText(reason: string): string {
  return `promised: "${reason}"`;
}

function membersOf(fence: Fence): readonly Fence[] {
  if (fence instanceof FenceArray) return fence.any ? none : fence.fences;
  if (!(fence instanceof FenceChain)) return none;
  return fence._before === null ? [fence.contained] : [fence.contained, fence._before];
}

// Where the way back goes from a fence to an earlier one of the same timeline, it says so.
function withOrder(from: Point<object>, to: Point<object>, back: readonly FenceEdge<object, Why>[]): readonly Step[] {
  const steps: Step[] = [];
  let at = from;
  const goTo = (next: Point<object>): void => {
    if (next.level < at.level)
      steps.push(step(`fence ${nameOf(at)} comes after ${nameOf(next)}, since a timeline signals in order`, null));
  };
  for (const { waiter, on, why } of back) {
    goTo(waiter);
    steps.push(step(why.text, why.site));
    at = on;
  }
  goTo(to);
  return steps;
}

function nameOf({ line, level }: Point<object>): string {
  if (line instanceof Fence) return describe(line);
  return "name" in line ? `${String(line.name)}:${level}` : `:${level}`;
}
