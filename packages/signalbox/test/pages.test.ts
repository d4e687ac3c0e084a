/** The pages of docs that have programs: they run as they stand there, and print what their page says. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const root = new URL("../../../", import.meta.url);

/** For a program that shows what the validator reports, and turns it on by itself. */
const { SIGNALBOX_LOCKDEP: _, ...withoutValidator } = process.env;

test.each([
  ["threads.md", ["main.mjs", "decoder.mjs"], process.env],
  ["recovery.md", ["printer.mjs"], process.env],
  ["obligations.md", ["owed.mjs"], withoutValidator],
])(
  "the programs of docs/%s print what the page says",
  async (name, files, env) => {
    const page = await readFile(new URL(`docs/${name}`, root), "utf8");
    const cache = fileURLToPath(new URL(".cache/", root)); // below the workspace, so that the package is found by its name
    await mkdir(cache, { recursive: true });
    const folder = await mkdtemp(`${cache}page-`);
    try {
      const programs = [...page.matchAll(/^```js\n\/\/ (\S+)\n([\s\S]*?)^```$/gm)];
      expect(programs.map(([, file]) => file)).toEqual(files);
      for (const [, file, code] of programs) await writeFile(`${folder}/${file!}`, code!);
      const first = `${folder}/${files[0]!}`;
      const { stdout, stderr } = await promisify(execFile)(process.execPath, [first], { timeout: 60_000, env });
      expect(stderr).toBe("");
      expect(stdout).toBe(/^```text\n([\s\S]*?)^```$/m.exec(page)?.[1]);
    } finally {
      await rm(folder, { recursive: true });
    }
  },
  70_000,
);
