/** How a value leaves the function that it is valid in: by being kept somewhere, or by being answered. */
import { AST_NODE_TYPES, ASTUtils } from "@typescript-eslint/utils";
import type { TSESTree } from "@typescript-eslint/utils";
import { calleeOf } from "./callee.ts";
import { keeps } from "./names.ts";
import { LIBRARY } from "./origin.ts";
import type { Place } from "./place.ts";
import { dressed, isWithin } from "./syntax.ts";

/**
 * Whether an expression's value is stored beyond `home` or returned, on its own or wrapped in an object or an array.
 * A value that is given to a function is passed down, unless the function is the library's and known to keep it.
 */
export function escapeOf(
  expression: TSESTree.Node,
  home: TSESTree.Node,
  place: Place,
): "stored" | "returned" | undefined {
  const node = dressed(expression);
  const { parent } = node;
  switch (parent?.type) {
    case AST_NODE_TYPES.AssignmentExpression:
      if (parent.right !== node) return undefined;
      return outlives(parent.left, home, place) ? "stored" : escapeOf(parent, home, place);
    case AST_NODE_TYPES.PropertyDefinition:
      return parent.value === node ? "stored" : undefined;
    case AST_NODE_TYPES.ReturnStatement:
      return "returned";
    case AST_NODE_TYPES.ArrowFunctionExpression:
      return parent.body === node ? "returned" : undefined;
    case AST_NODE_TYPES.Property:
      return parent.value === node ? escapeOf(parent.parent, home, place) : undefined;
    case AST_NODE_TYPES.ArrayExpression:
    case AST_NODE_TYPES.ObjectExpression:
    case AST_NODE_TYPES.SpreadElement:
      return escapeOf(parent, home, place);
    case AST_NODE_TYPES.ConditionalExpression:
      return parent.test === node ? undefined : escapeOf(parent, home, place);
    case AST_NODE_TYPES.LogicalExpression:
      return escapeOf(parent, home, place);
    case AST_NODE_TYPES.CallExpression:
    case AST_NODE_TYPES.NewExpression:
      return parent.callee !== node && isKept(parent, place) ? "stored" : undefined;
    default:
      return undefined;
  }
}

/** Whether what is assigned to lives longer than the function: a member of something, or a name from further out. */
function outlives(target: TSESTree.Node, home: TSESTree.Node, { source }: Place): boolean {
  if (target.type === AST_NODE_TYPES.MemberExpression) return true;
  if (target.type !== AST_NODE_TYPES.Identifier) return false;
  const declaration = ASTUtils.findVariable(source.getScope(target), target.name)?.identifiers[0];
  return declaration === undefined || !isWithin(declaration, home);
}

function isKept(call: TSESTree.CallExpression | TSESTree.NewExpression, { services }: Place): boolean {
  const callee = calleeOf(call, services);
  return (callee?.origin === LIBRARY || callee?.origin === "@types/node") && keeps.has(callee.name);
}
