/**
 * A real WebGPU device for tests, on the software adapter that comes with Chromium where the machine has one.
 *
 * The object that create() returns must outlive everything made from it, or the process crashes: `pinned` holds it.
 */
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { create } from "webgpu";

const CHROMIUM_FOLDERS = ["/usr/lib/chromium", "/usr/lib/chromium-browser", "/opt/google/chrome"];
/** Not among Node's constants: the library stays loaded although Node lets go of it, so the driver's own look-up finds it. */
const RTLD_NODELETE = 0x1000;

const pinned: GPU[] = [];

/** Opens a device; undefined where there is no adapter. */
export async function openTestDevice(): Promise<GPUDevice | undefined> {
  const folder = CHROMIUM_FOLDERS.find((path) => existsSync(`${path}/vk_swiftshader_icd.json`));
  if (folder !== undefined && process.env["VK_ICD_FILENAMES"] === undefined) {
    loadLibrary(`${folder}/libvulkan.so.1`);
    process.env["VK_ICD_FILENAMES"] = `${folder}/vk_swiftshader_icd.json`;
  }
  const gpu = create([]);
  pinned.push(gpu);
  const adapter = await gpu.requestAdapter();
  return adapter?.requestDevice();
}

/** Closes a device: nothing may be pending when it is destroyed. */
export async function closeTestDevice(device: GPUDevice): Promise<void> {
  await device.queue.onSubmittedWorkDone();
  device.destroy();
  await device.lost;
  pinned.length = 0;
}

/** Loads a library into the process; Node then complains that it is no add-on of its own, which is right. */
function loadLibrary(path: string): void {
  try {
    process.dlopen({ exports: {} }, path, constants.dlopen.RTLD_NOW | RTLD_NODELETE);
  } catch (error) {
    if (!String(error).includes("did not self-register")) throw error;
  }
}
