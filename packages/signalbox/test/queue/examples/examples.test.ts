/**
 * The worked examples of docs/examples/: each page shows a program of this folder, whole, and what it prints; both are compared
 * with the program itself.
 *
 * To write a page anew from its program: UPDATE_EXAMPLES=1.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { bindAndInvalidate } from "./bind-and-invalidate.ts";
import { groupSubmitExample } from "./group-submit.ts";

const examples = [
  { name: "bind-and-invalidate", program: bindAndInvalidate },
  { name: "group-submit", program: groupSubmitExample },
];

/** The program as a user would write it: the package by its name, and a call at the end. */
function published(name: string, call: string): string {
  const source = readFileSync(new URL(`./${name}.ts`, import.meta.url), "utf8");
  return `${source
    .replaceAll('"../../../src/index.ts"', '"signalbox"')
    .replaceAll(
      /"\.\.\/\.\.\/\.\.\/src\/devices\/(\w+)\/index\.ts"/g,
      '"signalbox/$1"',
    )}\nawait ${call}(console.log);\n`;
}

async function printed(program: (print: (line: string) => void) => Promise<void>): Promise<string> {
  const lines: string[] = [];
  await program((line) => void lines.push(line));
  return `${lines.join("\n")}\n`;
}

/** The page with this in its one block of a language. */
function withBlock(page: string, language: string, content: string): string {
  const fence = new RegExp(`^\`\`\`${language}\n[\\s\\S]*?^\`\`\`$`, "m");
  expect(page).toMatch(fence);
  return page.replace(fence, () => `\`\`\`${language}\n${content}\`\`\``);
}

describe.each(examples)("docs/examples/$name.md", ({ name, program }) => {
  it("shows its program, whole, and what it prints", async () => {
    const file = new URL(`../../../../../docs/examples/${name}.md`, import.meta.url);
    const page = readFileSync(file, "utf8");
    const code = withBlock(page, "ts", published(name, program.name));
    const expected = withBlock(code, "text", await printed(program));
    if (process.env["UPDATE_EXAMPLES"] === "1") writeFileSync(file, expected);
    else expect(page).toBe(expected);
  });

  it("prints the same each time", async () => {
    expect(await printed(program)).toBe(await printed(program));
  });
});
