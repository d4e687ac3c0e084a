/**
 * What a call calls, by its declaration: so that `import { deliver as d }`, `sb.deliver`, `const d = deliver` and a
 * program's own re-export are all `deliver` of Signalbox, and somebody else's `deliver` is not.
 */
import type { ParserServicesWithTypeInformation, TSESTree } from "@typescript-eslint/utils";
import * as ts from "typescript";
import { LIBRARY, originOf } from "./origin.ts";
import type { Origin } from "./origin.ts";

/** A call or a `new`. */
export type Call = TSESTree.CallExpression | TSESTree.NewExpression;

/** What is called. */
export interface Callee {
  /** Its declared name; the class's for a constructor. */
  readonly name: string;
  /** The class or interface that declares it; undefined for a function. */
  readonly owner: string | undefined;
  readonly origin: Origin;
  readonly declaration: ts.Declaration;
}

/** What a call calls, or undefined where there is no telling: `any`, a union of different functions. */
export function calleeOf(call: Call, services: ParserServicesWithTypeInformation): Callee | undefined {
  const checker = services.program.getTypeChecker();
  const node = services.esTreeNodeToTSNodeMap.get(call);
  if (!ts.isCallExpression(node) && !ts.isNewExpression(node)) return undefined;
  const type = checker.getNonNullableType(checker.getTypeAtLocation(node.expression));
  const declaration: ts.Declaration | undefined =
    checker.getResolvedSignature(node)?.declaration ?? type.getSymbol()?.declarations?.[0];
  return declaration === undefined ? undefined : describe(declaration, services);
}

/** Whether a call calls one of these functions or methods of Signalbox. */
export function callsSignalbox(callee: Callee | undefined, names: ReadonlySet<string>): boolean {
  return callee?.origin === "signalbox" && names.has(callee.name);
}

/** Whether a call calls one of these functions or methods of the compiler's library. */
export function callsLibrary(callee: Callee | undefined, names: ReadonlySet<string>): boolean {
  return callee?.origin === LIBRARY && names.has(callee.name);
}

function describe(declaration: ts.Declaration, services: ParserServicesWithTypeInformation): Callee | undefined {
  const origin = originOf(declaration, services);
  if (ts.isConstructorDeclaration(declaration) || ts.isConstructSignatureDeclaration(declaration)) {
    // The library's classes are interfaces: `WeakRefConstructor` has the `new` of `WeakRef`.
    const name = nameOf(declaration.parent)?.replace(/(?<=.)Constructor$/, "");
    return name === undefined ? undefined : { name, owner: undefined, origin, declaration };
  }
  // `wait: () => Promise<void>` and `const deliver = () => {}`: the name is that of what holds the function.
  const named = nameOf(declaration) === undefined ? declaration.parent : declaration;
  const name = nameOf(named);
  return name === undefined ? undefined : { name, owner: nameOf(named.parent), origin, declaration };
}

function nameOf(node: ts.Node): string | undefined {
  if (ts.isTypeLiteralNode(node)) return nameOf(node.parent);
  const { name } = node as Partial<ts.NamedDeclaration>;
  if (name === undefined) return undefined;
  return ts.isIdentifier(name) || ts.isStringLiteral(name) || ts.isPrivateIdentifier(name) ? name.text : undefined;
}
