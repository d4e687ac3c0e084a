/**
 * Plants one bad import after another in a small tree, and sees each of them found: a check that never failed proves nothing.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { checkImports, readTable } from "../check-imports.mjs";

const table = `
<!-- check-imports: begin -->
| folder | what it is | may import | types of |
| --- | --- | --- | --- |
| \`platform/\` | ground | nothing | nothing |
| \`hooks.ts\` | seam | nothing | \`fence/\` |
| \`fence/\` | fences | \`platform/\`, \`hooks.ts\` | nothing |
| \`index.ts\` | face | \`fence/\` | nothing |
| \`devices/a/\` | a device | \`fence/\` | nothing |
| \`devices/webgpu/\` | a device | \`fence/\` | nothing |
<!-- check-imports: end -->
`;

const manifest = {
  exports: {
    ".": { default: "./dist/index.js" },
    "./a": { browser: { default: "./dist/devices/a/index.browser.js" }, default: "./dist/devices/a/index.node.js" },
    "./internal/*": null,
  },
};

/** A tree in which nothing is wrong. */
const good: Record<string, string> = {
  "docs/architecture.md": table,
  "packages/signalbox/package.json": JSON.stringify(manifest),
  "packages/signalbox/src/platform/clock.ts": "export const clock = 0;",
  "packages/signalbox/src/hooks.ts":
    'import type { Fence } from "./fence/fence.ts";\nexport type Hook = (fence: Fence) => void;',
  "packages/signalbox/src/fence/fence.ts":
    'import { clock } from "../platform/clock.ts";\nimport type { Hook } from "../hooks.ts";\nexport class Fence {}',
  "packages/signalbox/src/index.ts": 'export { Fence } from "./fence/fence.ts";',
  "packages/signalbox/src/devices/a/index.browser.ts": 'export { Fence } from "../../fence/fence.ts";',
  "packages/signalbox/src/devices/a/index.node.ts": 'import "node:fs";\nexport { Fence } from "../../fence/fence.ts";',
  "packages/signalbox/src/devices/webgpu/open.ts": 'export const open = () => import("webgpu");',
  "bench/package.json": "{}",
  "bench/src/main.ts": 'import { Fence } from "signalbox";\nimport "signalbox/a";\nimport "./other.ts";',
};

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "signalbox-imports-"));
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

/** What the check says of the good tree with these files put in or replaced. */
function problemsWith(files: Record<string, string>): string[] {
  for (const [path, text] of Object.entries({ ...good, ...files })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return checkImports(root).problems;
}

test("a good tree has no problems", () => {
  expect(problemsWith({})).toEqual([]);
});

const core = "packages/signalbox/src/";

describe("what is found", () => {
  test.each<[what: string, path: string, text: string, problem: RegExp]>([
    [
      "an arrow that points up",
      `${core}platform/clock.ts`,
      'export const clock = 0;\nexport { Fence } from "../fence/fence.ts";',
      /platform\/clock\.ts:2: platform\/ may not import fence\//,
    ],
    [
      "a value where only types are allowed",
      `${core}hooks.ts`,
      'import { Fence } from "./fence/fence.ts";',
      /hooks\.ts:1: hooks\.ts may not import fence\//,
    ],
    [
      "types where nothing is allowed",
      `${core}platform/clock.ts`,
      'export const clock = 0;\nexport type F = import("../fence/fence.ts").Fence;',
      /clock\.ts:2: platform\/ may not import types of fence\//,
    ],
    [
      "a dynamic import",
      `${core}fence/fence.ts`,
      'export class Fence {}\nconst late = () => import("../devices/a/index.node.ts");',
      /fence\.ts:2: fence\/ may not import devices\/a\//,
    ],
    [
      "a worker's file by URL",
      `${core}fence/fence.ts`,
      'export class Fence {}\nnew URL("../devices/a/index.node.js", import.meta.url);',
      /fence\.ts:2: fence\/ may not import devices\/a\//,
    ],
    [
      "a device that imports a device",
      `${core}devices/webgpu/open.ts`,
      'export * from "../a/index.node.ts";',
      /open\.ts:1: devices\/webgpu\/ may not import devices\/a\//,
    ],
    ["a folder without a row", `${core}extra/x.ts`, "export {};", /extra\/x\.ts:1: its folder has no row/],
    [
      "a file that is not there",
      `${core}index.ts`,
      'export * from "./gone.ts";',
      /index\.ts:1: "\.\/gone\.ts" is no file/,
    ],
    ["a package", `${core}index.ts`, 'import "fastq";', /index\.ts:1: the core has no dependencies.*"fastq"/],
    [
      "the optional peer, loaded at once",
      `${core}devices/webgpu/open.ts`,
      'import { create } from "webgpu";',
      /open\.ts:1: the core has no dependencies.*"webgpu"/,
    ],
    [
      "a dependency in the manifest",
      "packages/signalbox/package.json",
      JSON.stringify({ ...manifest, dependencies: { fastq: "1" } }),
      /package\.json:1: the core has no dependencies/,
    ],
    [
      "a node: module, far below what a browser loads",
      `${core}platform/clock.ts`,
      'import "node:os";\nexport const clock = 0;',
      /clock\.ts:1: "node:os" on a path that a browser loads \(from .*index/,
    ],
    [
      "an entry point without a source",
      "packages/signalbox/package.json",
      JSON.stringify({ exports: { "./b": { default: "./dist/b.js" } } }),
      /package\.json:1: \.\/dist\/b\.js has no source/,
    ],
    [
      "a reach into the package's folder",
      "bench/src/main.ts",
      'import { Fence } from "../../packages/signalbox/src/index.ts";',
      /bench\/src\/main\.ts:1: .*reaches out of bench/,
    ],
    [
      "a private subpath",
      "bench/src/main.ts",
      'import "signalbox/fence/fence";',
      /main\.ts:1: .* is no public subpath/,
    ],
    [
      "an internal subpath",
      "bench/src/main.ts",
      'import "signalbox/internal/x";',
      /main\.ts:1: .* is no public subpath/,
    ],
  ])("%s", (_what, path, text, problem) => {
    const problems = problemsWith({ [path]: text });
    expect(problems).toContainEqual(expect.stringMatching(problem));
  });

  test("a cycle, but not one of types", () => {
    const ring = {
      [`${core}fence/fence.ts`]: 'import "./list.ts";\nexport class Fence {}',
      [`${core}fence/list.ts`]: 'import "./node.ts";',
      [`${core}fence/node.ts`]: 'import "./fence.ts";',
    };
    expect(problemsWith(ring)).toEqual([
      "packages/signalbox/src/fence/fence.ts:1: import cycle: packages/signalbox/src/fence/fence.ts -> " +
        "packages/signalbox/src/fence/list.ts -> packages/signalbox/src/fence/node.ts -> packages/signalbox/src/fence/fence.ts",
    ]);
    expect(problemsWith({ ...ring, [`${core}fence/node.ts`]: 'import type { Fence } from "./fence.ts";' })).toEqual([]);
  });
});

test("a table that names a folder without a row is refused", () => {
  expect(() => readTable(table.replace("`platform/`, `hooks.ts`", "`plattform/`"))).toThrow(
    "`fence/` may import `plattform/`, which has no row",
  );
});
