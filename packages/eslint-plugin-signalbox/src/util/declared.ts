/** How a program declared a lock or a pool of its own, wherever in its sources that was. */
import type { ParserServicesWithTypeInformation, TSESTree } from "@typescript-eslint/utils";
import * as ts from "typescript";
import { symbolOf } from "./functions.ts";

/**
 * A yes-or-no option of `declareLock(name, options)` or `declarePool(name, options)`, for what an expression names; false
 * where it was left out, undefined where the declaration, or the option's value, isn't in sight.
 */
export function declaredOption(
  expression: TSESTree.Node,
  option: string,
  services: ParserServicesWithTypeInformation,
): boolean | undefined {
  const node: ts.Node = services.esTreeNodeToTSNodeMap.get(expression);
  const call = ts.isCallExpression(node) ? node : initialiserOf(symbolOf(expression, services)?.valueDeclaration);
  if (call === undefined || !ts.isCallExpression(call)) return undefined;
  const options = call.arguments[1];
  if (options === undefined) return false;
  if (!ts.isObjectLiteralExpression(options)) return undefined;
  const assigned = options.properties.filter((each) => ts.isPropertyAssignment(each));
  if (assigned.length < options.properties.length) return undefined;
  const value = assigned.find(({ name }) => name.getText() === option)?.initializer;
  if (value === undefined || value.kind === ts.SyntaxKind.FalseKeyword) return false;
  return value.kind === ts.SyntaxKind.TrueKeyword ? true : undefined;
}

function initialiserOf(declaration: ts.Declaration | undefined): ts.Expression | undefined {
  if (declaration === undefined) return undefined;
  const holds = ts.isVariableDeclaration(declaration) || ts.isPropertyDeclaration(declaration);
  return holds ? declaration.initializer : undefined;
}
