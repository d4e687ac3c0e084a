/**
 * What a job does to memory from outside: what its `run` reads and writes there, with its callbacks and the functions of the file
 * that it calls, and what its `args` are copied from.
 *
 * Left out is what can't be told to come while the job runs: callbacks that something of Signalbox calls (a wait of the job's own),
 * and what stands behind an `await`.
 */
import { AST_NODE_TYPES } from "@typescript-eslint/utils";
import type { TSESTree } from "@typescript-eslint/utils";
import { calleeOf } from "./callee.ts";
import { functionOf } from "./functions.ts";
import { copiedBy } from "./gpu-copies.ts";
import { ALL, literalOf, overlap, readRegion, writeOf } from "./memory.ts";
import type { Region } from "./memory.ts";
import { memoryOf } from "./named-memory.ts";
import type { NamedMemory } from "./named-memory.ts";
import { runsLater } from "./names.ts";
import type { MethodCall } from "./origins.ts";
import type { Place } from "./place.ts";
import { bare, childrenOf, dressed, isFunction, isWithin, memberName } from "./syntax.ts";
import type { FunctionNode } from "./syntax.ts";
import { nameOf, whenRuns } from "./timing.ts";

/** A use of memory. */
export interface Use {
  readonly memory: NamedMemory;
  readonly region: Region;
  /** `hits[0]++` counts: whoever comes first, the outcome is the same. */
  readonly how: "reads" | "writes" | "counts";
  /** Whether it may come when `run` has returned, from a timer say. */
  readonly late: boolean;
}

/** Whether two uses must not come in any order: they are of one place, and one of them writes it. */
export function collide(a: Use, b: Use): boolean {
  return a.memory.key === b.memory.key && a.how !== b.how
    ? overlap(a.region, b.region)
    : a.memory.key === b.memory.key && a.how === "writes" && overlap(a.region, b.region);
}

/** The members of a job's spec, as long as nothing in it can put other ones there. */
export function specOf(job: MethodCall): ReadonlyMap<string, TSESTree.Node> | undefined {
  const [spec] = job.arguments;
  if (spec?.type !== AST_NODE_TYPES.ObjectExpression || job.arguments.length !== 1) return undefined;
  const members = new Map<string, TSESTree.Node>();
  for (const each of spec.properties) {
    if (each.type !== AST_NODE_TYPES.Property || each.kind !== "init") return undefined;
    const name = memberName(each);
    if (name === undefined) return undefined;
    members.set(name, each.value);
  }
  return members;
}

/** What a job does to memory from outside. */
export function usesOfJob(job: MethodCall, place: Place): readonly Use[] {
  const spec = specOf(job);
  const args = spec?.get("args");
  const run = spec?.get("run");
  const body = run === undefined ? undefined : functionOf(run, place.services);
  const given = args?.type === AST_NODE_TYPES.ArrayExpression ? args.elements : [];
  const copied = given.flatMap((each): readonly Use[] => {
    const memory = each === null ? undefined : memoryOf(each, place);
    return memory === undefined ? [] : [{ memory, region: ALL, how: "reads", late: false }];
  });
  return body === undefined ? copied : [...copied, ...new Body(body, place).uses];
}

/** The methods of a view that read all of it. */
const readsAll: ReadonlySet<string> = new Set([
  "every", "entries", "filter", "find", "findIndex", "forEach", "includes", "indexOf", "join", "map", "reduce", "some",
  "toSorted", "toString", "values",
]); // prettier-ignore

/** The walk through one job's `run`. */
class Body {
  readonly #place: Place;
  readonly #uses: Use[] = [];
  /** The functions that were gone into: what they declare is not from outside. */
  readonly #entered = new Set<FunctionNode>();
  /** The names that only say what is written. */
  readonly #targets = new Set<TSESTree.Node>();

  constructor(body: FunctionNode, place: Place) {
    this.#place = place;
    this.#enter(body, false);
  }

  get uses(): readonly Use[] {
    return this.#uses.filter(({ memory }) => [...this.#entered].every((fn) => !isWithin(memory.declared, fn)));
  }

