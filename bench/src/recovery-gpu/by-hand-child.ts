/**
 * The program of the processes that by-hand.ts starts: opens a GPU, says so, and then does what it is told: "hang", or a number to
 * work with.
 */
import { openWebGpu } from "signalbox/webgpu";
import { hang, makeBuffer, makePipelines, work } from "./kernels.ts";

const { device } = await openWebGpu();
const { queue } = device;
const pipelines = makePipelines({ device, queue });
const buffer = makeBuffer({ device, queue }, 0);
await queue.onSubmittedWorkDone();

async function read(source: GPUBuffer): Promise<Uint8Array<ArrayBuffer>> {
  const { COPY_DST, MAP_READ } = { COPY_DST: 8, MAP_READ: 1 };
  const staging = device.createBuffer({ size: source.size, usage: COPY_DST | MAP_READ });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(source, 0, staging, 0, source.size);
  queue.submit([encoder.finish()]);
  await staging.mapAsync(1);
  return new Uint8Array(staging.getMappedRange().slice(0));
}

const context = { device, queue, read, resources: { buffer, pipelines } };
process.on("message", (told) => {
  if (told === "hang") queue.submit([hang(context)]);
  else void work(context, told as number).then((result) => process.send?.(result));
});
process.on("disconnect", () => {
  process.exit();
});
process.send?.("ready");
