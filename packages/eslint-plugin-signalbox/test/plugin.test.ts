import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ESLint } from "eslint";
import { describe, expect, test } from "vitest";
import * as parser from "@typescript-eslint/parser";
import plugin from "../src/index.ts";
import { fixtures } from "./support.ts";

const root = join(import.meta.dirname, "..");
const names = Object.keys(plugin.rules);

describe("eslint-plugin-signalbox", () => {
  test("has its package's name and version", () => {
    const manifest: unknown = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    expect(manifest).toMatchObject(plugin.meta);
  });

  test("each file of src/rules/ is a rule, and has a page and a test", () => {
    expect(readdirSync(join(root, "src/rules")).sort()).toEqual(names.map((name) => `${name}.ts`).sort());
    expect(readdirSync(join(root, "docs/rules")).sort()).toEqual(names.map((name) => `${name}.md`).sort());
    expect(readdirSync(join(root, "test/rules")).sort()).toEqual(names.map((name) => `${name}.test.ts`).sort());
  });

  test("the recommended config turns every rule on, as an error", () => {
    expect(plugin.configs.recommended.rules).toEqual(
      Object.fromEntries(names.map((name) => [`signalbox/${name}`, "error"])),
    );
    expect(plugin.configs.recommended.plugins?.["signalbox"]).toBe(plugin);
  });

  test.each(names)(
    "the page of %s is where its reports point to, and shows what is wrong and what is right",
    (name) => {
      const url = plugin.rules[name]?.meta?.docs?.url ?? "";
      const path = fileURLToPath(url);
      expect(existsSync(path)).toBe(true);
      const page = readFileSync(path, "utf8");
      expect(page.startsWith(`# ${name}\n`)).toBe(true);
      expect(page.match(/^## .*$/gm)).toEqual(["## Wrong", "## Right", "## Why", "## The kernel's rule", "## Options"]);
      expect(readFileSync(join(root, "README.md"), "utf8")).toContain(`[${name}](docs/rules/${name}.md)`);
    },
  );

  test("works in a flat config, and reports under its own name", async () => {
    const eslint = new ESLint({
      cwd: fixtures,
      overrideConfigFile: true,
      overrideConfig: [
        {
          files: ["**/*.ts"],
          languageOptions: {
            parser,
            parserOptions: {
              projectService: { allowDefaultProject: ["*.ts"], defaultProject: "tsconfig.json" },
              tsconfigRootDir: fixtures,
            },
          },
        },
        plugin.configs.recommended,
      ],
    });
    const program = 'import { deliver } from "signalbox"; deliver(async () => { await 1; });';
    const [result] = await eslint.lintText(program, { filePath: join(fixtures, "program.ts") });
    expect(result?.messages.map(({ ruleId }) => ruleId)).toEqual(["signalbox/no-await-in-section"]);
  });

  test("says what is missing where there are no types", async () => {
    const eslint = new ESLint({
      cwd: fixtures,
      overrideConfigFile: true,
      overrideConfig: [plugin.configs.recommended],
    });
    await expect(eslint.lintText("f();", { filePath: join(fixtures, "plain.js") })).rejects.toThrow(/type information/);
  });
});
