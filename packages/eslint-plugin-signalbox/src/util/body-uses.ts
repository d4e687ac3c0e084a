/**
 * What a job's `run` does to memory from outside, with its callbacks and the functions of the file that it calls.
 *
 * It goes turn by turn: `run` up to its return is one, each timer's callback one of its own. Nobody else comes in between, so that
 * what a turn reads of what it has written itself is left out.
 *
 * Left out is what can't be told to come while the job runs, too: callbacks that something of Signalbox calls (a wait of the job's
 * own), and what stands behind an `await`.
 */
import { AST_NODE_TYPES } from "@typescript-eslint/utils";
import type { TSESTree } from "@typescript-eslint/utils";
import { keyOf } from "./bindings.ts";
import { calleeOf } from "./callee.ts";
import { functionOf } from "./functions.ts";
import { copiedBy } from "./gpu-copies.ts";
import { readRegion, writeOf } from "./memory.ts";
import type { Region } from "./memory.ts";
import { runsLater } from "./names.ts";
import { givenTo, memoryIn, parameterAt } from "./parameters.ts";
import type { Given } from "./parameters.ts";
import type { Place } from "./place.ts";
import { bare, childrenOf, dressed, isFunction, isWithin } from "./syntax.ts";
import type { FunctionNode } from "./syntax.ts";
import { nameOf, whenRuns } from "./timing.ts";
import type { Use } from "./use.ts";
import { branchesOf, constantOf, covers, readsBefore, readWhole } from "./view-calls.ts";
import type { Written } from "./view-calls.ts";

/** Where a walk is. */
interface Turn {
  /** Whether it comes when `run` has returned. */
  readonly late: boolean;
  /** What the functions around here were given. */
  readonly given: Given;
  /** The conditions that it is under. */
  readonly branches: readonly TSESTree.Node[];
  /** What the turn has written so far. */
  readonly written: Written[];
}

/** What a function does to memory from outside when it is called as a job's `run`. */
export function usesOfBody(run: FunctionNode, place: Place): readonly Use[] {
  return new Body(run, place).uses;
}

/** The walk through one job's `run`. */
class Body {
  readonly #place: Place;
  readonly #uses: Use[] = [];
  /** The functions that were gone into, and with what: what they declare is not from outside. */
  readonly #entered = new Map<FunctionNode, Set<string>>();
  /** The names that only say what is written, or given to a function that is gone into. */
  readonly #targets = new Set<TSESTree.Node>();

  constructor(run: FunctionNode, place: Place) {
    this.#place = place;
    this.#enter(run, { late: false, given: new Map(), branches: [], written: [] });
  }

  get uses(): readonly Use[] {
    return this.#uses.filter(({ memory }) => [...this.#entered.keys()].every((fn) => !isWithin(memory.declared, fn)));
  }

  #enter(fn: FunctionNode, turn: Turn): void {
    if (fn.generator) return;
    const before = this.#entered.get(fn) ?? new Set<string>();
    const given = Array.from(turn.given, ([variable, { key }]) => `${keyOf(variable)} ${key}`);
    const how = `${String(turn.late)} ${given.sort().join(",")}`;
    if (before.has(how)) return;
    this.#entered.set(fn, before.add(how));
    let over = false;
    const step = (node: TSESTree.Node, at: Turn): void => {
      if (over || node.type === AST_NODE_TYPES.ClassBody) return;
      if (node !== fn && isFunction(node)) {
        // One with a name is gone into where it is called, or given away.
        if (nameOf(node) === undefined) this.#callback(node, node, at);
        return;
      }
      const written = this.#note(node, at);
      const branches = branchesOf(node);
      for (const child of childrenOf(node, this.#place.source)) {
        step(child, branches.includes(child) ? { ...at, branches: [...at.branches, child] } : at);
      }
      at.written.push(...written);
      if (node.type === AST_NODE_TYPES.AwaitExpression) over = true;
      if (node.type === AST_NODE_TYPES.CallExpression) this.#called(node, at);
    };
    step(fn, turn);
  }

