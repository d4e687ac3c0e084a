/**
 * Reads what a TypeScript file imports: every form of it, each with its line and whether anything is left of it at run time.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import ts from "typescript";

/**
 * @typedef {object} Import
 * @property {string} specifier as it stands in the source
 * @property {number} line
 * @property {boolean} typeOnly erased by the compiler
 * @property {boolean} dynamic `import()` or `new URL(..., import.meta.url)`: loaded later, or never
 */

/**
 * Every .ts file below a folder; none where there is no folder.
 * @param {string} folder
 * @returns {string[]}
 */
export function sourceFiles(folder) {
  /** @type {import("node:fs").Dirent[]} */
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return ["node_modules", "dist"].includes(entry.name) ? [] : sourceFiles(path);
    return /\.[cm]?ts$/.test(entry.name) ? [path] : [];
  });
}

/**
 * @param {string} path
 * @returns {Import[]}
 */
export function importsOf(path) {
  const source = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.ES2022, true);
  /** @type {Import[]} */
  const found = [];

  /** @param {ts.Node} node @param {ts.Node | undefined} specifier @param {{ typeOnly?: boolean, dynamic?: boolean }} kind */
  const add = (node, specifier, { typeOnly = false, dynamic = false }) => {
    if (specifier === undefined || !ts.isStringLiteralLike(specifier)) return;
    const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
    found.push({ specifier: specifier.text, line, typeOnly, dynamic });
  };

  /** @param {ts.Node} node */
  const visit = (node) => {
    if (ts.isImportDeclaration(node)) {
      add(node, node.moduleSpecifier, { typeOnly: node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword });
    } else if (ts.isExportDeclaration(node)) {
      add(node, node.moduleSpecifier, { typeOnly: node.isTypeOnly });
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      add(node, node.argument.literal, { typeOnly: true });
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node, node.arguments[0], { dynamic: true });
    } else if (ts.isNewExpression(node) && node.arguments?.[1]?.getText() === "import.meta.url") {
      add(node, node.arguments[0], { dynamic: true }); // a worker's file: new URL("./worker.js", import.meta.url)
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/**
 * The file that a relative import of a source means; a `.js` names the file that its `.ts` is built to.
 * @param {string} from the importing file
 * @param {string} specifier
 */
export function resolveRelative(from, specifier) {
  return resolve(dirname(from), specifier.replace(/\.js$/, ".ts"));
}
