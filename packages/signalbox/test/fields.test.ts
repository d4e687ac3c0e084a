/** How the package is built, as far as its speed depends on it. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, test } from "vitest";

const dist = fileURLToPath(new URL("../dist/", import.meta.url));

/** The public fields that are defined in the class bodies of a built file. */
function definedIn(path: string): readonly string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isClassLike(node)) {
      for (const member of node.members) {
        if (!ts.isPropertyDeclaration(member) || ts.isPrivateIdentifier(member.name)) continue;
        const isStatic = member.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword) === true;
        if (!isStatic) found.push(`${path}: ${member.name.getText()}`);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, readFileSync(dist + path, "utf8"), ts.ScriptTarget.Latest, true));
  return found;
}

test("bug: with a fifth kind of fence each job was twenty times as dear to make: fields are assigned, not defined (decision 019)", () => {
  // What an earlier build left behind has no source any more.
  const files = readdirSync(dist, { recursive: true, encoding: "utf8" }).filter(
    (name) => name.endsWith(".js") && existsSync(`${dist}../src/${name.replace(/js$/, "ts")}`),
  );
  expect(files.length).toBeGreaterThan(200);
  expect(files.flatMap(definedIn)).toEqual([]);
});
