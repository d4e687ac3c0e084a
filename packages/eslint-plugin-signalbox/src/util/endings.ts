/** Ways that the types rule out: out of a switch that has a case for each value, and on behind a call that never answers. */
import { AST_NODE_TYPES } from "@typescript-eslint/utils";
import type { TSESTree } from "@typescript-eslint/utils";
import * as ts from "typescript";
import type { Place } from "./place.ts";
import { ancestors, isFunction, isWithin } from "./syntax.ts";

const { Unit, Never } = ts.TypeFlags;

/** Each rule asks of the same calls. */
const known = new WeakMap<TSESTree.CallExpression, boolean>();

/** Whether a call ends in a throw, or with the program, by its type. */
export function neverAnswers(call: TSESTree.CallExpression, { services }: Place): boolean {
  const before = known.get(call);
  if (before !== undefined) return before;
  const never = (services.getTypeAtLocation(call).flags & Never) !== 0;
  known.set(call, never);
  return never;
}

/** Whether no value passes a switch by: it has no default and needs none. */
export function isExhausted({ discriminant, cases }: TSESTree.SwitchStatement, { services }: Place): boolean {
  const checker = services.program.getTypeChecker();
  const type = services.getTypeAtLocation(discriminant);
  const asked = checker.getBaseConstraintOfType(type) ?? type;
  const tests = cases.map(({ test }) => (test === null ? undefined : services.getTypeAtLocation(test)));
  if (tests.includes(undefined)) return false;
  return (asked.isUnion() ? asked.types : [asked]).every(
    (part) =>
      (part.flags & Unit) !== 0 &&
      tests.some((test) => test !== undefined && (test.flags & Unit) !== 0 && checker.isTypeAssignableTo(part, test)),
  );
}

/** Where a throw goes on inside its function: the `catch` or the `finally` that is next. */
export interface Catcher {
  readonly node: TSESTree.Node;
  /** Whether it leaves the function from there in any case: no `catch` is around it. */
  readonly leaves: boolean;
}

/** What catches a throw at a node. */
export function catcherOf(node: TSESTree.Node): Catcher | undefined {
  let next: TSESTree.Node | undefined;
  for (const at of ancestors(node)) {
    if (isFunction(at)) break;
    if (at.type !== AST_NODE_TYPES.TryStatement) continue;
    const { block, handler, finalizer } = at;
    if (handler !== null && isWithin(node, block)) return { node: next ?? handler, leaves: false };
    if (finalizer !== null && !isWithin(node, finalizer)) next ??= finalizer;
  }
  return next === undefined ? undefined : { node: next, leaves: true };
}
