/** What a device of worker threads measures itself, and tells the trace. */
import { expect, test } from "vitest";
import { submit } from "signalbox";
import { startTrace } from "signalbox/trace";
import { call, open } from "./support.ts";

test("each job's time on its thread, on this side's clock, on the track of its lane", async () => {
  const device = await open({ lanes: 2, name: "threads" });
  const [pool, pinned] = [device.queue("pool"), device.queue("pinned", { lane: 1 })];
  const trace = startTrace();
  const start = performance.now();
  const jobs = [
    call(pool, "spin", 20),
    call(pinned, "spin", 10),
    call(pinned, "later", 0, 10),
    call(pinned, "missing"),
  ];
  submit(...jobs);
  await Promise.all([pool.drain(), pinned.drain()]);
  const end = performance.now();
  trace.stop();
  const spans = trace.events().filter((event) => event.type === "deviceSpan");
  const of = (queue: string, seqno: number) => spans.find((span) => span.name === `${queue}:${seqno}`)!;
  expect(spans.length).toBe(4);
  for (const span of spans) {
    expect(span.start).toBeGreaterThan(start);
    expect(span.end).toBeLessThan(end);
    expect(span.ring.name).toBe(span === of("pool", 1) ? "threads/0" : "threads/1");
  }
  expect(of("pool", 1).end - of("pool", 1).start).toBeGreaterThanOrEqual(20);
  expect(of("pinned", 2).start).toBeGreaterThanOrEqual(of("pinned", 1).end);
  expect(of("pinned", 2).end - of("pinned", 2).start).toBeGreaterThanOrEqual(9);
  expect(of("pool", 1).start).toBeLessThan(of("pinned", 1).end); // Two threads at once.
});

test("nothing is told while nobody listens", async () => {
  const device = await open({ lanes: 1 });
  const queue = device.queue("q");
  const before = call(queue, "add", 1, 1);
  submit(before);
  await queue.drain();
  const trace = startTrace();
  const after = call(queue, "add", 1, 1);
  submit(after);
  await queue.drain();
  trace.stop();
  expect(trace.events().filter((event) => event.type === "deviceSpan").length).toBe(1);
});
