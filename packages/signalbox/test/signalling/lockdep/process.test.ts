/** The validator in programs of their own, on the built package: turned on from outside, by an environment variable. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it, test } from "vitest";

const temporary = fileURLToPath(new URL("../../../../../temp/", import.meta.url));
mkdirSync(temporary, { recursive: true });
const folder = mkdtempSync(join(temporary, "lockdep-"));
afterAll(() => rmSync(folder, { recursive: true }));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs one of the programs with these variables; what this test run has itself is for the programs that do nothing wrong. */
function run(name: string, variables: Readonly<Record<string, string>>, flags: readonly string[] = []): Ended {
  const path = fileURLToPath(new URL(`./programs/${name}`, import.meta.url));
  const own = { ...process.env, SIGNALBOX_LOCKDEP: "", SIGNALBOX_LOCKDEP_LOG: "", NODE_OPTIONS: "" };
  const { status, stdout, stderr } = spawnSync(process.execPath, [...flags, path], {
    cwd: temporary,
    env: { ...own, ...variables },
    encoding: "utf8",
  });
  return { code: status, out: stdout, err: stderr };
}

/** The rules that stderr tells of. */
const rulesIn = (err: string): string[] => [...err.matchAll(/error\[([\w-]+)\]/g)].map(([, rule]) => rule!);

describe("SIGNALBOX_LOCKDEP=1 is enough by itself", () => {
  it("is reported on stderr, and the program goes on", () => {
    const { code, out, err } = run("waits.mjs", { SIGNALBOX_LOCKDEP: "1" });
    expect([code, out]).toEqual([0, "done\n"]);
    expect(err).toMatch(/^error\[section-wait\]: waiting for fence upload:1 in a delivery\n {2}--> .*waits\.mjs:5:\d+/);
  });

  test.each<[string, string, readonly string[]]>([
    ["is imported by the program, too", "loads-first.mjs", []],
    ["is imported by the program at the same time", "loads-at-once.mjs", []],
    ["was imported before the program", "waits.mjs", ["--import", "signalbox/lockdep"]],
    ["is wanted by a CommonJS program", "common.mjs", []],
  ])("also where the validator %s", (_, name, flags) => {
    const { code, out, err } = run(name, { SIGNALBOX_LOCKDEP: "1" }, flags);
    expect([code, out, rulesIn(err)]).toEqual([0, "done\n", ["section-wait"]]);
  });

  it("not even the end of the process in the same turn loses a report", () => {
    const { code, err } = run("exits.mjs", { SIGNALBOX_LOCKDEP: "1" });
    expect([code, rulesIn(err)]).toEqual([0, ["section-wait"]]);
  });

  it("a report from the section that a thread took on shows where the obligation was handed on, in the other thread", () => {
    const { code, out, err } = run("hands-on.mjs", { SIGNALBOX_LOCKDEP: "1" });
    expect([code, out, rulesIn(err)]).toEqual([0, "done\n", ["section-wait"]]);
    const [, now, before] = err.split(/\| (?:in a signalling section|handed on):\n/);
    expect(now).toMatch(/waiting for fence memory:1\n.* at decode .*hands-on\.mjs:/);
    expect(before).toMatch(
      /the obligation for fence pictures:1 was handed on to thread "decoder", in the thread .*\n.*at show /,
    );
  });

  test.each([{}, { SIGNALBOX_LOCKDEP: "0" }])("with %o nothing listens", (variables) => {
    expect(run("waits.mjs", variables)).toEqual({ code: 0, out: "done\n", err: "" });
  });

  it("a value that says nothing ends the program", () => {
    const { code, out, err } = run("waits.mjs", { SIGNALBOX_LOCKDEP: "yes" });
    expect(code).not.toBe(0);
    expect(err).toContain('SIGNALBOX_LOCKDEP is 1, fail or 0 (got "yes")');
    expect(out).toBe("");
  });
});

describe("SIGNALBOX_LOCKDEP=fail makes the exit code 1", () => {
  const fail = { SIGNALBOX_LOCKDEP: "fail" };

  test.each(["waits.mjs", "common.mjs", "exits.mjs"])("of %s", (name) => {
    const { code, out, err } = run(name, fail);
    expect([code, out, rulesIn(err)]).toEqual([1, "done\n", ["section-wait"]]);
  });

  it("of a program whose thread of the workers device is the one that is wrong", () => {
    const { code, out, err } = run("device.mjs", fail);
    expect([code, out]).toEqual([1, "done\n"]);
    expect(err).toMatch(
      /^\[thread \d+\] error\[section-wait\]: waiting for fence download:1 in a signalling section\n/,
    );
    expect(err).toMatch(/--> .*job\.mjs:7:\d+/);
  });

  it("of a program whose own thread is, and knows nothing but signalbox/shared", () => {
    const { code, out, err } = run("own-thread.mjs", fail, ["--expose-gc"]);
    expect([code, out]).toEqual([1, "done\n"]);
    expect(err).toMatch(/^\[thread \d+\] error\[leak-driver-fence\]: /);
  });

  it("of a child process that a program starts, which reports to the same stderr", () => {
    const { code, out, err } = run("child.mjs", fail);
    expect([code, out, rulesIn(err)]).toEqual([0, "1\n", ["section-wait"]]);
  });

  it("not of a program that does nothing wrong", () => {
    expect(run("good.mjs", fail)).toEqual({ code: 0, out: "done\n", err: "" });
  });
});

it("SIGNALBOX_LOCKDEP_LOG keeps what a program, its threads and its child processes report in one file", () => {
  const log = join(folder, "log.txt");
  const variables = { SIGNALBOX_LOCKDEP: "1", SIGNALBOX_LOCKDEP_LOG: log };
  expect(run("good.mjs", variables).code).toBe(0);
  expect(existsSync(log)).toBe(false);
  for (const name of ["waits.mjs", "device.mjs", "child.mjs"]) expect(run(name, variables).code).toBe(0);
  expect(rulesIn(readFileSync(log, "utf8"))).toEqual(["section-wait", "section-wait", "section-wait"]);
  expect(readFileSync(log, "utf8")).toMatch(/upload:1[^]+download:1[^]+upload:1/);
});

it("a log that can't be written is told of, and harms nobody", () => {
  const { code, out, err } = run("waits.mjs", { SIGNALBOX_LOCKDEP: "1", SIGNALBOX_LOCKDEP_LOG: folder });
  expect([code, out, rulesIn(err)]).toEqual([0, "done\n", ["section-wait"]]);
  expect(err).toContain("EISDIR");
});
