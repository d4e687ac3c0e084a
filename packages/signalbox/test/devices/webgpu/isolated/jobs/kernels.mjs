/**
 * What the tests run in the process of an isolated device.
 */
import { writeSync } from "node:fs";
import { GPUBufferUsage } from "signalbox/webgpu";

const { COPY_DST, COPY_SRC, STORAGE } = GPUBufferUsage;

/**
 * @typedef {import("signalbox/webgpu").IsolatedContext<{ buffer: GPUBuffer, other: GPUBuffer }>} Context
 */

/** @type {WeakMap<GPUDevice, Map<string, GPUComputePipeline>>} */
const pipelines = new WeakMap();

/**
 * Encodes a run of a kernel over a buffer of 32-bit numbers.
 * @param {GPUDevice} device
 * @param {GPUBuffer} buffer
 * @param {string} body
 * @param {number} workgroups
 */
function encode(device, buffer, body, workgroups) {
  let made = pipelines.get(device);
  if (made === undefined) pipelines.set(device, (made = new Map()));
  let pipeline = made.get(body);
  if (pipeline === undefined) {
    const code = `
      @group(0) @binding(0) var<storage, read_write> numbers: array<atomic<u32>>;
      @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
        let i = id.x;
        if (i < arrayLength(&numbers)) { ${body} }
      }`;
    pipeline = device.createComputePipeline({
      layout: "auto",
      compute: { module: device.createShaderModule({ code }) },
    });
    made.set(body, pipeline);
  }
  const group = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: [{ binding: 0, resource: { buffer } }],
  });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, group);
  pass.dispatchWorkgroups(workgroups);
  pass.end();
  return encoder.finish();
}

/**
 * Makes a buffer with these numbers.
 * @param {Context} context
 * @param {readonly number[]} numbers
 */
export function buffer({ device, queue }, numbers) {
  const made = device.createBuffer({ size: numbers.length * 4, usage: STORAGE | COPY_SRC | COPY_DST });
  queue.writeBuffer(made, 0, Uint32Array.from(numbers));
  return made;
}

/**
 * Makes a copy of another buffer, when that holds what it begins with.
 * @param {Context} context
 */
export async function copy({ device, queue, resources: { other } }) {
  const made = device.createBuffer({ size: other.size, usage: STORAGE | COPY_SRC | COPY_DST });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(other, 0, made, 0, other.size);
  queue.submit([encoder.finish()]);
  return Promise.resolve(made);
}

/**
 * Adds to each number.
 * @param {Context} context
 * @param {number} amount
 */
export function add({ device, resources }, amount) {
  return encode(device, resources.buffer, `atomicAdd(&numbers[i], ${amount}u);`, 1);
}

/**
 * Writes these numbers.
 * @param {Context} context
 * @param {readonly number[]} numbers
 */
export function write({ queue, resources }, numbers) {
  queue.writeBuffer(resources.buffer, 0, Uint32Array.from(numbers));
}

/**
 * Reads all numbers.
 * @param {Context} context
 */
export async function read({ read, resources }) {
  return [...new Uint32Array((await read(resources.buffer)).buffer)];
}

/**
 * Writes these numbers and reads them: what is done is done in one process.
 * @param {Context} context
 * @param {readonly number[]} numbers
 */
export function writeAndRead(context, numbers) {
  write(context, numbers);
  return read(context);
}

/**
 * A shader that never ends, unless somebody writes there what nobody does.
 * @param {Context} context
 */
export function hang({ device, resources }) {
  return encode(device, resources.buffer, "loop { if (atomicLoad(&numbers[0]) == 4000000000u) { break; } }", 1);
}

/**
 * Keeps a software GPU busy for tens of ms.
 * @param {Context} context
 */
export function slow({ device, resources }) {
  const body =
    "var x = i; for (var n = 0u; n < 1000000u; n++) { x = x * 1664525u + 1013904223u; } if (x == 1u) { atomicAdd(&numbers[i], 1u); }";
  return encode(device, resources.buffer, body, 1);
}

/**
 * Copies more than there is.
 * @param {Context} context
 */
export function invalid({ device, resources }) {
  const encoder = device.createCommandEncoder();
  const small = device.createBuffer({ size: 4, usage: COPY_DST });
  encoder.copyBufferToBuffer(resources.buffer, 0, small, 0, resources.buffer.size + 4);
  return encoder.finish();
}

/**
 * Makes buffers until there is no memory.
 * @param {Context} context
 */
export function fillMemory({ device }) {
  const made = Array.from({ length: 64 }, () =>
    device.createBuffer({ size: device.limits.maxBufferSize, usage: COPY_DST }),
  );
  for (const buffer of made) buffer.destroy();
}

/** Throws, with a cause and a code. */
export function fails() {
  throw Object.assign(new TypeError("no such kernel", { cause: new Error("a typo") }), { code: "ENOENT" });
}

/** Rejects with what is no error. */
export async function failsLater() {
  await Promise.reject("nothing to say");
}

/** A make that the GPU finds invalid. @param {Context} context */
export function invalidBuffer({ device }) {
  return device.createBuffer({ size: 16, usage: 0xffff });
}

/** Ends the process. */
export function exits() {
  process.exit(7);
}

/** Never answers, with the thread blocked. */
export function blocks() {
  for (;;);
}

/** Never answers, with the thread free. */
export function waits() {
  return new Promise(() => {});
}

/** Takes the GPU away. @param {Context} context */
export function destroysDevice({ device }) {
  device.destroy();
}

/** Answers what it was given. @param {Context} context @param {unknown[]} args */
export async function echo(context, ...args) {
  return Promise.resolve(args);
}

/** Answers what can't be cloned. */
export async function answersFunction() {
  return Promise.resolve(() => {});
}

/** The process's number. */
export async function pid() {
  return Promise.resolve(process.pid);
}

let makes = 0;

/** Makes a thing that can be made only in the first process: afterwards it fails, or blocks. @param {Context} context @param {boolean} first @param {string} then */
export async function onlyOnce(context, first, then) {
  makes++;
  if (!first && then === "throws") throw new Error(`out of luck (${makes})`);
  if (!first && then === "waits") await new Promise(() => {});
  if (!first && then === "exits") process.exit(3);
  return Promise.resolve("made");
}

/** Prints, as programs do. @param {Context} context @param {string} text */
export function prints(context, text) {
  writeSync(1, text);
}
