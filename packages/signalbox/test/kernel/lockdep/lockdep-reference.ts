/**
 * The kernel's lockdep by hand, for what the recorded verdicts are made of: a graph of classes and a list of what a task holds, no more.
 *
 * Independent of the validator, and of the replay: both are compared with it.
 *
 * What it knows of the kernel (see the recordings' description): its first complaint ends it. A trylock is held and was not
 * wanted. Beginning a section is a read trylock of the fence map, and nothing inside another section, an interrupt, or under a
 * spinlock; a wait for a fence lets go of that map and wants it. Boot has primed mmap_lock, acquire contexts, reservations, reclaim,
 * the MMU notifier and the fence map, in that order.
 */
import type { LockdepTask } from "./lockdep-format.ts";

interface Holding {
  readonly class: string;
  /** What it was taken by, to be released by. */
  readonly op: string;
}

const boot = ["mmap", "acquire", "resv", "fs_reclaim", "mmu_notifier", "fence map"];

/** The first complaint that the kernel would have; null if none. */
export function referenceVerdict(tasks: readonly LockdepTask[]): { readonly task: number; readonly op: number } | null {
  const graph = new ClassGraph();
  for (const [task, { context, ops }] of tasks.entries()) {
    const run = new Run(graph, context);
    for (const [op, each] of ops.entries()) if (run.complains(each)) return { task, op };
  }
  return null;
}

class ClassGraph {
  readonly #edges = new Set<string>(boot.slice(1).map((to, index) => `${boot[index]!}>${to}`));

  /** Whether wanting this while those are held is a ring. */
  want(held: readonly string[], wanted: string, nested: boolean): boolean {
    for (const holding of [...held].reverse()) {
      if (holding === wanted ? !nested : this.#leads(wanted, holding)) return true;
      if (holding !== wanted) this.#edges.add(`${holding}>${wanted}`);
    }
    return false;
  }

  #leads(from: string, to: string): boolean {
    const reached = new Set([from]);
    for (const each of reached)
      for (const edge of this.#edges) if (edge.startsWith(`${each}>`)) reached.add(edge.slice(each.length + 1));
    return reached.has(to);
  }
}

class Run {
  readonly #graph: ClassGraph;
  readonly #context: string;
  #held: Holding[] = [];
  /** Whether each `begin` did something. */
  readonly #begun: boolean[] = [];

  constructor(graph: ClassGraph, context: string) {
    this.#graph = graph;
    this.#context = context;
    if (context.startsWith("work")) this.#held = [queueOf(context), context].map((each) => ({ class: each, op: "" }));
  }

  complains(op: string): boolean {
    if (op.startsWith("-")) return this.#release(op.slice(1));
    const kind = op.replace(/\d+$/, "");
    const atomic = this.#context === "irq" || this.#held.some((each) => each.class.startsWith("spin"));
    switch (kind) {
      case "allocNW":
      case "allocA":
      case "signal":
      case "rwait":
        return false;
      case "begin":
        return this.#begin(atomic);
      case "end":
        return this.#begun.pop() === true ? this.#release("begin") : false;
      case "tm":
        return this.#hold(`m${op.slice(2)}`, op);
      case "s":
      case "is":
        return this.#take(`spin${op.replace(/\D/g, "")}`, op);
      case "reclaim":
        return this.#take("fs_reclaim", op);
      case "ctx":
        return this.#take("acquire", op);
      default:
        // All the rest may sleep.
        return atomic || this.#complainsOfSleeper(kind, op);
    }
  }

  #complainsOfSleeper(kind: string, op: string): boolean {
    switch (kind) {
      case "mightsleep":
      case "sleep":
        return false;
      case "wait":
        return this.#want("fence map", false, (each) => each.op !== "begin");
      case "allocK":
        return this.#want("fs_reclaim") || this.#want("mmu_notifier");
      case "allocFS":
      case "allocIO":
        return this.#want("mmu_notifier");
      case "flush":
        return this.#flush(`work${op.slice(5)}`);
      case "drain":
        return this.#want(queueOf(op));
      case "cresv":
        return this.#take("resv", op, true);
      case "resv":
        return this.#take("resv", op);
      case "rd":
      case "wr":
        return this.#take(`rw${op.slice(2)}`, op);
      default:
        return this.#take(op, op);
    }
  }

  #begin(atomic: boolean): boolean {
    const really = !atomic && !this.#held.some((each) => each.op === "begin");
    this.#begun.push(really);
    return really && this.#hold("fence map", "begin");
  }

  // A worker that reclaim waits for must not wait for one that reclaims (a warning of the workqueue's own).
  #flush(work: string): boolean {
    if (this.#context.startsWith("work") && queueOf(this.#context) === "wq 1" && queueOf(work) !== "wq 1") return true;
    return this.#want(work) || this.#want(queueOf(work));
  }

  #take(name: string, op: string, nested = false): boolean {
    return this.#want(name, nested) || this.#hold(name, op);
  }

  #want(name: string, nested = false, sees: (each: Holding) => boolean = () => true): boolean {
    return this.#graph.want(
      this.#held.filter(sees).map((each) => each.class),
      name,
      nested,
    );
  }

  #hold(name: string, op: string): boolean {
    this.#held.push({ class: name, op });
    return false;
  }

  #release(op: string): boolean {
    const place = this.#held.map((each) => each.op).lastIndexOf(op);
    this.#held.splice(place, 1);
    return false;
  }
}

/** The workqueue of an item: one for those of even numbers, and one, for reclaim, for the others. */
function queueOf(work: string): string {
  return `wq ${Number(work.replace(/\D/g, "")) % 2}`;
}
