/**
 * Holds the imports to docs/architecture.md: its table says which folder of the core may import which.
 *
 *     node scripts/check-imports.mjs [root]
 *
 * Also: no import cycles, no packages in the core, no `node:` module on a path that a browser loads, and only public
 * subpaths from outside. Prints `file:line: what is wrong` for each, and exits 1 if there is any.
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { importsOf, resolveRelative, sourceFiles } from "./imports.mjs";

/** @typedef {import("./imports.mjs").Import} Import */
/** @typedef {{ name: string, values: Set<string>, types: Set<string> }} Folder a row of the table */

/** The one package that the core may load, and whence: an optional peer. */
const optionalPeer = { name: "webgpu", folder: "devices/webgpu/" };

/**
 * Reads the table between the two marks.
 * @param {string} markdown
 * @returns {Map<string, Folder>}
 */
export function readTable(markdown) {
  const text = /<!-- check-imports: begin -->(.*)<!-- check-imports: end -->/s.exec(markdown)?.[1];
  if (text === undefined) throw new Error("docs/architecture.md has no table between the check-imports marks");
  const rows = text.split("\n").filter((line) => line.startsWith("| `"));
  /** @param {string | undefined} cell */
  const names = (cell) => Array.from((cell ?? "").matchAll(/`([^`]+)`/g), (match) => match[1] ?? "");
  const table = new Map(
    rows.map((row) => {
      const [, name, , values, types] = row.split("|");
      const own = names(name)[0] ?? "";
      const mayValues = new Set([own, ...names(values)]);
      return [own, { name: own, values: mayValues, types: new Set([...mayValues, ...names(types)]) }];
    }),
  );
  for (const folder of table.values()) {
    const unknown = [...folder.types].find((name) => !table.has(name));
    if (unknown !== undefined)
      throw new Error(`docs/architecture.md: \`${folder.name}\` may import \`${unknown}\`, which has no row`);
  }
  return table;
}

/**
 * @param {string} root the workspace
 * @returns {{ problems: string[], files: number }}
 */
