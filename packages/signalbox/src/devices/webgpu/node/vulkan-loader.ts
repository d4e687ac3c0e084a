/**
 * The Vulkan loader of this process: `libvulkan.so.1`, which WebGPU opens by name, and the variables that tell it which
 * driver to take.
 *
 * States of the library: unknown -> loaded (from the system, or from a file of ours; for good) or, where the system has none,
 * absent until a file is loaded.
 *
 * `process.dlopen` loads the library as if it were an addon and then throws that it is none: by that message one knows that
 * it is there. A library that is loaded is found by its name from then on, wherever it came from.
 */
import { constants } from "node:os";

const NAME = "libvulkan.so.1";
/** Linux's RTLD_NODELETE: stays when Node closes what it takes for a broken addon. */
const NODELETE = 0x1000;

/** In the order in which the loader looks at them; the first is the newer name, and hides the other. */
const variables = ["VK_DRIVER_FILES", "VK_ICD_FILENAMES"] as const;

let loaded: boolean | undefined;
/** What `takeDriver` has set, and what was there. */
let ours: { readonly icd: string; readonly before: readonly (string | undefined)[] } | undefined;

/** @internal Whether this process has, or now gets, the system's Vulkan loader. */
export function loadSystemVulkan(): boolean {
  loaded ??= load(NAME);
  return loaded;
}

/** @internal Loads the Vulkan loader from a file, unless there is one already; false if that can't be done. */
export function loadVulkanFrom(path: string): boolean {
  loaded = loadSystemVulkan() || load(path);
  return loaded;
}

function load(path: string): boolean {
  try {
    process.dlopen({ exports: {} }, path, constants.dlopen.RTLD_NOW | NODELETE);
    return true;
  } catch (error) {
    return error instanceof Error && error.message.includes("did not self-register");
  }
}

/** @internal The driver that the environment names, with the variable that does; undefined if none does. */
export function driverOfEnvironment(): { readonly variable: string; readonly icd: string } | undefined {
  for (const variable of variables) {
    const icd = process.env[variable];
    if (icd !== undefined && icd !== "") return { variable, icd };
  }
  return undefined;
}

/**
 * @internal Makes the Vulkan loader take one driver, for implementations that are made from now on. On the main thread: a
 * worker's environment is a copy.
 */
export function takeDriver(icd: string): void {
  giveUpDriver();
  ours = { icd, before: variables.map((variable) => process.env[variable]) };
  const [newer, older] = variables;
  setVariable(newer, undefined);
  setVariable(older, icd);
}

/** @internal Gives the environment back as it was before `takeDriver`, unless somebody has set it since. */
export function giveUpDriver(): void {
  if (ours === undefined) return;
  const { icd, before } = ours;
  ours = undefined;
  if (driverOfEnvironment()?.icd !== icd) return;
  variables.forEach((variable, index) => {
    setVariable(variable, before[index]);
  });
}

function setVariable(name: string, value: string | undefined): void {
  if (value === undefined) Reflect.deleteProperty(process.env, name);
  else process.env[name] = value;
}
