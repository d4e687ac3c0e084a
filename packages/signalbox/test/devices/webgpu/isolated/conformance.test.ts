/** The conformance suite on an isolated device: the same promises, with a process between. */
import { it } from "vitest";
import type { JobSpec } from "signalbox";
import { deviceConformance } from "signalbox/testing";
import { openIsolatedWebGpu } from "signalbox/webgpu";
import type { IsolatedGpuJob, IsolatedRestorable } from "signalbox/webgpu";
import { describeGpu, module } from "./support.ts";

let buffer: IsolatedRestorable | undefined;

function kernel(name: string, args: readonly unknown[] = []) {
  return (_device: unknown, base: JobSpec): IsolatedGpuJob => ({
    ...base,
    module,
    export: name,
    args,
    resources: { buffer: buffer! },
  });
}

const target = {
  name: "isolated webgpu",
  async open() {
    const gpu = await openIsolatedWebGpu();
    buffer = await gpu.restorable({ module, export: "buffer", args: [[1, 2, 3, 4]] });
    return gpu;
  },
  works: kernel("add", [1]),
  fails: kernel("invalid"),
  slow: kernel("slow"),
  hangs: kernel("hang"),
  invalid: { module: "./nowhere.mjs" },
};

describeGpu("the isolated WebGPU device keeps the promises", () => {
  for (const { name, run } of deviceConformance<IsolatedGpuJob>(target)) it(name, run);
});
