/**
 * The order of wanting: what is wanted, by whom, while what is held; and whether it may be wanted there at all.
 *
 * Invariants: as in the kernel, beginning a section wants nothing, and a wait steps out of the section (L3, L4): so a lock around a
 * section is no mistake, and what is wrong about a wait in one is told by a rule of its own.
 */
import type { Contexts } from "./contexts.ts";
import { contextName } from "./findings.ts";
import type { Findings } from "./findings.ts";
import { fences, nameOfHeld, reservations } from "./order-class.ts";
import type { Held, OrderClass } from "./order-class.ts";
import { OrderGraph } from "./order-graph.ts";
import type { Edge, Ring } from "./order-graph.ts";
import { step } from "./report.ts";
import type { Chain, ReportContext, Step } from "./report.ts";
import type { RuleId } from "./rules.ts";
import { Site } from "./site.ts";
import type { Task, Tasks } from "./tasks.ts";

/** What is wanted, and what that is called when it is where it must not be. */
export interface Want {
  readonly of: OrderClass;
  readonly name: string;
  /** Such as `waiting for fence frames:3`. */
  readonly doing: string;
  /** The same without what differs from one time to the next: by this it is told once. */
  readonly key: string;
  /** The rule that forbids it where a fence is owed; null if none does. */
  readonly rule: RuleId | null;
  /** Whether it was told already what is wrong about it: then the order is noted, and no more. */
  readonly told?: boolean;
}

/** What was done where it must not be. */
interface Forbidden {
  readonly rule: RuleId;
  readonly doing: string;
  readonly key: string;
  readonly context: Exclude<ReportContext, null>;
  readonly site: Site;
  readonly rings: readonly Ring[];
}

const owed: Held = { of: fences, name: "a fence", site: null };

export class Order {
  readonly #graph = new OrderGraph();
  readonly #tasks: Tasks;
  readonly #contexts: Contexts;
  readonly #findings: Findings;

  constructor(tasks: Tasks, contexts: Contexts, findings: Findings) {
    this.#tasks = tasks;
    this.#contexts = contexts;
    this.#findings = findings;
  }

  /** Something of a class is wanted, of which there is nothing more to say. */
  wantClass(of: OrderClass, verb: string, rule: RuleId | null): void {
    const doing = `${verb} ${of.toString()}`;
    this.want({ of, name: of.name, doing, key: doing, rule });
  }

  /** Something is wanted by a task, which holds what passes the filter. Answers whether there was something to tell. */
  want(want: Want, task: Task = this.#tasks.present, filter: (held: Held) => boolean = () => true): boolean {
    const holds = this.#tasks.heldBy(task).filter(filter);
    const site = Site.here();
    const owing = this.#contexts.owing !== undefined && want.of !== fences;
    const rings = this.#graph.want(owing ? [...holds, owed] : holds, want.of, want.name, site);
    if (want.told === true) return false;
    const context = this.#atomic(holds, want.of);
    const forbidden = context !== null && want.rule !== null;
    const told =
      context !== null &&
      want.rule !== null &&
      this.#forbidden({ rule: want.rule, doing: want.doing, key: want.key, context, site, rings });
    // The first ring is told of with what is forbidden; each of the others is a mistake of its own.
    for (const ring of told ? rings.slice(1) : rings) this.#ringFound(ring, want.doing, site);
    return forbidden || rings.length > 0;
  }

  /** Something is done that is wrong where a fence is owed, whatever else is held. */
  forbid(rule: RuleId, doing: string): void {
    const context = this.#atomic(this.#tasks.heldBy(this.#tasks.present), fences);
    if (context !== null) this.#forbidden({ rule, doing, key: doing, context, site: Site.here(), rings: [] });
  }

  /** A fence is owed to a worker from now on: whoever waits for the fence waits for it to come round to that. */
  owedTo(of: OrderClass, doing: string): void {
    const site = Site.here();
    for (const ring of this.#graph.want([owed], of, of.name, site)) this.#ringFound(ring, doing, site);
  }

  /** Nothing of this class will be held or wanted any more. */
  forget(of: OrderClass): void {
    this.#graph.forget(of);
  }

  /** @internal For tests: how many pairs are remembered. */
  get _pairs(): number {
    return this.#graph.size;
  }

  // Where nothing may be waited for: a context in which a fence is owed, or a stretch under a spin lock.
  #atomic(held: readonly Held[], of: OrderClass): ReportContext {
    const spinning = of.kind !== "spin lock" && held.some((each) => each.of.kind === "spin lock");
    return spinning ? "spin lock" : this.#findings.context;
  }

  // Answers whether it was told of now, with the first ring.
  #forbidden({ rule, doing, key, context, site, rings }: Forbidden): boolean {
    const ring = rings[0];
    const also: RuleId[] = ring === undefined ? [] : [ring.back.length === 0 ? "lock-recursion" : "lock-order"];
    if (!this.#findings.firstTime([rule, ...also, context, key], site)) return false;
    const where = contextName(context);
    const now = { title: `in ${where}`, steps: [step(doing, site)] };
    const chains = ring === undefined ? [now] : [now, ...before(ring)];
    this.#findings.tell({ rule, also, message: `${doing} in ${where}`, context, chains });
    return true;
  }

  #ringFound(ring: Ring, doing: string, site: Site): void {
    const { held, back } = ring;
    const recursion = back.length === 0;
    const holding = held.of === fences ? "a fence is owed" : `${nameOfHeld(held)} is held`;
    this.#findings.tell({
      rule: recursion ? "lock-recursion" : "lock-order",
      message: recursion
        ? `${doing} while one of the same class is held already`
        : `${doing} while ${holding}, and elsewhere it is the other way round`,
      context: this.#findings.context,
      chains: [{ title: "now", steps: [taken(held), step(doing, site)] }, ...before(ring)],
    });
  }
}

function taken(held: Held): Step {
  if (held.of === fences) return step("a fence is owed", null);
  return step(`${nameOfHeld(held)} was ${held.of.kind === "worker" ? "running" : "taken"}`, held.site);
}

function before({ back }: Ring): readonly Chain[] {
  if (back.length === 0) return [];
  const steps = back.flatMap(({ from, to, seen }: Edge) => {
    if (seen === null) return [step(known(from, to), null)];
    const wanted = to === fences || to === reservations ? seen.wanted : to.toString();
    return [taken(seen.held), step(`${wanted} was wanted`, seen.site)];
  });
  return [{ title: "before", steps }];
}

function known(from: OrderClass, to: OrderClass): string {
  return to === fences
    ? `known beforehand: fences may be waited for by who holds, or refills, ${from.toString()}`
    : `known beforehand: ${to.toString()} may be wanted by who holds ${from.toString()}`;
}
