import { mkdir, symlink, writeFile } from "node:fs/promises";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { listPhotos, planOutputs, samplePhotos } from "../../src/files/photos.ts";
import { testFolder } from "../support/folder.ts";

async function folderWith(...names: string[]): Promise<string> {
  const folder = await testFolder();
  for (const name of names) await writeFile(join(folder, name), "");
  return folder;
}

describe("listPhotos", () => {
  it("H1: takes JPEGs and PNGs of any case, sorted, and no other file", async () => {
    const folder = await folderWith(
      "b.jpg",
      "a.PNG",
      "B.jpeg",
      "c.gif",
      "notes.txt",
      ".hidden.jpg",
      "jpg",
      "d.jpg.txt",
    );
    await mkdir(join(folder, "sub.jpg"));
    await symlink(join(folder, "b.jpg"), join(folder, "link.jpg"));
    const server = createServer().listen(join(folder, "socket.jpg")); // no folder, and no file either
    await once(server, "listening");
    expect(await listPhotos(folder)).toEqual(
      ["B.jpeg", "a.PNG", "b.jpg", "link.jpg"].map((name) => join(folder, name)),
    );
    server.close();
  });

  it("H2: says that a folder is empty, has no photo, is missing, or is a file", async () => {
    const empty = await testFolder();
    await expect(listPhotos(empty)).rejects.toMatchObject({
      code: "input-folder",
      message: `There is no photo in "${empty}": it is empty.`,
    });
    const other = await folderWith("a.txt", "b.gif");
    await expect(listPhotos(other)).rejects.toThrow(
      `There is no photo in "${other}": none of its 2 files ends in .jpg, .jpeg or .png.`,
    );
    const missing = join(empty, "missing");
    await expect(listPhotos(missing)).rejects.toMatchObject({
      code: "input-folder",
      message: `The input folder "${missing}" cannot be read: it does not exist.`,
    });
    await expect(listPhotos(await folderWith("a.txt"))).rejects.toThrow(
      ": its one file does not end in .jpg, .jpeg or .png.",
    );
    const file = join(other, "a.txt");
    await expect(listPhotos(file)).rejects.toThrow(`The input folder "${file}" cannot be read: it is not a folder.`);
  });
});

describe("planOutputs", () => {
  it("names a result after its photo", () => {
    expect(planOutputs(["/in/a.jpg", "/in/b.c.png"], "/out", "png")).toEqual([
      { input: "/in/a.jpg", output: join("/out", "a.png") },
      { input: "/in/b.c.png", output: join("/out", "b.c.png") },
    ]);
    expect(planOutputs(["/in/a.png"], "/out", "jpeg")[0]?.output).toBe(join("/out", "a.jpg"));
  });

  it("H3: gives each a name of its own, in upper or lower case", () => {
    const outputs = planOutputs(["a.jpg", "a.png", "A.jpeg", "a-2.jpg", "a-2.png"], "out", "png");
    expect(outputs.map(({ output }) => basename(output))).toEqual([
      "a.png",
      "a-2.png",
      "A-3.png",
      "a-2-2.png",
      "a-2-3.png",
    ]);
  });
});

describe("the samples", () => {
  it("are there", () => {
    expect(samplePhotos().map((path) => basename(path))).toEqual([
      "earth-blue-marble.jpg",
      "earth-night.jpg",
      "earth-topology.png",
    ]);
    expect(samplePhotos().every((path) => existsSync(path))).toBe(true);
  });

  it("are told to be missing where the package that has them is not installed, with what to do instead", () => {
    const resolve = (name: string): string => {
      throw new Error(`Cannot find module '${name}'`);
    };
    expect(() => samplePhotos(resolve)).toThrow(
      "The sample photos cannot be read: the npm package three-globe is not installed. Name a folder of your own by --input DIR.",
    );
  });
});
