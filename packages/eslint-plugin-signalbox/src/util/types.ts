/** Types of Signalbox, recognised by the name they were declared with and the package that declares them. */
import type { ParserServicesWithTypeInformation, TSESTree } from "@typescript-eslint/utils";
import * as ts from "typescript";
import { isSignalbox } from "./origin.ts";

/** The parts of a union or an intersection; a type parameter counts as what it extends. */
export function partsOf(type: ts.Type, checker: ts.TypeChecker): readonly ts.Type[] {
  if (type.isUnionOrIntersection()) return type.types.flatMap((part) => partsOf(part, checker));
  if (!type.isTypeParameter()) return [type];
  const constraint = checker.getBaseConstraintOfType(type);
  return constraint === undefined || constraint === type ? [] : partsOf(constraint, checker);
}

/** The name of a class or an interface, if Signalbox declares it. */
export function signalboxName(type: ts.Type, services: ParserServicesWithTypeInformation): string | undefined {
  const symbol = type.getSymbol();
  const isDeclared = symbol?.declarations?.some((declaration) => isSignalbox(declaration, services));
  return isDeclared === true ? symbol?.name : undefined;
}

/** The first of these names that a type, a part of it, or what it extends has in Signalbox. */
export function namedType(
  type: ts.Type,
  names: ReadonlySet<string>,
  services: ParserServicesWithTypeInformation,
): string | undefined {
  const checker = services.program.getTypeChecker();
  for (const part of partsOf(type, checker)) {
    const name = signalboxName(part, services);
    if (name !== undefined && names.has(name)) return name;
    for (const base of basesOf(part, checker)) {
      const found = namedType(base, names, services);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** As `namedType`, of an expression or a name. */
export function typeNamed(
  node: TSESTree.Node,
  names: ReadonlySet<string>,
  services: ParserServicesWithTypeInformation,
): string | undefined {
  return namedType(services.getTypeAtLocation(node), names, services);
}

/** What a class or an interface extends and implements. */
function basesOf(type: ts.Type, checker: ts.TypeChecker): readonly ts.Type[] {
  const target = (type as Partial<ts.TypeReference>).target ?? type;
  if (!target.isClassOrInterface()) return [];
  const implemented = (target.symbol.declarations ?? []).flatMap((declaration) =>
    ts.isClassLike(declaration) ? (declaration.heritageClauses ?? []) : [],
  );
  return [
    ...checker.getBaseTypes(target),
    ...implemented
      .filter((clause) => clause.token === ts.SyntaxKind.ImplementsKeyword)
      .flatMap((clause) => clause.types.map((node) => checker.getTypeAtLocation(node))),
  ];
}

/** Whether something is a promise, or as good as one, for certain: it has a `then` that can be called. */
export function isThenable(type: ts.Type, checker: ts.TypeChecker): boolean {
  if (type.isUnion()) return type.types.every((part) => isThenable(part, checker));
  const then = type.getProperty("then");
  return then !== undefined && checker.getTypeOfSymbol(then).getCallSignatures().length > 0;
}
