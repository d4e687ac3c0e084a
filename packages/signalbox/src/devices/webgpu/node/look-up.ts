/**
 * Finds an adapter in Node: tries the routes in their order until one has an adapter, and remembers which.
 *
 * States: nothing chosen -> chosen (the driver of the first device; every "auto" after it takes the same). Look-ups run one
 * after the other, since a route changes the process's environment while it is tried.
 *
 * Only the main thread can choose: a worker's `process.env` is a copy that the Vulkan loader doesn't see. A worker uses what
 * the main thread has chosen.
 */
import { SignalboxError } from "../../../errors.ts";
import { isMainThread } from "../../../platform/main-thread.node.ts";
import { prepare, prepareManifest, routes } from "./driver-routes.ts";
import type { DriverRoute, Prepared } from "./driver-routes.ts";
import { giveUpDriver } from "./vulkan-loader.ts";
import { createImplementation, loadPackage } from "./implementation.ts";
import type { Implementation } from "./implementation.ts";

/**
 * Which driver to use: `"auto"` tries the routes one after the other; a route's name takes that one or fails; anything else
 * is the path of a Vulkan driver's manifest (`..._icd.json`).
 */
export type GpuDriver = "auto" | DriverRoute | (string & {});

/** @internal An adapter, and the implementation that it must not outlive. */
export interface FoundAdapter {
  readonly adapter: GPUAdapter;
  readonly implementation: Implementation;
}

interface Attempt {
  readonly name: string;
  readonly prepare: () => Promise<Prepared> | Prepared;
}

let chosen: Attempt | undefined;
/** The look-up before the next; without what it found, which would be kept alive by it. */
let before: Promise<void> = Promise.resolve();
const forget = (): void => {};

/**
 * @internal Finds an adapter. Rejects with `SignalboxError` ENODEV, and a message that says what was tried and what to
 * install, where there is none.
 */
export function findAdapter(driver: GpuDriver, options: GPURequestAdapterOptions): Promise<FoundAdapter> {
  const found = before.then(() => look(attemptsFor(driver), options));
  before = found.then(forget, forget);
  return found;
}

function attemptsFor(driver: GpuDriver): readonly Attempt[] {
  if (!isMainThread) return [{ name: "what the main thread has chosen", prepare: () => ({ ready: true }) }];
  if (driver === "auto") return chosen === undefined ? routes.map(attemptOf) : [chosen];
  const route = routes.find((name) => name === driver);
  return [route === undefined ? { name: driver, prepare: () => prepareManifest(driver) } : attemptOf(route)];
}

function attemptOf(route: DriverRoute): Attempt {
  return { name: route, prepare: () => prepare(route) };
}

async function look(attempts: readonly Attempt[], options: GPURequestAdapterOptions): Promise<FoundAdapter> {
  const webgpu = await loadPackage();
  const tried: string[] = [];
  for (const attempt of attempts) {
    const prepared = await attempt.prepare();
    if (!prepared.ready) {
      tried.push(`${attempt.name}: ${prepared.why}`);
      continue;
    }
    const implementation = createImplementation(webgpu);
    const adapter = await implementation.gpu.requestAdapter(options);
    if (adapter !== null) {
      chosen ??= attempt;
      return { adapter, implementation };
    }
    implementation.unpin();
    tried.push(`${attempt.name}: it has no adapter that WebGPU takes`);
  }
  if (isMainThread) giveUpDriver();
  throw new SignalboxError("ENODEV", noAdapter(tried));
}

function noAdapter(tried: readonly string[]): string {
  const what = `No GPU adapter was found. Tried ${tried.join("; ")}.`;
  if (!isMainThread)
    return `${what} A worker thread can't choose a driver: open a device on the main thread first, or set VK_ICD_FILENAMES before the program starts.`;
  if (process.platform !== "linux") return `${what} The system's graphics driver may need an update.`;
  return `${what} To have one, install one of: the Vulkan driver of your GPU and libvulkan1; Debian's package chromium, for a software GPU (apt-get install chromium); the npm package @sparticuz/chromium, for the same (npm install --save-dev @sparticuz/chromium).`;
}
