/** What is done with a driver fence, or with a name that holds one: kept, passed on, dropped, or only looked at. */
import { AST_NODE_TYPES } from "@typescript-eslint/utils";
import type { TSESLint, TSESTree } from "@typescript-eslint/utils";
import { dressed, memberName } from "./syntax.ts";

/** The members that discharge. */
const signals: ReadonlySet<string> = new Set(["signal", "fail"]);

/** Whether a use of a name discharges what it holds, or hands it to somebody who may. */
export function owns(identifier: TSESTree.Node): boolean {
  const node = dressed(identifier);
  const { parent } = node;
  switch (parent?.type) {
    case AST_NODE_TYPES.MemberExpression:
      return parent.object === node && signals.has(memberName(parent) ?? "");
    case AST_NODE_TYPES.VariableDeclarator:
      return parent.init === node && parent.id.type === AST_NODE_TYPES.Identifier;
    case AST_NODE_TYPES.AssignmentExpression:
      return parent.right === node;
    case AST_NODE_TYPES.BinaryExpression:
    case AST_NODE_TYPES.UnaryExpression:
    case AST_NODE_TYPES.ExpressionStatement:
    case AST_NODE_TYPES.TemplateLiteral:
    case AST_NODE_TYPES.IfStatement:
    case AST_NODE_TYPES.TSTypeQuery:
      return false;
    case AST_NODE_TYPES.LogicalExpression:
    case AST_NODE_TYPES.ConditionalExpression:
      return parent.type === AST_NODE_TYPES.ConditionalExpression && parent.test === node ? false : owns(parent);
    default:
      return parent !== undefined;
  }
}

export function isTop({ block }: TSESLint.Scope.Scope): boolean {
  return block.type === AST_NODE_TYPES.Program;
}

/** What chooses between a name and something else: `x ? a : b` takes up both, whichever it answers. */
export function choiceOf(identifier: TSESTree.Node): TSESTree.Node {
  const node = dressed(identifier);
  const { parent } = node;
  const isChoice =
    parent?.type === AST_NODE_TYPES.LogicalExpression ||
    (parent?.type === AST_NODE_TYPES.ConditionalExpression && parent.test !== node);
  return isChoice ? choiceOf(parent) : identifier;
}

export function isDropped(node: TSESTree.Node): boolean {
  const { parent } = node;
  return (
    parent?.type === AST_NODE_TYPES.ExpressionStatement ||
    (parent?.type === AST_NODE_TYPES.UnaryExpression && parent.operator === "void")
  );
}

/** `timeline.fence().fence`: the driver fence is gone when the expression is over. */
export function isOnlyRead(node: TSESTree.Node): boolean {
  const { parent } = node;
  return (
    parent?.type === AST_NODE_TYPES.MemberExpression &&
    parent.object === node &&
    !signals.has(memberName(parent) ?? "signal")
  );
}

/** `const { fence } = timeline.fence()` */
export function dropsRest(pattern: TSESTree.BindingName): boolean {
  return (
    pattern.type === AST_NODE_TYPES.ObjectPattern &&
    pattern.properties.every(
      (property) => property.type === AST_NODE_TYPES.Property && !signals.has(memberName(property) ?? "signal"),
    )
  );
}

export function isAlias(node: TSESTree.Node | undefined): node is TSESTree.VariableDeclarator {
  return node?.type === AST_NODE_TYPES.VariableDeclarator;
}

export function isExported(variable: TSESLint.Scope.Variable): boolean {
  return variable.defs.some(({ node }) => {
    const statement = node.type === AST_NODE_TYPES.VariableDeclarator ? node.parent.parent : undefined;
    return statement?.type === AST_NODE_TYPES.ExportNamedDeclaration;
  });
}
