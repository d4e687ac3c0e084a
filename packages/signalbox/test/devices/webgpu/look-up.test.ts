/** The look-up of a driver in Node: each route on a real device, and what is said where there is none. Each in a process of its own. */
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findPackage, unpackOnce } from "../../../src/devices/webgpu/node/swiftshader-package.ts";

const program = fileURLToPath(new URL("./programs/open.mjs", import.meta.url));

interface Outcome {
  readonly description?: string;
  readonly icd?: string | null;
  readonly code?: string;
  readonly message?: string;
}

/** Nothing of the surroundings gets in the way: neither a driver nor libraries are named. */
async function open(
  drivers: readonly string[],
  env: Record<string, string> = {},
  entry = "signalbox/webgpu",
): Promise<readonly Outcome[]> {
  const clean = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(VK_|LD_LIBRARY_PATH|XDG_|SIGNALBOX_)/.test(name)),
  );
  const { stdout } = await promisify(execFile)(process.execPath, [program, entry, ...drivers], {
    env: { ...clean, ...env },
    timeout: 30_000,
  });
  return JSON.parse(stdout) as readonly Outcome[];
}

const found = await findPackage();
if ("absent" in found)
  process.stderr.write(`SKIPPED, the tests of routes to a driver: @sparticuz/chromium: ${found.absent}\n`);

let folder: string;
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "signalbox-test-")));
});
afterAll(() => rm(folder, { recursive: true }));

describe.skipIf("absent" in found)("a driver's route", () => {
  let driver: string;
  let manifest: string;
  beforeAll(async () => {
    if ("absent" in found) return;
    driver = await unpackOnce(found, [join(folder, "driver")]);
    manifest = join(driver, "vk_swiftshader_icd.json");
  });

  it("npm: unpacks the package's software GPU into the cache folder, once", async () => {
    const cache = join(folder, "cache");
    const env = { XDG_CACHE_HOME: cache };
    const [first] = await open(["npm"], env);
    expect(first).toMatchObject({ description: expect.stringContaining("SwiftShader") });
    expect(first?.icd).toMatch(new RegExp(`^${cache}/signalbox/swiftshader-[0-9.]+-x64/vk_swiftshader_icd.json$`));
    expect(await open(["npm"], env)).toEqual([first]);
  });

  it("environment: VK_ICD_FILENAMES and VK_DRIVER_FILES, without any Vulkan on the system", async () => {
    for (const variable of ["VK_ICD_FILENAMES", "VK_DRIVER_FILES"]) {
      const [outcome] = await open(["environment"], { [variable]: manifest });
      expect(outcome).toMatchObject({ description: expect.stringContaining("SwiftShader"), icd: manifest });
    }
  });

  it("system: a Vulkan loader in the library path, and a driver where it looks", async () => {
    const data = join(folder, "share");
    await mkdir(join(data, "vulkan/icd.d"), { recursive: true });
    const icd = {
      file_format_version: "1.0.0",
      ICD: { library_path: join(driver, "libvk_swiftshader.so"), api_version: "1.0.5" },
    };
    await writeFile(join(data, "vulkan/icd.d/software.json"), JSON.stringify(icd));
    const env = { LD_LIBRARY_PATH: driver, XDG_DATA_DIRS: data };
    const [asked, automatic] = await open(["system", "-"], env);
    expect(asked).toEqual({ description: expect.stringContaining("SwiftShader"), icd: null });
    expect(automatic).toEqual(asked);
  });

  it("chromium: its own software GPU, where it is installed", async (context) => {
    const [outcome] = await open(["chromium"]);
    if (outcome?.code === "ENODEV") context.skip(`Chromium: ${outcome.message}`);
    expect(outcome).toMatchObject({
      description: expect.stringContaining("SwiftShader"),
      icd: expect.stringContaining("vk_swiftshader_icd.json"),
    });
  });

  it("the path of a manifest, as an option and in SIGNALBOX_WEBGPU_DRIVER", async () => {
    expect(await open([manifest])).toMatchObject([{ icd: manifest }]);
    expect(await open(["-"], { SIGNALBOX_WEBGPU_DRIVER: manifest })).toMatchObject([{ icd: manifest }]);
  });

  it("auto: goes on where the environment names what is no driver, and gives the environment back", async () => {
    const [outcome, named] = await open(["-", "environment"], {
      VK_ICD_FILENAMES: "/nowhere.json",
      XDG_CACHE_HOME: join(folder, "cache"),
    });
    expect(outcome?.icd).toMatch(/vk_swiftshader_icd.json$/);
    expect(named).toMatchObject({
      code: "ENODEV",
      message: expect.stringContaining("environment: it has no adapter that WebGPU takes"),
    });
  });

  it("that leads nowhere leaves the environment as it was", async () => {
    const broken = join(folder, "broken_icd.json");
    await writeFile(
      broken,
      JSON.stringify({
        file_format_version: "1.0.0",
        ICD: { library_path: "/nowhere/libvk.so", api_version: "1.0.5" },
      }),
    );
    const none = { code: "ENODEV", message: expect.stringContaining(`${broken}: it has no adapter that WebGPU takes`) };
    expect(await open([broken])).toMatchObject([{ ...none, icd: null }]);
    expect(await open([broken], { VK_ICD_FILENAMES: "mine" })).toMatchObject([{ ...none, icd: "mine" }]);
  });

  it("may change from device to device; auto keeps to the first that was found", async () => {
    const env = { XDG_CACHE_HOME: join(folder, "cache") };
    const [first, explicit, automatic, gone] = await open([manifest, "npm", "-", "system"], env);
    expect(first?.icd).toBe(manifest);
    expect(explicit?.icd).toContain("/cache/signalbox/");
    expect(automatic?.icd).toBe(manifest);
    expect(gone).toMatchObject({ code: "ENODEV" });
  });

  it("is the main thread's to choose: a worker uses what it chose, and says so where it chose nothing", async () => {
    const [before, main, after] = await open(["worker", manifest, "worker"]);
    expect(before).toMatchObject({
      code: "ENODEV",
      message: expect.stringContaining("A worker thread can't choose a driver: open a device on the main thread first"),
    });
    expect(main?.icd).toBe(manifest);
    expect(after).toMatchObject({ description: expect.stringContaining("SwiftShader") });
  });
});

