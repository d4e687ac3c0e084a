/** Reservations under their locks: which locks a locked reservation was got from. */
import { AST_NODE_TYPES } from "@typescript-eslint/utils";
import type { TSESTree } from "@typescript-eslint/utils";
import { bindingOf, valueOf } from "./bindings.ts";
import type { Place } from "./place.ts";
import { bare, memberName } from "./syntax.ts";

/** The `locks` of `locks.of(buffer)` and `await locks.lock(buffer)`, written there or in the constant that an expression names. */
export function locksOf(expression: TSESTree.Node, place: Place): TSESTree.Node | undefined {
  const node = bare(expression);
  if (node.type === AST_NODE_TYPES.AwaitExpression) return got(node.argument, "lock");
  if (node.type !== AST_NODE_TYPES.Identifier) return got(node, "of");
  const variable = bindingOf(node, place);
  const value = variable === undefined ? undefined : valueOf(variable);
  return value === undefined || bare(value).type === AST_NODE_TYPES.Identifier ? undefined : locksOf(value, place);
}

function got(expression: TSESTree.Node, method: string): TSESTree.Node | undefined {
  const node = bare(expression);
  if (node.type !== AST_NODE_TYPES.CallExpression || node.callee.type !== AST_NODE_TYPES.MemberExpression)
    return undefined;
  return memberName(node.callee) === method ? node.callee.object : undefined;
}
