/** Where jobs and queues come from, as far as the file says: the queue that a job was made on, and how that queue was opened. */
import { AST_NODE_TYPES } from "@typescript-eslint/utils";
import type { TSESLint, TSESTree } from "@typescript-eslint/utils";
import { bindingOf, positionOf, valueOf } from "./bindings.ts";
import { calleeOf } from "./callee.ts";
import type { Place } from "./place.ts";
import { bare } from "./syntax.ts";

type Variable = TSESLint.Scope.Variable;

/** A call of a method: `device.queue("work")`. */
export type MethodCall = TSESTree.CallExpression & { readonly callee: TSESTree.MemberExpression };

/** The `queue.job(spec)` that a job comes from: written there, or the value of its name. */
export function jobCallOf(expression: TSESTree.Node, place: Place): MethodCall | undefined {
  return callOf(expression, "job", place);
}

/** The `device.queue(name, options)` or `ring.queue(...)` that a queue comes from. */
export function queueCallOf(expression: TSESTree.Node, place: Place): MethodCall | undefined {
  return callOf(expression, "queue", place);
}

/** The names of what something came from, from itself on: the job, its queue, the queue's device. */
export function* originsOf(expression: TSESTree.Node, place: Place): Generator<Variable, void, undefined> {
  const variable = bindingOf(expression, place);
  if (variable !== undefined) yield variable;
  const call = jobCallOf(expression, place) ?? queueCallOf(expression, place);
  if (call !== undefined) yield* originsOf(call.callee.object, place);
}

/** Whether a call makes something by this method of Signalbox's. */
export function isCallOf(node: TSESTree.Node, name: string, { services }: Place): node is MethodCall {
  if (node.type !== AST_NODE_TYPES.CallExpression || node.callee.type !== AST_NODE_TYPES.MemberExpression) return false;
  const callee = calleeOf(node, services);
  return callee?.origin === "signalbox" && callee.owner !== undefined && callee.name === name;
}

function callOf(expression: TSESTree.Node, name: string, place: Place, before = Infinity): MethodCall | undefined {
  const node = bare(expression);
  if (isCallOf(node, name, place)) return node;
  // `queue.job({}).after(upload)` is what `queue.job({})` made.
  if (isCallOf(node, "after", place)) return callOf(node.callee.object, name, place, before);
  const variable = bindingOf(node, place, before);
  const value = variable === undefined ? undefined : valueOf(variable);
  return variable === undefined || value === undefined ? undefined : callOf(value, name, place, positionOf(variable));
}
