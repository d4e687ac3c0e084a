/** Finds the function that an expression means, as long as it is written in the same file. */
import { AST_NODE_TYPES } from "@typescript-eslint/utils";
import type { ParserServicesWithTypeInformation, TSESTree } from "@typescript-eslint/utils";
import * as ts from "typescript";
import { bare, isFunction, memberName } from "./syntax.ts";
import type { FunctionNode } from "./syntax.ts";

/**
 * The function that an expression stands for: itself, a function's name, a constant's, a method or a field of a class or an
 * object, bound or not. Undefined for what is declared in another file, or may be changed.
 */
export function functionOf(
  expression: TSESTree.Node,
  services: ParserServicesWithTypeInformation,
): FunctionNode | undefined {
  const node = bare(expression);
  if (isFunction(node)) return node;
  if (node.type === AST_NODE_TYPES.CallExpression) {
    const bound = node.callee.type === AST_NODE_TYPES.MemberExpression && memberName(node.callee) === "bind";
    return bound ? functionOf((node.callee as TSESTree.MemberExpression).object, services) : undefined;
  }
  if (node.type !== AST_NODE_TYPES.Identifier && node.type !== AST_NODE_TYPES.MemberExpression) return undefined;
  for (const declaration of symbolOf(node, services)?.declarations ?? []) {
    const found = declaredFunction(services.tsNodeToESTreeNodeMap.get(declaration));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The constructor of a class of the same file, if it has one that is written down. */
export function constructorOf(
  expression: TSESTree.Node,
  services: ParserServicesWithTypeInformation,
): FunctionNode | undefined {
  for (const declaration of symbolOf(bare(expression), services)?.declarations ?? []) {
    const node = unexported(services.tsNodeToESTreeNodeMap.get(declaration));
    if (node?.type !== AST_NODE_TYPES.ClassDeclaration) continue;
    for (const member of node.body.body) {
      if (member.type !== AST_NODE_TYPES.MethodDefinition || member.kind !== "constructor") continue;
      if (isFunction(member.value)) return member.value;
    }
  }
  return undefined;
}

/** What a name or a member means, through imports and shorthand properties. */
export function symbolOf(node: TSESTree.Node, services: ParserServicesWithTypeInformation): ts.Symbol | undefined {
  const checker = services.program.getTypeChecker();
  const tsNode = services.esTreeNodeToTSNodeMap.get(node);
  const shorthand = ts.isShorthandPropertyAssignment(tsNode.parent) ? tsNode.parent : undefined;
  const symbol =
    shorthand === undefined
      ? checker.getSymbolAtLocation(ts.isElementAccessExpression(tsNode) ? tsNode.argumentExpression : tsNode)
      : checker.getShorthandAssignmentValueSymbol(shorthand);
  if (symbol === undefined) return undefined;
  return (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : checker.getAliasedSymbol(symbol);
}

function declaredFunction(declaration: TSESTree.Node | undefined): FunctionNode | undefined {
  const node = unexported(declaration);
  switch (node?.type) {
    case AST_NODE_TYPES.FunctionDeclaration:
    case AST_NODE_TYPES.FunctionExpression:
    case AST_NODE_TYPES.ArrowFunctionExpression:
      return node;
    case AST_NODE_TYPES.VariableDeclarator:
      return node.parent.kind === "const" ? inside(node.init) : undefined;
    case AST_NODE_TYPES.MethodDefinition:
      // A getter is not called where it is read.
      return node.kind === "method" ? inside(node.value) : undefined;
    case AST_NODE_TYPES.PropertyDefinition:
    case AST_NODE_TYPES.Property:
      return inside(node.value);
    default:
      return undefined;
  }
}

function unexported(node: TSESTree.Node | undefined): TSESTree.Node | undefined {
  if (node?.type !== AST_NODE_TYPES.ExportNamedDeclaration && node?.type !== AST_NODE_TYPES.ExportDefaultDeclaration) {
    return node;
  }
  return node.declaration ?? undefined;
}

function inside(node: TSESTree.Node | null): FunctionNode | undefined {
  if (node === null) return undefined;
  const value = bare(node);
  return isFunction(value) ? value : undefined;
}
