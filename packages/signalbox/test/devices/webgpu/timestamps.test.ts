/** While somebody traces, the GPU's own times of each job come as spans on the platform's clock; and nothing is measured else. */
import { afterEach, expect, it, vi } from "vitest";
import { hooks } from "../../../src/hooks.ts";
import type { DeviceSpan, Tracer } from "../../../src/hooks.ts";
import { submit } from "../../../src/queue/submission.ts";
import { describeGpu, openGpu } from "./device.ts";
import { adder, makeBuffer, sleeper } from "./kernels.ts";

const before = hooks.tracer;
afterEach(() => {
  hooks.tracer = before;
});

/** Takes the spans, and hears nothing of the rest. */
function listen(): DeviceSpan[] {
  const spans: DeviceSpan[] = [];
  hooks.tracer = new Proxy({} as Tracer, {
    get: (_, event) => (event === "deviceSpan" ? (span: DeviceSpan) => spans.push(span) : () => {}),
  });
  return spans;
}

describeGpu("timestamps of a WebGPU device", () => {
  it("span each job's stay on the GPU, in order, between its start and its signal", async () => {
    const gpu = await openGpu();
    const buffer = makeBuffer(gpu.device, 64);
    const sleep = sleeper(gpu.device);
    const spans = listen();
    const queue = gpu.queue("traced");
    await submit(queue.job({ run: () => sleep(buffer) }))[0].wait();
    const started = performance.now();
    const jobs = Array.from({ length: 150 }, (_, index) =>
      queue.job({ label: `job ${index}`, run: index % 50 === 0 ? () => sleep(buffer) : () => undefined }),
    );
    submit(...jobs);
    for (const job of jobs) await job.wait();
    await gpu.close();
    const [, ...own] = spans;
    expect(own.map(({ name }) => name)).toEqual(jobs.map((_, index) => `job ${index}`));
    expect(own.map(({ job }) => job)).toEqual(jobs);
    expect(own.every(({ ring }) => ring.name === "webgpu")).toBe(true);
    for (const [index, { start, end, job }] of own.entries()) {
      expect(start).toBeGreaterThanOrEqual(started - 1);
      expect(end).toBeGreaterThanOrEqual(start);
      expect(end).toBeLessThanOrEqual((job.timestamp ?? 0) + 1);
      expect(start).toBeGreaterThanOrEqual((own[index - 1]?.end ?? start) - 0.001);
    }
    const long = own.filter((_, index) => index % 50 === 0).map(({ start, end }) => end - start);
    const short = own.filter((_, index) => index % 50 !== 0).map(({ start, end }) => end - start);
    expect(Math.min(...long)).toBeGreaterThan(1);
    expect(Math.max(...short)).toBeLessThan(Math.min(...long));
  });

  it("cost a job nothing while nobody traces", async () => {
    const gpu = await openGpu();
    const queries = vi.spyOn(gpu.device, "createQuerySet");
    const submits = vi.spyOn(gpu.device.queue, "submit");
    const queue = gpu.queue("plain");
    const buffer = makeBuffer(gpu.device, 64);
    const add = adder(gpu.device, 1);
    const jobs = Array.from({ length: 5 }, () => queue.job({ run: () => add(buffer) }));
    for (const fence of submit(...jobs)) await fence.wait();
    expect(queries).not.toHaveBeenCalled();
    expect(submits).toHaveBeenCalledTimes(5);
  });

  it("leave jobs alone when there are more than can be measured at once", async () => {
    const gpu = await openGpu({ slots: 2000 });
    const spans = listen();
    const queue = gpu.queue("many");
    const buffer = makeBuffer(gpu.device, 64);
    const add = adder(gpu.device, 1);
    const fences = submit(...Array.from({ length: 1500 }, () => queue.job({ run: () => add(buffer) })));
    for (const fence of fences) await fence.wait();
    await gpu.close();
    expect(spans.length).toBeGreaterThan(64);
    expect(spans.length).toBeLessThanOrEqual(1500);
    for (const span of spans) expect(span.end).toBeGreaterThanOrEqual(span.start);
  });
});
