/**
 * Where a driver for WebGPU may come from in Node, and what each place needs to be used.
 *
 * On Linux WebGPU runs on Vulkan. The places, in the order in which they are tried: what the environment names; the system's
 * own Vulkan; the software GPU that Chromium brings; the one in the npm package `@sparticuz/chromium`. On other systems
 * (Metal, Direct3D) the system's own is all there is.
 */
import { existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { PACKAGE, findPackage, unpackOnce } from "./swiftshader-package.ts";
import { driverOfEnvironment, giveUpDriver, loadSystemVulkan, loadVulkanFrom, takeDriver } from "./vulkan-loader.ts";

/** A place that a driver may come from. */
export type DriverRoute = "environment" | "system" | "chromium" | "npm";

/** @internal The order in which they are tried. */
export const routes: readonly DriverRoute[] = ["environment", "system", "chromium", "npm"];

/** @internal Ready to be asked for an adapter; or why it is not. */
export type Prepared = { readonly ready: true } | { readonly ready: false; readonly why: string };

/** Where distributions put Chromium, and Google its Chrome: each with a loader, a driver and the driver's manifest. */
const chromiumFolders = [
  "/usr/lib/chromium",
  "/usr/lib/chromium-browser",
  "/usr/lib64/chromium-browser",
  "/usr/lib64/chromium",
  "/opt/google/chrome",
];
const LOADER = "libvulkan.so.1";
const MANIFEST = "vk_swiftshader_icd.json";
const NOT_LINUX = "it is for Linux";
const NO_LOADER = "libvulkan.so.1 is not installed";

/** @internal Makes a route ready: a WebGPU implementation that is made next uses it. */
export async function prepare(route: DriverRoute): Promise<Prepared> {
  giveUpDriver();
  if (process.platform !== "linux") return route === "system" ? { ready: true } : { ready: false, why: NOT_LINUX };
  switch (route) {
    case "environment":
      return prepareEnvironment();
    case "system":
      return loadSystemVulkan() ? { ready: true } : { ready: false, why: NO_LOADER };
    case "chromium":
      return prepareChromium();
    case "npm":
      return preparePackage();
  }
}

/** @internal Makes one driver ready, by the path of its manifest. */
export async function prepareManifest(icd: string): Promise<Prepared> {
  giveUpDriver();
  if (process.platform !== "linux") return { ready: false, why: NOT_LINUX };
  return existsSync(icd) ? takeManifestAnyhow(icd) : { ready: false, why: `${icd} is not there` };
}

async function prepareEnvironment(): Promise<Prepared> {
  const named = driverOfEnvironment();
  if (named === undefined) return { ready: false, why: "neither VK_DRIVER_FILES nor VK_ICD_FILENAMES is set" };
  return takeManifestAnyhow(named.icd);
}

function prepareChromium(): Prepared {
  const folder = chromiumFolders.find((candidate) => existsSync(join(candidate, MANIFEST)));
  if (folder === undefined) return { ready: false, why: `there is no ${MANIFEST} in ${chromiumFolders.join(", ")}` };
  return takeManifest(join(folder, MANIFEST));
}

async function preparePackage(): Promise<Prepared> {
  const folder = await packageFolder();
  return typeof folder === "string" ? takeManifest(join(folder, MANIFEST)) : { ready: false, why: folder.absent };
}

async function packageFolder(): Promise<string | { readonly absent: string }> {
  const found = await findPackage();
  if ("absent" in found) return { absent: `${PACKAGE}: ${found.absent}` };
  try {
    return await unpackOnce(found);
  } catch (error) {
    return { absent: String(error) };
  }
}

function takeManifest(icd: string): Prepared {
  const [first = icd] = icd.split(delimiter);
  if (!loadSystemVulkan() && !loadVulkanFrom(join(dirname(first), LOADER))) return { ready: false, why: NO_LOADER };
  takeDriver(icd);
  return { ready: true };
}

// A driver that was named need not have a loader beside it: any will do.
async function takeManifestAnyhow(icd: string): Promise<Prepared> {
  const taken = takeManifest(icd);
  if (taken.ready || chromiumFolders.some((folder) => loadVulkanFrom(join(folder, LOADER)))) return takeManifest(icd);
  const folder = await packageFolder();
  if (typeof folder === "string" && loadVulkanFrom(join(folder, LOADER))) return takeManifest(icd);
  return { ready: false, why: `${icd} needs a Vulkan loader, and ${NO_LOADER}` };
}