export function checkImports(root) {
  const core = join(root, "packages/signalbox");
  const src = join(core, "src") + sep;
  const table = readTable(readFileSync(join(root, "docs/architecture.md"), "utf8"));
  /** @type {string[]} */
  const problems = [];
  /** @param {string} path */
  const short = (path) => relative(root, path).split(sep).join("/");
  /** @param {string} path @param {Import} found @param {string} message */
  const fail = (path, found, message) => problems.push(`${short(path)}:${found.line}: ${message}`);

  /** The row of a file: the longest name that its path begins with. @param {string} path */
  const folderOf = (path) => {
    const inside = relative(src, path).split(sep).join("/");
    return [...table.values()]
      .filter(({ name }) => (name.endsWith("/") ? inside.startsWith(name) : inside === name))
      .sort((a, b) => b.name.length - a.name.length)[0];
  };

  const graph = new Map(sourceFiles(src).map((path) => [path, importsOf(path)]));
  for (const [path, imports] of graph) {
    const folder = folderOf(path);
    if (folder === undefined) {
      problems.push(`${short(path)}:1: its folder has no row in docs/architecture.md`);
      continue;
    }
    for (const found of imports) {
      if (found.specifier.startsWith(".")) {
        const target = resolveRelative(path, found.specifier);
        const to = folderOf(target);
        if (!target.startsWith(src) || !existsSync(target))
          fail(path, found, `"${found.specifier}" is no file of the core`);
        else if (to !== undefined && !(found.typeOnly ? folder.types : folder.values).has(to.name)) {
          const what = found.typeOnly ? "types of " : "";
          fail(path, found, `${folder.name} may not import ${what}${to.name} (docs/architecture.md)`);
        }
      } else if (!found.specifier.startsWith("node:")) {
        const allowed =
          found.specifier === optionalPeer.name &&
          folder.name === optionalPeer.folder &&
          (found.typeOnly || found.dynamic);
        if (!allowed) fail(path, found, `the core has no dependencies, and this imports "${found.specifier}"`);
      }
    }
  }

  problems.push(
    ...cycles(graph).map((cycle) => `${short(cycle[0] ?? "")}:1: import cycle: ${cycle.map(short).join(" -> ")}`),
  );

  const manifest = /** @type {{ exports: Record<string, unknown>, dependencies?: Record<string, string> }} */ (
    JSON.parse(readFileSync(join(core, "package.json"), "utf8"))
  );
  if (Object.keys(manifest.dependencies ?? {}).length > 0) {
    problems.push(`${short(core)}/package.json:1: the core has no dependencies`);
  }

  // What a browser loads. Each file once: `seen` maps it to the file that first imported it.
  for (const entry of browserEntries(manifest.exports)) {
    const first = resolve(core, entry.replace("./dist/", "./src/").replace(/\.js$/, ".ts"));
    if (!graph.has(first)) problems.push(`${short(core)}/package.json:1: ${entry} has no source ${short(first)}`);
    const seen = new Set([first]);
    for (const path of seen) {
      for (const found of graph.get(path) ?? []) {
        if (found.typeOnly || found.dynamic) continue;
        if (found.specifier.startsWith(".")) seen.add(resolveRelative(path, found.specifier));
        else if (found.specifier.startsWith("node:")) {
          fail(path, found, `"${found.specifier}" on a path that a browser loads (from ${short(first)})`);
        }
      }
    }
  }

  const doors = new Set(Object.keys(manifest.exports).map((subpath) => subpath.replace(/^\./, "signalbox")));
  const outside = ["packages/cli", "examples", "bench", "torture"].flatMap((folder) => sourceFiles(join(root, folder)));
  for (const path of outside) {
    const home = packageOf(path);
    for (const found of importsOf(path)) {
      const { specifier } = found;
      if (specifier.startsWith(".") && !resolveRelative(path, specifier).startsWith(home + sep)) {
        fail(path, found, `"${specifier}" reaches out of ${short(home)}: import the package by its name`);
      } else if (/^signalbox(\/|$)/.test(specifier) && (!doors.has(specifier) || specifier.includes("/internal/"))) {
        fail(path, found, `"${specifier}" is no public subpath of signalbox`);
      }
    }
  }
  return { problems: [...new Set(problems)], files: graph.size + outside.length };
}

/**
 * What a browser may be given: the `browser` condition of an entry point, or an entry point that has none.
 * @param {Record<string, unknown>} exports
 * @returns {string[]}
 */
function browserEntries(exports) {
  return Object.values(exports).flatMap((target) => {
    if (typeof target !== "object" || target === null) return [];
    const conditions = /** @type {{ browser?: { default: string }, default: string }} */ (target);
    return [conditions.browser?.default ?? conditions.default];
  });
}

/** The folder of the nearest package.json above a file. @param {string} path @returns {string} */
function packageOf(path) {
  const folder = dirname(path);
  return existsSync(join(folder, "package.json")) || folder === dirname(folder) ? folder : packageOf(folder);
}

/**
 * Cycles among value imports, each told once, from its first file round to itself.
 * @param {Map<string, Import[]>} graph
 * @returns {string[][]}
 */
function cycles(graph) {
  /** @type {string[][]} */
  const found = [];
  /** @type {string[]} */
  const stack = [];
  const done = new Set();
  /** @param {string} path */
  const visit = (path) => {
    const at = stack.indexOf(path);
    if (at >= 0) found.push([...stack.slice(at), path]);
    if (at >= 0 || done.has(path)) return;
    stack.push(path);
    for (const { specifier, typeOnly, dynamic } of graph.get(path) ?? []) {
      if (specifier.startsWith(".") && !typeOnly && !dynamic) visit(resolveRelative(path, specifier));
    }
    stack.pop();
    done.add(path);
  };
  for (const path of graph.keys()) visit(path);
  return found;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { problems, files } = checkImports(resolve(process.argv[2] ?? "."));
  for (const problem of problems) console.error(problem);
  console.log(`imports: ${files} files, ${problems.length} problems`);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
