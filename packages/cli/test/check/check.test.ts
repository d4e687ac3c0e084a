import { spawn, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { file, folder, signalbox } from "../support.ts";

const scenarioFile = join(import.meta.dirname, "broken-scenario.mjs");
const hangingFile = join(import.meta.dirname, "hanging-scenario.mjs");

describe("signalbox check", () => {
  test("prints a line for each scenario and a last line of figures, and leaves no file", () => {
    const out = join(folder, "kept");
    const args = ["rollback", "multi-ring", "--schedules", "120", "--seed", "5", "--out", out];
    const { code, out: text, err } = signalbox("check", ...args);
    expect(err).toBe("");
    expect(code).toBe(0);
    const lines = text.trimEnd().split("\n");
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/^rollback +120 schedules +[\d ]+\/s +[\d ]+ states +\d+ pruned .* kept$/);
    expect(lines[2]).toMatch(
      /^2 scenarios \| 240 schedules \| [\d ]+\/s \| [\d ]+ states \| \d+ pruned \| [\d ]+ strikes at \d+ of 13 sites \| [\d.]+ s \| seed 5 \| every promise kept$/,
    );
    expect(existsSync(join(out, "rollback.running.json"))).toBe(false);
  });

  test("tells the story of what breaks, keeps its schedule and its trace, and replays it in the same words", () => {
    const out = join(folder, "broken");
    const { code, out: text } = signalbox("check", scenarioFile, "--schedules", "10", "--out", out);
    expect(code).toBe(1);
    expect(text).toMatch(/^broken .* BROKEN$/m);
    const story =
      "broken: two actors that must not meet\n  1. actor 0 goes in\n  2. actor 1 goes in\n  => actor 1 meets another\n";
    expect(text).toContain(story);
    expect(text).toContain("schedule: actor 0 > actor 1\n");
    const schedule = join(out, "broken.schedule.json");
    expect(JSON.parse(readFileSync(schedule, "utf8"))).toMatchObject({ scenario: "broken", size: { actors: 2 } });
    const again = signalbox("check", scenarioFile, "--replay", schedule, "--out", out);
    expect(again.code).toBe(1);
    expect(again.out).toContain(story);
    expect(existsSync(join(out, "broken.pftrace"))).toBe(true);
  });

  test.runIf(process.platform !== "win32")(
    "bug: the line that tells how to run it again named no scenario, and failed for those of a file",
    () => {
      const out = join(folder, "it's run again");
      mkdirSync(out);
      copyFileSync(scenarioFile, join(out, "mine.mjs"));
      const { out: text } = signalbox("check", join(out, "mine.mjs"), "--schedules", "10", "--out", out);
      const line = /^again: +(signalbox check .*)$/m.exec(text)![1]!;
      // As a shell has it, with the command in its path.
      const bin = join(import.meta.dirname, "../../bin/signalbox.js");
      const command = `signalbox() { "${process.execPath}" "${bin}" "$@"; }\n${line}`;
      const again = spawnSync("sh", ["-c", command], { encoding: "utf8", cwd: out });
      expect(again.stderr).toBe("");
      expect(again.status).toBe(1);
      expect(again.stdout).toContain("  => actor 1 meets another\n");
      // The same line stands below what it prints.
      expect(again.stdout).toContain(`again:    ${line}\n`);
    },
  );

  test("has kept the schedule that never came back, and tells it as far as it goes", async () => {
    const out = join(folder, "hanging");
    mkdirSync(out);
    const bin = join(import.meta.dirname, "../../bin/signalbox.js");
    const kept = join(out, "hanging.running.json");
    // Gives it time to get to where it hangs, which nothing tells of; answers what it has printed by then.
    const hangs = async (args: readonly string[]): Promise<string> => {
      const child = spawn(process.execPath, [bin, "check", hangingFile, "--out", out, ...args]);
      let text = "";
      child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
      const exit = new Promise<unknown>((resolve) => child.once("exit", resolve));
      const early = await Promise.race([exit, new Promise((resolve) => setTimeout(resolve, 4000, "hangs"))]);
      child.kill("SIGKILL");
      await exit;
      expect(early).toBe("hangs");
      return text;
    };
    await hangs([]);
    const text = await hangs(["--replay", kept]);
    expect(text).toMatch(/ 1\. right comes\n[^]*goes on\n$/);
  });

  test("replays a schedule that breaks nothing, and exits with 0", () => {
    const schedule = {
      format: "signalbox-schedule/1",
      scenario: "rollback",
      size: { jobs: 2, others: 1 },
      faults: [],
      faultBudget: 1,
      seed: 3,
      how: { kind: "random", seed: 9 },
    };
    const path = file("fine.json", JSON.stringify(schedule));
    const { code, out } = signalbox("check", "--replay", path, "--out", folder);
    expect(code).toBe(0);
    expect(out).toContain("=> every promise is kept");
    expect(signalbox("trace", join(folder, "rollback.pftrace"))).toMatchObject({ code: 0, err: "" });
  });
});

describe("what is wrong is told in one sentence", () => {
  const text = file("text.json", "no schedule");
  const other = file(
    "other.json",
    '{"format":"signalbox-schedule/1","scenario":"other","size":{},"faults":[],"faultBudget":1,"seed":1,"how":{"kind":"random","seed":1}}',
  );
  const recipe = {
    format: "signalbox-schedule/1",
    scenario: "rollback",
    size: { jobs: 2, others: 1 },
    faults: [],
    faultBudget: 1,
    seed: 3,
    how: { kind: "random", seed: 9 },
  };
  let kept = 0;
  const replayed = (change: object): string[] => [
    "--replay",
    file(`changed-${kept++}.json`, JSON.stringify({ ...recipe, ...change })),
  ];
  test.each<[string, string[], number, RegExp]>([
    ["a name that there isn't", ["nonesuch"], 2, /there is no scenario "nonesuch" \(there is: bind-and-invalidate, /],
    ["a number that is none", ["--schedules", "many"], 2, /--schedules takes a whole number from 1 \(got "many"\)/],
    ["a seed that is none", ["--seed", "-1"], 2, /--seed/],
    ["an unknown flag", ["--speed", "9"], 2, /Unknown option '--speed'/],
    ["a file that isn't there", ["./nowhere.mjs"], 1, /nowhere\.mjs can't be loaded/],
    ["a file without scenarios", [file("empty.mjs", "export const nothing = 1;\n")], 1, /exports no scenario/],
    ["a schedule that isn't there", ["--replay", join(folder, "no.json")], 1, /can't be read \(ENOENT\)/],
    ["a schedule that is none", ["--replay", text], 1, /it is not JSON/],
    ["a schedule of something else", ["--replay", other], 1, /a schedule of "other"/],
    ["bug: a site that there isn't", replayed({ sites: ["late kick"] }), 1, /"late kick", .* there is no such site/],
    ["bug: a fault that there isn't", replayed({ faults: ["sun shines"] }), 1, /"sun shines", .* no such fault/],
    ["bug: a size below 0", replayed({ size: { jobs: -2, others: 1 } }), 1, /"size": "jobs" is -2/],
    ["a size that there isn't", replayed({ size: { rows: 2, others: 1 } }), 1, /\(others, rows\), not of "rollback"/],
  ])("%s", (_name, args, expected, message) => {
    const { code, err } = signalbox("check", ...args, "--out", folder);
    expect(err).toMatch(message);
    expect(err).toMatch(/^signalbox: [^\n]+\n$/);
    expect(code).toBe(expected);
  });
});
