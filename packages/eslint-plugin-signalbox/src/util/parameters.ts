/** What a function of the file is given, by the names that it has for it. */
import { AST_NODE_TYPES } from "@typescript-eslint/utils";
import type { TSESLint, TSESTree } from "@typescript-eslint/utils";
import { bindingOf } from "./bindings.ts";
import { memoryOf } from "./named-memory.ts";
import type { NamedMemory } from "./named-memory.ts";
import type { Place } from "./place.ts";
import { bare } from "./syntax.ts";
import type { FunctionNode } from "./syntax.ts";

/** The memory that parameters mean in one call. */
export type Given = ReadonlyMap<TSESLint.Scope.Variable, NamedMemory>;

/** The memory that an expression means, in a function that was given some. */
export function memoryIn(expression: TSESTree.Node, given: Given, place: Place): NamedMemory | undefined {
  const variable = given.size === 0 ? undefined : bindingOf(expression, place);
  return (variable === undefined ? undefined : given.get(variable)) ?? memoryOf(expression, place);
}

/** The memory that a call gives to a function, where that has a plain name for it. */
export function givenTo(fn: FunctionNode, call: TSESTree.CallExpression, before: Given, place: Place): Given {
  const given = new Map(before);
  // Bound to something, it may have its first arguments already.
  if (bare(call.callee).type === AST_NODE_TYPES.CallExpression) return given;
  for (const [index, argument] of call.arguments.entries()) {
    const parameter = parameterAt(fn, index);
    // What comes behind a spread has no place that can be told.
    if (argument.type === AST_NODE_TYPES.SpreadElement) break;
    const memory = parameter === undefined ? undefined : memoryIn(argument, before, place);
    const [variable] = place.source.getDeclaredVariables(fn).filter(({ identifiers }) => identifiers[0] === parameter);
    if (variable === undefined) continue;
    if (memory === undefined) given.delete(variable);
    else given.set(variable, memory);
  }
  return given;
}

/** The name of a parameter; undefined for one that is taken apart, or gathers the rest. */
export function parameterAt({ params }: FunctionNode, index: number): TSESTree.Identifier | undefined {
  const parameter = params[index];
  const name = parameter?.type === AST_NODE_TYPES.AssignmentPattern ? parameter.left : parameter;
  return name?.type === AST_NODE_TYPES.Identifier ? name : undefined;
}