describe("where there is no adapter", () => {
  it("says what was tried, and what to install", async () => {
    const [system, environment, path] = await open(["system", "environment", "/nowhere/icd.json"], {});
    expect(system?.code).toBe("ENODEV");
    expect(system?.message).toMatch(
      /^No GPU adapter was found. Tried system: .+\. To have one, install one of: the Vulkan driver of your GPU and libvulkan1; .*apt-get install chromium.*; .*npm install --save-dev @sparticuz\/chromium/,
    );
    expect(environment?.message).toContain("Tried environment: neither VK_DRIVER_FILES nor VK_ICD_FILENAMES is set.");
    expect(path?.message).toContain("Tried /nowhere/icd.json: /nowhere/icd.json is not there.");
  });

  it("says how to install the package `webgpu` where it is missing, and what is wrong where it doesn't load", async () => {
    const built = dirname(fileURLToPath(import.meta.resolve("signalbox")));
    const alone = join(folder, "alone");
    await cp(built, join(alone, "dist"), { recursive: true });
    await writeFile(join(alone, "package.json"), '{ "type": "module" }');
    const entry = join(alone, "dist/devices/webgpu/index.node.js");
    const [missing] = await open(["-"], {}, entry);
    expect(missing).toMatchObject({
      code: "ENODEV",
      message: 'WebGPU in Node needs the npm package "webgpu", which is not installed: npm install webgpu@0.6.2',
    });
    await mkdir(join(alone, "node_modules/webgpu"), { recursive: true });
    await writeFile(
      join(alone, "node_modules/webgpu/package.json"),
      '{ "name": "webgpu", "type": "module", "main": "index.js" }',
    );
    await writeFile(join(alone, "node_modules/webgpu/index.js"), 'throw new Error("GLIBCXX_3.4.32 not found");');
    const [broken] = await open(["-"], {}, entry);
    expect(broken?.code).toBe("ENODEV");
    expect(broken?.message).toMatch(
      /^The npm package "webgpu" doesn't load here \(.+\): Error: GLIBCXX_3.4.32 not found. Version 0.6.2 is the one that is known to$/,
    );
  });
});
