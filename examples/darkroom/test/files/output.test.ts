import { chmod, mkdir, readFile, readdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryPath } from "../../src/files/atomic.ts";
import { checkTraceFile, prepareOutput } from "../../src/files/output.ts";
import { testFolder } from "../support/folder.ts";

describe("prepareOutput", () => {
  it("makes the folder, with those above it, and leaves nothing in it", async () => {
    const folder = join(await testFolder(), "a", "b");
    await prepareOutput(folder);
    expect(await readdir(folder)).toEqual([]);
    await prepareOutput(folder); // and again, now that it is there
  });

  it("U3: removes what a killed run left, and no result", async () => {
    const folder = await testFolder();
    await writeFile(temporaryPath(folder), "half");
    await writeFile(join(folder, "earth.png"), "result");
    await prepareOutput(folder);
    expect(await readdir(folder)).toEqual(["earth.png"]);
  });

  it("says that a file is in the way, at the end of the path or inside it", async () => {
    const file = join(await testFolder(), "file");
    await writeFile(file, "");
    await expect(prepareOutput(file)).rejects.toMatchObject({
      code: "output-folder",
      message: `The output folder "${file}" cannot be written to: a file of that name is in the way.`,
    });
    await expect(prepareOutput(join(file, "sub"))).rejects.toThrow(
      "cannot be written to: a part of its path is a file, not a folder.",
    );
  });

  it.skipIf(process.getuid?.() === 0)("says that permission is denied", async () => {
    const folder = await testFolder();
    await chmod(folder, 0o555);
    await expect(prepareOutput(folder)).rejects.toThrow("cannot be written to: permission is denied.");
    await expect(prepareOutput(join(folder, "sub"))).rejects.toThrow("cannot be written to: permission is denied.");
  });

  it("U2: refuses the input folder, by whatever road", async () => {
    const root = await testFolder();
    const [input, link] = [join(root, "photos"), join(root, "link")];
    await mkdir(input);
    await symlink(input, link);
    await prepareOutput(join(input, "developed"), input);
    await expect(prepareOutput(link, input)).rejects.toMatchObject({
      code: "output-folder",
      message: `The output folder "${link}" is the input folder: name another one.`,
    });
  });
});

describe("checkTraceFile", () => {
  it("leaves a file that is there as it is, and none where there was none", async () => {
    const folder = await testFolder();
    await writeFile(join(folder, "old"), "trace");
    await checkTraceFile(join(folder, "old"));
    await checkTraceFile(join(folder, "new"));
    expect(await readdir(folder)).toEqual(["old"]);
    expect(await readFile(join(folder, "old"), "utf8")).toBe("trace");
  });

  it("says why a file can't be written", async () => {
    const folder = await testFolder();
    await expect(checkTraceFile(folder)).rejects.toMatchObject({
      code: "output-file",
      message: `The trace "${folder}" cannot be written: it is a folder.`,
    });
    await expect(checkTraceFile(join(folder, "no", "trace"))).rejects.toThrow("cannot be written: it does not exist.");
  });
});
