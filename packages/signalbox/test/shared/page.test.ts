/** docs/threads.md: its two programs run as they stand there, and print what it says. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const root = new URL("../../../../", import.meta.url);

test("the programs of docs/threads.md print what the page says", async () => {
  const page = await readFile(new URL("docs/threads.md", root), "utf8");
  const cache = fileURLToPath(new URL(".cache/", root)); // below the workspace, so that the package is found by its name
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(`${cache}threads-page-`);
  try {
    const programs = [...page.matchAll(/^```js\n\/\/ (\S+)\n([\s\S]*?)^```$/gm)];
    expect(programs.map(([, name]) => name)).toEqual(["main.mjs", "decoder.mjs"]);
    for (const [, name, code] of programs) await writeFile(`${folder}/${name!}`, code!);
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [`${folder}/main.mjs`], { timeout: 60_000 });
    expect(stderr).toBe("");
    expect(stdout).toBe(/^```text\n([\s\S]*?)^```$/m.exec(page)?.[1]);
  } finally {
    await rm(folder, { recursive: true });
  }
}, 70_000);
