/**
 * Ends with work on a GPU in flight, and then does nothing: the process has to end by itself.
 *
 *     node --expose-gc close-in-flight.mjs [--timeout MS]     closes it
 *     node --expose-gc close-in-flight.mjs --forget           keeps nothing but the fences, and waits for them
 */
import { parseArgs } from "node:util";
import { submit } from "signalbox";
import { GPUBufferUsage, openWebGpu } from "signalbox/webgpu";

const { values } = parseArgs({ options: { timeout: { type: "string" }, forget: { type: "boolean" } } });
const { COPY_DST, COPY_SRC, STORAGE } = GPUBufferUsage;

/** @param {GPUDevice} device @param {GPUBuffer} buffer */
function kernel(device, buffer) {
  const code = `
    @group(0) @binding(0) var<storage, read_write> numbers: array<u32>;
    @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
      var x = id.x;
      for (var n = 0u; n < 20000u; n++) { x = x * 1664525u + 1013904223u; }
      numbers[id.x] = x;
    }`;
  const pipeline = device.createComputePipeline({
    layout: "auto",
    compute: { module: device.createShaderModule({ code }) },
  });
  const group = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: [{ binding: 0, resource: { buffer } }],
  });
  return () => {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(4);
    pass.end();
    return encoder.finish();
  };
}

async function start() {
  const gpu = await openWebGpu();
  const buffer = gpu.device.createBuffer({ size: 65536, usage: STORAGE | COPY_SRC | COPY_DST });
  const encode = kernel(gpu.device, buffer);
  const upload = gpu.queue("upload", { credits: 1 << 20 });
  const compute = gpu.queue("compute", { jobs: 8 });
  const readback = gpu.queue("readback", { jobs: 4 });
  const fences = Array.from({ length: 20 }, () => {
    const put = upload.job({ cost: 65536, run: ({ queue }) => queue.writeBuffer(buffer, 0, new Uint8Array(65536)) });
    const work = compute.job({ run: encode }).after(put);
    const get = readback.job({ run: (context) => context.read(buffer) }).after(work);
    return submit(put, work, get);
  }).flat();
  await fences[1]?.wait();
  const close = () => gpu.close(values.timeout === undefined ? {} : { timeout: Number(values.timeout) });
  return { fences, close: values.forget === true ? undefined : close };
}

const { fences, close } = await start();
// Whatever nobody holds is collected while the GPU works.
for (let round = 0; round < 5; round++) {
  globalThis.gc?.();
  await new Promise(setImmediate);
}
await (close?.() ?? Promise.all(fences.map((fence) => fence.wait())));
globalThis.gc?.();

const signalled = fences.filter((fence) => fence.signalled);
const good = signalled.filter((fence) => fence.status === 1);
process.stdout.write(
  `${String(signalled.length)} of ${String(fences.length)} signalled, ${String(good.length)} without an error\n`,
);
