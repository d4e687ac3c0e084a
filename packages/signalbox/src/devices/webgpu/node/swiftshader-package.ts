/**
 * The software GPU inside the npm package `@sparticuz/chromium`: found, unpacked once into a cache folder, used again.
 *
 * Life of the cache folder: missing -> being unpacked beside it, under a name of its own -> renamed into place, whole; it is
 * never changed after. Two programs may unpack at once: the second to rename throws its own away.
 *
 * Invariants: what is loaded as code lies in a folder that belongs to this user and that nobody else may write to. Only the
 * three files that are needed are written, by names that stand here.
 */
import { existsSync } from "node:fs";
import { chmod, lstat, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { homedir, tmpdir, userInfo } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { promisify } from "node:util";
import { brotliDecompress } from "node:zlib";
import { SignalboxError } from "../../../errors.ts";
import { readTar } from "./tar.ts";

/** The npm package that has a software GPU inside. */
export const PACKAGE = "@sparticuz/chromium";

const files = ["libvulkan.so.1", "libvk_swiftshader.so", "vk_swiftshader_icd.json"];

/** @internal Where the package's archive is, and its version. */
export interface SwiftShaderPackage {
  readonly archive: string;
  readonly version: string;
}

/** @internal Looks for the package from the program's folder and from this one; says why there is none that can be used. */
export async function findPackage(
  from: readonly string[] = [join(process.cwd(), "package.json"), import.meta.url],
): Promise<SwiftShaderPackage | { readonly absent: string }> {
  if (process.arch !== "x64") return { absent: `its driver is for x64, and this is ${process.arch}` };
  for (const place of from) {
    let entry: string;
    try {
      entry = createRequire(place).resolve(PACKAGE);
    } catch {
      continue;
    }
    const folder = join(dirname(entry), "..");
    const archive = join(folder, "bin", "swiftshader.tar.br");
    if (!existsSync(archive)) return { absent: `${archive} is not there` };
    const { version } = JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as { version: string };
    return { archive, version };
  }
  return { absent: "it is not installed" };
}

/**
 * @internal The folder with the unpacked driver, unpacked first if need be (about 0.2 s).
 * Throws `SignalboxError` EIO if it can't be unpacked or written anywhere.
 */
export async function unpackOnce(
  found: SwiftShaderPackage,
  places: readonly string[] = cachePlaces(),
): Promise<string> {
  let reason: unknown;
  for (const place of places) {
    const folder = join(place, `swiftshader-${found.version}-${process.arch}`);
    try {
      await checkPrivate(place);
      if (!existsSync(folder)) await unpack(found.archive, folder);
      return folder;
    } catch (error) {
      reason = error;
    }
  }
  throw new SignalboxError(
    "EIO",
    `The software GPU in ${found.archive} can't be unpacked into any of ${places.join(", ")}: ${String(reason)}`,
    { cause: reason },
  );
}

/** The user's cache folder (XDG_CACHE_HOME, else ~/.cache), then, where that can't be written, a folder of the user's in the temporary one. */
function cachePlaces(): string[] {
  const xdg = process.env["XDG_CACHE_HOME"];
  const cache = xdg !== undefined && isAbsolute(xdg) ? xdg : join(homedir(), ".cache");
  return [join(cache, "signalbox"), join(tmpdir(), `signalbox-${userInfo().uid}`)];
}

async function checkPrivate(place: string): Promise<void> {
  await mkdir(place, { recursive: true, mode: 0o700 });
  const stat = await lstat(place);
  const { uid } = userInfo();
  if (!stat.isDirectory() || stat.uid !== uid || (stat.mode & 0o022) !== 0) {
    throw new SignalboxError("EINVAL", `${place} is no folder that only this user may write to`);
  }
}

async function unpack(archive: string, folder: string): Promise<void> {
  const content = readTar(await promisify(brotliDecompress)(await readFile(archive)));
  const fresh = await mkdtemp(`${folder}.`);
  try {
    for (const name of files) {
      const bytes = content.get(name);
      if (bytes === undefined) throw new SignalboxError("EINVAL", `${archive} has no ${name} in it`);
      await writeFile(join(fresh, name), bytes);
    }
    await chmod(fresh, 0o755);
    await rename(fresh, folder);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    // Another program was quicker: its folder is as good.
    if (!existsSync(folder)) throw error;
  }
}
