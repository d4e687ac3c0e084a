/**
 * What the adapters use of the library that a program can't: docs/conformance.md lists it, and this holds the list to the
 * sources. Three kinds of it: a member `_x`, an import that no subpath of the package exports, a constructor marked `@internal`.
 */
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const here = import.meta.dirname;
const core = resolve(here, "../../src");

function parsed(path: string, text = readFileSync(path, "utf8")): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
}

const adapters = readdirSync(here, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
  .sort();

/** What the entry points of the package export, each name with the source that declares it. */
const exported: ReadonlySet<string> = new Set(entryPoints().flatMap((path) => exportsOf(path)));

function entryPoints(): string[] {
  const manifest = readFileSync(join(here, "../../package.json"), "utf8");
  return [...manifest.matchAll(/"\.\/dist\/([^"]*)\.js"/g)].map(([, entry]) => join(core, `${entry}.ts`));
}

function exportsOf(path: string): string[] {
  return parsed(path).statements.flatMap((statement) => {
    if (!ts.isExportDeclaration(statement) || statement.moduleSpecifier === undefined) return [];
    const from = resolve(dirname(path), (statement.moduleSpecifier as ts.StringLiteral).text);
    if (statement.exportClause === undefined) return exportsOf(from);
    if (!ts.isNamedExports(statement.exportClause)) return [];
    return statement.exportClause.elements.map(({ name }) => `${name.text} of ${relative(core, from)}`);
  });
}

/** The internals that a source uses: `_member`, `name of file`, `new Class`. */
function internalsOf(source: ts.SourceFile): string[] {
  const found = new Set<string>();
  const classes = new Map<string, string>();
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) addImports(node);
    else if (ts.isPropertyAccessExpression(node)) addMember(node.name.text);
    else if (ts.isElementAccessExpression(node) && ts.isStringLiteralLike(node.argumentExpression))
      addMember(node.argumentExpression.text);
    else if (ts.isBindingElement(node)) addMember((node.propertyName ?? node.name).getText());
    else if (ts.isNewExpression(node) && ts.isIdentifier(node.expression)) addClass(node.expression.text);
    ts.forEachChild(node, visit);
  };
  const addMember = (name: string): void => {
    if (/^_[a-z]/i.test(name)) found.add(name);
  };
  const addImports = ({ moduleSpecifier, importClause }: ts.ImportDeclaration): void => {
    const { text } = moduleSpecifier as ts.StringLiteral;
    const file = relative(core, resolve(dirname(source.fileName), text));
    if (!text.startsWith(".") || file.startsWith("..")) return;
    if (entryPoints().includes(join(core, file))) return; // A program may import that, too.
    const bindings = importClause?.namedBindings;
    if (bindings === undefined || !ts.isNamedImports(bindings)) found.add(`all of ${file}`);
    else
      for (const { name, propertyName } of bindings.elements) {
        const whole = `${(propertyName ?? name).text} of ${file}`;
        if (!exported.has(whole)) found.add(whole);
        classes.set(name.text, file);
      }
  };
  const addClass = (name: string): void => {
    const file = classes.get(name);
    if (file !== undefined && madeInside(name, file)) found.add(`new ${name}`);
  };
  visit(source);
  return [...found].sort();
}

/** Whether the constructor of a class is marked `@internal`. */
function madeInside(name: string, file: string): boolean {
  for (const node of parsed(join(core, file)).statements) {
    if (!ts.isClassDeclaration(node) || node.name?.text !== name) continue;
    const made = node.members.find(ts.isConstructorDeclaration);
    return made !== undefined && ts.getJSDocTags(made).some(({ tagName }) => tagName.text === "internal");
  }
  return false;
}

describe("what the adapters use that a program can't", () => {
  it("is seen in every form", () => {
    const text = [
      'import { Fence } from "../../../src/fence/fence.ts";',
      'import { rankOf as rank } from "../../../src/sync/reservation/usage.ts";',
      'import type { UsageRank } from "../../../src/sync/reservation/usage.ts";',
      'import * as all from "../../../src/hooks.ts";',
      'import "../../../src/signalling/lockdep/index.node.ts";',
      'import { ReservationTicket } from "../../../src/sync/reservation/ticket.ts";',
      'import { inside } from "../format.ts";',
      "const { point, _error: error, _state } = fence;",
      'fence._setError(1); table?._entries; fence["_poll"](); new ReservationTicket("t", null); (_key, value) => value;',
    ].join("\n");
    expect(internalsOf(parsed(join(here, "lab/planted.ts"), text))).toEqual([
      "UsageRank of sync/reservation/usage.ts",
      "_entries",
      "_error",
      "_poll",
      "_setError",
      "_state",
      "all of hooks.ts",
      "new ReservationTicket",
      "rankOf of sync/reservation/usage.ts",
    ]);
  });

  it("is what docs/conformance.md lists: these names, in these files", () => {
    const used = new Map<string, string[]>();
    for (const adapter of adapters) {
      for (const name of internalsOf(parsed(join(here, adapter)))) used.set(name, [...(used.get(name) ?? []), adapter]);
    }
    const page = readFileSync(new URL("../../../../docs/conformance.md", import.meta.url), "utf8");
    const table = /<!-- internals: begin -->(.*)<!-- internals: end -->/s.exec(page)?.[1] ?? "";
    const rows = table.split("\n").flatMap((line) => {
      const [, name, files, reason] = /^\| `([^|]*)` *\| ([^|]*?) *\| ([^|]*?) *\|$/.exec(line) ?? [];
      return name === undefined
        ? []
        : [{ name, files: files?.match(/[^`, ]+/g), reasoned: (reason ?? "").length > 20 }];
    });
    const wanted = [...used].map(([name, files]) => ({ name, files, reasoned: true }));
    const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);
    expect(rows.sort(byName)).toEqual(wanted.sort(byName));
  });
});