  #enter(fn: FunctionNode, late: boolean): void {
    if (this.#entered.has(fn) || fn.generator) return;
    this.#entered.add(fn);
    let over = false;
    const step = (node: TSESTree.Node): void => {
      if (over || node.type === AST_NODE_TYPES.ClassBody) return;
      if (node !== fn && isFunction(node)) {
        // One with a name is gone into where it is called, or given away.
        if (nameOf(node) === undefined) this.#callback(node, node, late);
        return;
      }
      this.#note(node, late);
      for (const child of childrenOf(node, this.#place.source)) step(child);
      if (node.type === AST_NODE_TYPES.AwaitExpression) over = true;
      if (node.type === AST_NODE_TYPES.CallExpression) this.#called(node, late);
    };
    step(fn);
  }

  #called(call: TSESTree.CallExpression, late: boolean): void {
    const target = functionOf(call.callee, this.#place.services);
    if (target !== undefined) this.#enter(target, late);
    for (const given of call.arguments) {
      if (bare(given).type !== AST_NODE_TYPES.Identifier) continue;
      const callback = functionOf(given, this.#place.services);
      if (callback !== undefined) this.#callback(callback, given, late);
    }
  }

  /** A function that somebody is given to call, unless that comes when something of Signalbox says so. */
  #callback(fn: FunctionNode, given: TSESTree.Node, late: boolean): void {
    const { parent } = dressed(given);
    if (parent?.type === AST_NODE_TYPES.NewExpression) return;
    let call: TSESTree.Node | undefined = parent;
    while (call?.type === AST_NODE_TYPES.CallExpression) {
      const callee = calleeOf(call, this.#place.services);
      if (callee?.origin === "signalbox" && !runsLater.has(callee.name)) return;
      call = call.callee.type === AST_NODE_TYPES.MemberExpression ? bare(call.callee.object) : undefined;
    }
    this.#enter(fn, late || whenRuns(fn, this.#place) === "later");
  }

  #note(node: TSESTree.Node, late: boolean): void {
    const write = writeOf(node, this.#place);
    if (write !== undefined) {
      const isCount =
        node.type === AST_NODE_TYPES.UpdateExpression ||
        (node.type === AST_NODE_TYPES.AssignmentExpression && node.operator !== "=");
      this.#add(write.target, write.region, isCount ? "counts" : "writes", late);
      this.#targets.add(bare(write.target));
    }
    const copied = node.type === AST_NODE_TYPES.CallExpression ? copiedBy(node, this.#place) : [];
    for (const { target, region, how } of copied) {
      this.#add(target, region, how, late);
      this.#targets.add(bare(target));
    }
    const isName = node.type === AST_NODE_TYPES.Identifier || node.type === AST_NODE_TYPES.MemberExpression;
    if (isName && !this.#targets.has(node)) {
      this.#add(node, readRegion(node, this.#place) ?? readWhole(node), "reads", late);
    }
  }

  #add(target: TSESTree.Node, region: Region | undefined, how: Use["how"], late: boolean): void {
    const memory = region === undefined ? undefined : memoryOf(target, this.#place);
    if (memory !== undefined && region !== undefined) this.#uses.push({ memory, region, how, late });
  }
}

/** Where a view is asked for what is in it: `view.join()` for all, `view.getInt8(4)` for one place. */
function readWhole(name: TSESTree.Node): Region | undefined {
  const node = dressed(name);
  const { parent } = node;
  if (parent?.type === AST_NODE_TYPES.SpreadElement) return ALL;
  if (parent?.type === AST_NODE_TYPES.ForOfStatement) return parent.right === node ? ALL : undefined;
  if (parent?.type !== AST_NODE_TYPES.MemberExpression || parent.object !== node) return undefined;
  const call = dressed(parent).parent;
  const method = memberName(parent) ?? "";
  if (call?.type !== AST_NODE_TYPES.CallExpression || call.callee !== dressed(parent)) return undefined;
  const [first] = call.arguments;
  if (readsAll.has(method) || (method === "slice" && first === undefined)) return ALL;
  const isPlace = method === "at" || /^get[A-Z]/.test(method);
  return isPlace && first !== undefined ? literalOf(first) : undefined;
}
