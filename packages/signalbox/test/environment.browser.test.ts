/**
 * The browser that the other browser tests rely on: shared memory and a WebGPU adapter. When these fail, so will those.
 */
import { expect, test } from "vitest";

test("the page has shared memory, and can wait on it", () => {
  expect(crossOriginIsolated).toBe(true);
  expect(new SharedArrayBuffer(4).byteLength).toBe(4);
  expect(Atomics.waitAsync).toBeTypeOf("function");
});

test("there is a WebGPU adapter", async () => {
  const adapter = await navigator.gpu.requestAdapter();
  expect(adapter?.info.vendor).toBe("google");
});
