import { mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { decode } from "../../src/files/decode.ts";
import { encode } from "../../src/files/encode.ts";
import { sharp } from "../../src/files/sharp.ts";
import { testFolder } from "../support/folder.ts";
import { flatPicture, noisyPicture } from "../support/pictures.ts";

describe("encode", () => {
  it.each([
    [1, 1],
    [3, 2],
    [61, 47],
  ])("O2: writes %d x %d pixels to a PNG that holds just these", async (width, height) => {
    const folder = await testFolder();
    const [path, picture] = [join(folder, "noise.png"), noisyPicture(width, height)];
    const bytes = await encode({ ...picture, path, format: "png" });
    expect(await readdir(folder)).toEqual(["noise.png"]);
    expect(bytes).toBe((await stat(path)).size);
    expect(await decode(path)).toEqual(picture);
  });

  it("writes a JPEG, white where the picture is transparent", async () => {
    const path = join(await testFolder(), "clear.jpg");
    await encode({ ...flatPicture(8, 8, [0, 0, 0, 0]), path, format: "jpeg" });
    expect((await sharp(path).metadata()).format).toBe("jpeg");
    expect([...(await decode(path)).data.subarray(0, 4)]).toEqual([255, 255, 255, 255]);
  });

  it("takes what a structured clone makes of its input", async () => {
    const path = join(await testFolder(), "clone.png");
    const picture = noisyPicture(5, 5);
    await encode(structuredClone({ ...picture, path, format: "png" as const }));
    expect(await decode(path)).toEqual(picture);
  });

  it("refuses a picture of the wrong size before it writes anything", async () => {
    const folder = await testFolder();
    const input = {
      width: 2,
      height: 2,
      data: new Uint8Array(15),
      path: join(folder, "x.png"),
      format: "png",
    } as const;
    await expect(encode(input)).rejects.toThrow("has 16 bytes, not 15");
    expect(await readdir(folder)).toEqual([]);
  });

  it("O3: says why a file cannot be written, and leaves nothing behind", async () => {
    const folder = await testFolder();
    await writeFile(join(folder, "file"), "");
    await mkdir(join(folder, "taken.png"));
    const picture = noisyPicture(2, 2);
    for (const [name, reason] of [
      ["missing/x.png", "it does not exist"],
      ["file/x.png", "a part of its path is a file, not a folder"],
      ["taken.png", "it is a folder"],
    ] as const) {
      const path = join(folder, name);
      await expect(encode({ ...picture, path, format: "png" })).rejects.toMatchObject({
        code: "output-file",
        message: `"${path}" cannot be written: ${reason}.`,
      });
    }
    expect((await readdir(folder)).sort()).toEqual(["file", "taken.png"]);
  });
});
