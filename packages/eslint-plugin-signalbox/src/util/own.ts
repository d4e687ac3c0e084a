/**
 * What a function has for itself: things made there that nobody else can get at, so that all that happens to them is written
 * there. A driver fence that is only ever signalled there, of a timeline that this file made and keeps; a sync object that is only
 * ever used there.
 */
import { AST_NODE_TYPES } from "@typescript-eslint/utils";
import type { TSESLint, TSESTree } from "@typescript-eslint/utils";
import { bindingOf, keyOf, valueOf } from "./bindings.ts";
import { calleeOf } from "./callee.ts";
import type { Facts } from "./facts.ts";
import { isExported } from "./owning.ts";
import type { Place } from "./place.ts";
import { bare, dressed, functionAround, memberName } from "./syntax.ts";
import type { FunctionNode } from "./syntax.ts";

type Variable = TSESLint.Scope.Variable;

const ofFences: ReadonlySet<string> = new Set(["signal", "fail", "setError", "error", "fence"]);
const ofTimelines: ReadonlySet<string> = new Set(["fence", "privateFence", "name", "context", "lastSeqno"]);
const sweeps: ReadonlySet<string> = new Set(["signalThrough", "close"]);

/** The member of what a name stands for, where that is all that is done with it: `owed.signal` of `owed`. */
export function memberOf(name: TSESTree.Node): TSESTree.MemberExpression | undefined {
  const { parent } = dressed(name);
  return parent?.type === AST_NODE_TYPES.MemberExpression && parent.object === dressed(name) ? parent : undefined;
}

/** The call whose function an expression is. */
export function callOf(expression: TSESTree.Node): TSESTree.CallExpression | undefined {
  const call = dressed(expression).parent;
  return call?.type === AST_NODE_TYPES.CallExpression && call.callee === dressed(expression) ? call : undefined;
}

/** The names by which a variable is read. */
export function readsOf(variable: Variable): TSESTree.Node[] {
  return variable.references.filter((reference) => reference.isRead()).map(({ identifier }) => identifier);
}

/** The options of a `new`, where they can be read; "unknown" where they can't. */
export function optionsOf(
  node: TSESTree.CallExpression | TSESTree.NewExpression,
  index: number,
): readonly TSESTree.Property[] | "unknown" {
  const options = node.arguments[index];
  if (options === undefined) return [];
  if (options.type !== AST_NODE_TYPES.ObjectExpression) return "unknown";
  const written = options.properties.filter((each) => each.type === AST_NODE_TYPES.Property);
  return written.length === options.properties.length ? written : "unknown";
}

/** A `new` of one of Signalbox's classes that a variable is given. */
function newOf(variable: Variable, name: string, { services }: Place): TSESTree.NewExpression | undefined {
  const value = valueOf(variable);
  const made = value === undefined ? undefined : bare(value);
  if (made?.type !== AST_NODE_TYPES.NewExpression) return undefined;
  const callee = calleeOf(made, services);
  return callee?.origin === "signalbox" && callee.name === name ? made : undefined;
}

/** A sync object that a name was given where it was made: the function that it was made in, and its options. */
export interface OwnObject {
  readonly home: FunctionNode | undefined;
  readonly options: readonly TSESTree.Property[];
}

/** The sync object that a variable was given, if its options can be read and nobody imports it. */
export function ownObject(variable: Variable, place: Place): OwnObject | undefined {
  const made = newOf(variable, "SyncObject", place);
  const options = made === undefined ? "unknown" : optionsOf(made, 0);
  if (made === undefined || options === "unknown" || isExported(variable)) return undefined;
  return { home: functionAround(made), options };
}

/** The driver fences that a function has for itself, and whether they have signalled: the fact "unsignalled". */
export class OwnFences {
  readonly #facts: Facts;
  readonly #place: Place;
  /** Those of the file so far, with the timelines that they are on. */
  readonly #known = new Map<Variable, Variable>();

  constructor(facts: Facts, place: Place) {
    this.#facts = facts;
    this.#place = place;
  }

  /** To be told of each declarator at its end. */
  declared(variables: readonly Variable[]): void {
    for (const variable of variables) {
      const timeline = this.timelineOf(variable);
      if (timeline === undefined || !this.#isOwn(variable, timeline)) continue;
      this.#known.set(variable, timeline);
      this.#facts.holds({ kind: "unsignalled", about: keyOf(variable) });
    }
  }

  /** To be told of each call at its end, when the rule has asked what it asks of it. */
  called(call: TSESTree.CallExpression): void {
    if (call.callee.type !== AST_NODE_TYPES.MemberExpression) return;
    const name = memberName(call.callee) ?? "";
    const variable = bindingOf(call.callee.object, this.#place);
    if (variable === undefined) return;
    if (name === "signal" || name === "fail") this.#facts.ends("unsignalled", keyOf(variable));
    if (!sweeps.has(name)) return;
    for (const [fence, timeline] of this.#known) {
      if (timeline === variable) this.#facts.ends("unsignalled", keyOf(fence));
    }
  }

  /** Those of the same timeline that were made earlier in the same function. */
  *before(variable: Variable): Generator<Variable, void, undefined> {
    const [name] = variable.identifiers;
    const timeline = this.timelineOf(variable);
    if (name === undefined || timeline === undefined) return;
    for (const [fence, its] of this.#known) {
      const [earlier] = fence.identifiers;
      if (its !== timeline || earlier === undefined || earlier.range[0] >= name.range[0]) continue;
      if (functionAround(earlier) === functionAround(name)) yield fence;
    }
  }

  /** The own fence whose read side an expression is: `owed.fence`, or a constant that was made of it. */
  readBy(expression: TSESTree.Node): Variable | undefined {
    const node = bare(expression);
    if (node.type === AST_NODE_TYPES.MemberExpression) {
      const variable = memberName(node) === "fence" ? bindingOf(node.object, this.#place) : undefined;
      return variable !== undefined && this.#known.has(variable) ? variable : undefined;
    }
    const variable = bindingOf(node, this.#place);
    const value = variable === undefined ? undefined : valueOf(variable);
    return value !== undefined && bare(value).type === AST_NODE_TYPES.MemberExpression ? this.readBy(value) : undefined;
  }

  /** The timeline with a name that a variable's fence was made on. */
  timelineOf(variable: Variable): Variable | undefined {
    const value = valueOf(variable);
    const call = value === undefined ? undefined : bare(value);
    if (call?.type !== AST_NODE_TYPES.CallExpression || call.callee.type !== AST_NODE_TYPES.MemberExpression)
      return undefined;
    if (memberName(call.callee) !== "fence" || call.arguments.length > 0) return undefined;
    const timeline = bindingOf(call.callee.object, this.#place);
    return timeline !== undefined && newOf(timeline, "Timeline", this.#place) !== undefined ? timeline : undefined;
  }

  #isOwn(variable: Variable, timeline: Variable): boolean {
    const [name] = variable.identifiers;
    if (name === undefined || isExported(variable) || isExported(timeline)) return false;
    const home = functionAround(name);
    return (
      readsOf(variable).every((read) => functionAround(read) === home && isMember(read, ofFences)) &&
      readsOf(timeline).every(
        (read) => isMember(read, ofTimelines) || (functionAround(read) === home && isMember(read, sweeps)),
      )
    );
  }
}

function isMember(name: TSESTree.Node, names: ReadonlySet<string>): boolean {
  const member = memberOf(name);
  return member !== undefined && names.has(memberName(member) ?? "");
}
