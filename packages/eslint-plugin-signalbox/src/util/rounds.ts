/** What a loop's variable stands for in each round, where the list that the loop goes through is written out. */
import { AST_NODE_TYPES } from "@typescript-eslint/utils";
import type { TSESLint, TSESTree } from "@typescript-eslint/utils";
import { bindingOf } from "./bindings.ts";
import type { Place } from "./place.ts";
import { bare } from "./syntax.ts";

type Variable = TSESLint.Scope.Variable;

/** The rounds of a loop for some of its variables: of `for (const [x, y] of [[a, b], [b, a]])` `[a, b]` and `[b, a]`. */
export function roundsOf(variables: readonly Variable[], place: Place): readonly (readonly Variable[])[] {
  const declarators = new Set(variables.map(({ defs }) => defs[0]?.node));
  const [declarator] = declarators;
  const list = declarators.size === 1 && declarator !== undefined ? listOf(declarator) : undefined;
  if (list === undefined) return [variables];
  return list.map((element) => variables.map((variable) => roundOf(variable, element, place) ?? variable));
}

/** The elements of the list that a declarator goes through. */
function listOf(declarator: TSESTree.Node): readonly TSESTree.Node[] | undefined {
  const loop = declarator.parent?.parent;
  if (loop?.type !== AST_NODE_TYPES.ForOfStatement || loop.left !== declarator.parent) return undefined;
  const list = bare(loop.right);
  if (list.type !== AST_NODE_TYPES.ArrayExpression) return undefined;
  const elements = list.elements.filter((each) => each !== null && each.type !== AST_NODE_TYPES.SpreadElement);
  return elements.length === list.elements.length ? elements : undefined;
}

function roundOf({ defs }: Variable, element: TSESTree.Node, place: Place): Variable | undefined {
  const [definition] = defs;
  const declarator = definition?.node;
  if (declarator?.type !== AST_NODE_TYPES.VariableDeclarator) return undefined;
  if (declarator.id.type === AST_NODE_TYPES.Identifier) return bindingOf(element, place);
  const parts = bare(element);
  if (declarator.id.type !== AST_NODE_TYPES.ArrayPattern || parts.type !== AST_NODE_TYPES.ArrayExpression)
    return undefined;
  const part = parts.elements[declarator.id.elements.indexOf(definition?.name as TSESTree.DestructuringPattern)];
  return part === undefined || part === null ? undefined : bindingOf(part, place);
}
