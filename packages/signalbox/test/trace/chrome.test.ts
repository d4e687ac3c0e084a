import { expect, test } from "vitest";
import { readPerfetto, startTrace, writeChromeJson, writePerfetto } from "../../src/trace/index.ts";
import { frames } from "./programs.ts";

test("Chrome's JSON has the same slices, arrows and counters as Perfetto's file", () => {
  const trace = startTrace();
  frames(20);
  trace.stop();
  const { slices, samples, flows, tracks } = readPerfetto(writePerfetto(trace));
  const { traceEvents } = JSON.parse(writeChromeJson(trace)) as { traceEvents: Record<string, unknown>[] };
  const of = (phase: string) => traceEvents.filter(({ ph }) => ph === phase);
  const instants = slices.filter(({ instant }) => instant).length;
  expect([of("B").length, of("E").length, of("i").length]).toEqual([
    slices.length - instants,
    slices.length - instants,
    instants,
  ]);
  expect(of("C")).toHaveLength(samples.length);
  expect(of("s").map(({ id }) => id)).toHaveLength(flows.length);
  expect(new Set(of("s").map(({ id }) => id))).toEqual(new Set(of("f").map(({ id }) => id)));
  expect(of("M").filter(({ name }) => name === "thread_name")).toHaveLength(tracks.length);
  const put = of("B").find(({ name, cat }) => name === "put 7" && cat === "running");
  expect(put).toMatchObject({
    ts: slices.find(({ name, category }) => name === "put 7" && category === "running")!.start / 1000,
  });
  expect(put?.["args"]).toMatchObject({ queue: "upload", "fence seqno": 8 });
});