  #called(call: TSESTree.CallExpression, turn: Turn): void {
    const target = this.#targetOf(call);
    if (target !== undefined) this.#enter(target, { ...turn, given: givenTo(target, call, turn.given, this.#place) });
    for (const given of call.arguments) {
      if (bare(given).type !== AST_NODE_TYPES.Identifier) continue;
      const callback = functionOf(given, this.#place.services);
      if (callback !== undefined) this.#callback(callback, given, turn);
    }
  }

  /** The function of the file that a call goes into. */
  #targetOf({ callee }: TSESTree.CallExpression): FunctionNode | undefined {
    const target = functionOf(callee, this.#place.services);
    return target?.generator === true ? undefined : target;
  }

  /** A function that somebody is given to call, unless that comes when something of Signalbox says so. */
  #callback(fn: FunctionNode, given: TSESTree.Node, turn: Turn): void {
    const { parent } = dressed(given);
    if (parent?.type === AST_NODE_TYPES.NewExpression) return;
    let call: TSESTree.Node | undefined = parent;
    while (call?.type === AST_NODE_TYPES.CallExpression) {
      const callee = calleeOf(call, this.#place.services);
      if (callee?.origin === "signalbox" && !runsLater.has(callee.name)) return;
      call = call.callee.type === AST_NODE_TYPES.MemberExpression ? bare(call.callee.object) : undefined;
    }
    const isLater = whenRuns(fn, this.#place) === "later";
    this.#enter(fn, isLater ? { late: true, given: turn.given, branches: [], written: [] } : turn);
  }

  /** Notes what a node does, and answers what it has written when it is done. */
  #note(node: TSESTree.Node, turn: Turn): readonly Written[] {
    const written: Written[] = [];
    const write = (target: TSESTree.Node, region: Region | undefined, more: Partial<Use>): void => {
      this.#targets.add(bare(target));
      const memory = memoryIn(target, turn.given, this.#place);
      if (memory === undefined) return;
      const how = readsBefore(node) && !this.#isOwn(memory.key, region, turn) ? "counts" : "writes";
      this.#add(target, region, { how, ...more }, turn);
      if (how === "writes") written.push({ key: memory.key, region, node, branches: turn.branches });
    };
    const isCall = node.type === AST_NODE_TYPES.CallExpression;
    const found = writeOf(node, this.#place);
    if (found !== undefined) {
      const isQueue = isCall && calleeOf(node, this.#place.services)?.owner === "GPUQueue";
      write(found.target, found.region, { value: constantOf(node), by: isQueue ? "queue" : undefined });
    }
    for (const { target, region, how, by } of isCall ? copiedBy(node, this.#place) : []) {
      this.#targets.add(bare(target));
      if (how === "writes") write(target, region, { by });
      else this.#add(target, region, { how, by }, turn);
    }
    if (isCall) this.#hand(node);
    const isName = node.type === AST_NODE_TYPES.Identifier || node.type === AST_NODE_TYPES.MemberExpression;
    if (isName && !this.#targets.has(node)) {
      this.#add(node, readRegion(node, this.#place) ?? readWhole(node), { how: "reads" }, turn);
    }
    return written;
  }

  /** What a function of the file does with what it is given, its body tells. */
  #hand(call: TSESTree.CallExpression): void {
    // One that is bound may have its first arguments already.
    const isBound = bare(call.callee).type === AST_NODE_TYPES.CallExpression;
    const target = isBound ? undefined : this.#targetOf(call);
    for (const [index, argument] of call.arguments.entries()) {
      if (target === undefined || argument.type === AST_NODE_TYPES.SpreadElement) return;
      if (parameterAt(target, index) !== undefined) this.#targets.add(bare(argument));
    }
  }

  #add(
    target: TSESTree.Node,
    region: Region | undefined,
    use: Omit<Use, "memory" | "region" | "late">,
    turn: Turn,
  ): void {
    const memory = region === undefined ? undefined : memoryIn(target, turn.given, this.#place);
    if (memory === undefined || region === undefined) return;
    if (use.how === "reads" && this.#isOwn(memory.key, region, turn)) return;
    this.#uses.push({ memory, region, late: turn.late, ...use });
  }

  /** Whether the turn has written a place itself, on every way here. */
  #isOwn(key: string, region: Region | undefined, { written, branches }: Turn): boolean {
    return written.some(
      (each) =>
        each.key === key && each.branches.every((branch, depth) => branches[depth] === branch) && covers(each, region),
    );
  }
}
