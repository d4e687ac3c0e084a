import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { file, folder, record, signalbox } from "./support.ts";

describe("signalbox trace", () => {
  test("prints tracks, slices, arrows and counters, with a last line of figures", () => {
    const { code, out, err } = signalbox("trace", file("good.pftrace", record()));
    expect(err).toBe("");
    expect(code).toBe(0);
    expect(out).toMatch(/^good\.pftrace: [\d.]+ ms$/m);
    expect(out).toMatch(/^ring gpu\.0 \(gpu\)$/m);
    expect(out).toMatch(/^ {2}queue upload +signalled 40 {2}failed 1$/m);
    expect(out).toMatch(/^ {4}running +40 slices +p50 .* p99 .* at most 2 at once$/m);
    expect(out).toMatch(/^ {2}queue compute +signalled 40 {2}cancelled 1$/m);
    expect(out).toMatch(/^ {4}credits in flight of 4 +80 values, peak 4, 0 at the end \(credits\)$/m);
    expect(out).toMatch(/blocked on gate 1/);
    expect(out.trimEnd().split("\n").at(-1)).toMatch(
      /^\d+ tracks \| \d+ slices \| \d+ instants \| \d+ counter values \| 81 flows resolved, 0 unresolved \| [\d.]+ ms \| sound$/,
    );
  });

  test("says what had not ended, and what the recorder dropped", () => {
    const stopped = signalbox("trace", file("stopped.pftrace", record({ until: 30 })));
    expect(stopped.code).toBe(0);
    expect(stopped.out).toMatch(/unfinished \d/);
    const dropped = signalbox("trace", file("dropped.pftrace", record({ maxEvents: 400 })));
    expect(dropped.code).toBe(0);
    expect(dropped.out).toMatch(/^INCOMPLETE: the recorder dropped [\d ]+ events: /m);
  });

  test("fails for a file that is cut off, wherever", () => {
    const bytes = record();
    for (const share of [0.1, 0.5, 0.9]) {
      const { code, out, err } = signalbox("trace", file("cut.pftrace", bytes.subarray(0, bytes.length * share)));
      expect(code).toBe(1);
      expect(out + err).toMatch(/breaks off at byte \d+|BROKEN: /);
    }
  });

  test("fails for one that has lost packets, and says what is missing", () => {
    // The last packets are those that end things: each is a field 1 of a length below 128.
    const bytes = record();
    const starts: number[] = [];
    for (let at = 0; at < bytes.length;) {
      starts.push(at);
      const low = bytes[at + 1]!;
      at += low < 0x80 ? 2 + low : 3 + (low & 0x7f) + bytes[at + 2]! * 0x80;
    }
    const { code, out } = signalbox(
      "trace",
      file("lost.pftrace", bytes.subarray(0, starts[Math.floor(starts.length / 2)])),
    );
    expect(code).toBe(1);
    expect(out).toMatch(/^BROKEN: Slice ".+" on track ".+ \/ .+" never ends$/m);
    expect(out).toMatch(/ [1-9]\d* unresolved \|.*\| BROKEN \(\d+ problems\)$/m);
  });

  test("draws an SVG", () => {
    const svg = join(folder, "out.svg");
    const { code } = signalbox("trace", file("good.pftrace", record()), "--svg", svg, "--width", "1000");
    expect(code).toBe(0);
    expect(readFileSync(svg, "utf8")).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="1000"/);
  });

  const chromium = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
  test.skipIf(!existsSync(chromium))("draws a PNG where there is a Chromium", () => {
    const png = join(folder, "out.png");
    const { code, err } = signalbox("trace", file("good.pftrace", record()), "--png", png, "--width", "700");
    expect(err).toBe("");
    expect(code).toBe(0);
    const bytes = readFileSync(png);
    expect(bytes.subarray(1, 4).toString()).toBe("PNG");
    expect(bytes.readUInt32BE(16)).toBe(700);
  });

  test("says in one sentence that there is no browser for --png", () => {
    const bin = join(import.meta.dirname, "../bin/signalbox.js");
    const args = [bin, "trace", file("good.pftrace", record()), "--png", join(folder, "none.png")];
    const env = { ...process.env, CHROMIUM: join(folder, "no-such-browser") };
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", env });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^signalbox: .*no-such-browser could not draw the picture \(.+\)\n$/);
  });
});

describe("what is wrong is told in one sentence", () => {
  mkdirSync(join(folder, "a-folder"));
  const good = file("good.pftrace", record());

  test.each<[string, string[], number, RegExp]>([
    ["no command", ["frobnicate"], 2, /there is no command "frobnicate" \(there is: trace, check\)/],
    ["no file", ["trace"], 2, /trace needs a file/],
    ["two files", ["trace", "a", "b"], 2, /takes one file \(got a and b\)/],
    ["an unknown flag", ["trace", good, "--sgv", "x"], 2, /Unknown option '--sgv'/],
    ["a flag without its value", ["trace", good, "--svg"], 2, /--svg/],
    ["a width that is none", ["trace", good, "--width", "wide"], 2, /--width takes a whole number .*\(got "wide"\)/],
    ["a time that is none", ["trace", good, "--from", "-3"], 2, /--from/],
    ["a window that is empty", ["trace", good, "--svg", "x", "--from", "9", "--to", "3"], 2, /--from 9 is after/],
    ["a missing file", ["trace", join(folder, "missing")], 1, /missing can't be read \(ENOENT\)/],
    ["a folder", ["trace", join(folder, "a-folder")], 1, /a-folder can't be read \(EISDIR\)/],
    ["an empty file", ["trace", file("empty", "")], 1, /no tracks/],
    ["a text", ["trace", file("text", "not a trace at all")], 1, /no Perfetto trace/],
    ["Chrome's JSON", ["trace", file("json", '{"traceEvents":[]}')], 1, /no Perfetto trace/],
    [
      "an output that can't be written",
      ["trace", good, "--svg", join(folder, "no/where.svg")],
      1,
      /where\.svg can't be written \(ENOENT\)/,
    ],
  ])("%s", (_name, args, expected, message) => {
    const { code, err } = signalbox(...args);
    expect(err).toMatch(message);
    expect(err).toMatch(/^signalbox: [^\n]+\n$/);
    expect(code).toBe(expected);
  });
});

test("help is there for the command and for each subcommand", () => {
  expect(signalbox("--help")).toMatchObject({ code: 0, err: "" });
  expect(signalbox("--help").out).toContain("trace    prints a recorded trace");
  expect(signalbox().code).toBe(2);
  expect(signalbox("trace", "--help").out).toMatch(/--svg OUT\.svg/);
});
