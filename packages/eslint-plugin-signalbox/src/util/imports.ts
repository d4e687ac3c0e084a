/** Adds a name of Signalbox to a file, for fixes: where the file has it already, it is used as the file calls it. */
import { AST_NODE_TYPES, ASTUtils } from "@typescript-eslint/utils";
import type { TSESLint, TSESTree } from "@typescript-eslint/utils";

/**
 * What a file calls, or may call, an export of `signalbox` at a place; undefined if it has no import of Signalbox's values to
 * add it to, or the name means something else there.
 */
export function localName(
  exported: string,
  at: TSESTree.Node,
  source: Readonly<TSESLint.SourceCode>,
): string | undefined {
  const specifier = importedAs(exported, source);
  const name = specifier?.local.name ?? exported;
  const variable = ASTUtils.findVariable(source.getScope(at), name);
  if (specifier !== undefined) return variable?.defs[0]?.node === specifier ? name : undefined;
  return variable === null && openImport(source) !== undefined ? name : undefined;
}

/** The fixes that import an export of `signalbox`: none where the file has it. */
export function importFix(
  exported: string,
  source: Readonly<TSESLint.SourceCode>,
  fixer: TSESLint.RuleFixer,
): TSESLint.RuleFix[] {
  if (importedAs(exported, source) !== undefined) return [];
  const last = openImport(source)?.specifiers.at(-1);
  return last === undefined ? [] : [fixer.insertTextAfter(last, `, ${exported}`)];
}

function importsOf(source: Readonly<TSESLint.SourceCode>): TSESTree.ImportDeclaration[] {
  return source.ast.body.filter(
    (node): node is TSESTree.ImportDeclaration =>
      node.type === AST_NODE_TYPES.ImportDeclaration && node.source.value === "signalbox" && node.importKind !== "type",
  );
}

/** An import of named values that one more can be added to. */
function openImport(source: Readonly<TSESLint.SourceCode>): TSESTree.ImportDeclaration | undefined {
  return importsOf(source).find(({ specifiers }) => specifiers.at(-1)?.type === AST_NODE_TYPES.ImportSpecifier);
}

function importedAs(exported: string, source: Readonly<TSESLint.SourceCode>): TSESTree.ImportSpecifier | undefined {
  return importsOf(source)
    .flatMap(({ specifiers }) => specifiers)
    .find(
      (specifier): specifier is TSESTree.ImportSpecifier =>
        specifier.type === AST_NODE_TYPES.ImportSpecifier &&
        specifier.importKind !== "type" &&
        specifier.imported.type === AST_NODE_TYPES.Identifier &&
        specifier.imported.name === exported,
    );
}
