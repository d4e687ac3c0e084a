/**
 * The files that we write, decoded by protobuf's own tool: with the messages of perfetto-subset.proto, or with Perfetto's
 * own schema where PERFETTO_TRACE_PROTO says where that is. Skipped, aloud, where there is no `protoc` (PROTOC names one that
 * is not found).
 */
import { spawnSync } from "node:child_process";
import { basename, dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { readPerfetto, startTrace, writePerfetto } from "../../src/trace/index.ts";
import { frames } from "./programs.ts";

const schema = process.env["PERFETTO_TRACE_PROTO"] ?? join(import.meta.dirname, "perfetto-subset.proto");
const tool = process.env["PROTOC"] ?? "protoc";
const found = spawnSync(tool, ["--version"]).status === 0;
// eslint-disable-next-line no-console -- a check that is left out must be seen
if (!found) console.warn("protoc.test.ts is SKIPPED: there is no protoc here (Debian: protobuf-compiler)");

function protoc(mode: "decode" | "encode", input: Uint8Array | string): Buffer {
  const args = [`--${mode}=perfetto.protos.Trace`, `--proto_path=${dirname(schema)}`, basename(schema)];
  const { status, stdout, stderr } = spawnSync(tool, args, { input, maxBuffer: 2 ** 28 });
  expect(stderr.toString()).toBe("");
  expect(status).toBe(0);
  return stdout;
}

describe.skipIf(!found)("protoc", () => {
  const trace = startTrace();
  frames(30);
  trace.stop();
  const bytes = writePerfetto(trace);
  const text = (): string => protoc("decode", bytes).toString();
  const count = (what: RegExp): number => Array.from(text().matchAll(what)).length;

  test("knows every field that we write", () => {
    // It prints a field that is not in the schema by its number.
    expect(Array.from(text().matchAll(/^ *\d+[ :].*$/gm), ([line]) => line)).toEqual([]);
  });

  test("sees what our own reader sees", () => {
    const { tracks, slices, samples, flows } = readPerfetto(bytes);
    const instants = slices.filter(({ instant }) => instant).length;
    expect(count(/^ {2}track_descriptor \{$/gm)).toBe(tracks.length);
    expect(count(/^ {4}counter \{$/gm)).toBe(tracks.filter(({ isCounter }) => isCounter).length);
    expect(count(/^ {4}type: TYPE_SLICE_BEGIN$/gm)).toBe(slices.length - instants);
    expect(count(/^ {4}type: TYPE_SLICE_END$/gm)).toBe(slices.length - instants);
    expect(count(/^ {4}type: TYPE_INSTANT$/gm)).toBe(instants);
    expect(count(/^ {4}type: TYPE_COUNTER$/gm)).toBe(samples.length);
    expect(count(/^ {4}flow_ids: \d+$/gm)).toBe(flows.length);
    expect(count(/^ {4}terminating_flow_ids: \d+$/gm)).toBe(flows.length);
    expect(text()).toContain('string_value: "upload:8, vsync:8"');
    expect(text()).toContain('name: "blur 7"');
  });

  test("begins the one sequence of packets, and marks what needs its names", () => {
    expect(text().startsWith("packet {\n  trusted_packet_sequence_id: 1\n  sequence_flags: 1\n")).toBe(true);
    expect(count(/^ {2}first_packet_on_sequence: true$/gm)).toBe(1);
    expect(count(/^ {2}trusted_packet_sequence_id: 1$/gm)).toBe(count(/^packet \{$/gm));
    expect(count(/^ {2}sequence_flags: 2$/gm)).toBe(count(/^ {2}track_event \{$/gm));
    expect(count(/^ {2}timestamp: \d+$/gm)).toBe(count(/^ {2}track_event \{$/gm));
  });

  test("writes it again, its fields in another order, and our reader reads the same from that", () => {
    const again = readPerfetto(new Uint8Array(protoc("encode", text())));
    expect(again).toEqual(readPerfetto(bytes));
  });
});
