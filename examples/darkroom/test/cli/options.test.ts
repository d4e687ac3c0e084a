import { describe, expect, it } from "vitest";
import { helpText } from "../../src/cli/help.ts";
import { nearest } from "../../src/cli/nearest.ts";
import { DEFAULTS, FLAGS, parseOptions, USAGE_EXIT_CODE } from "../../src/cli/options.ts";

const mistake = (...args: string[]) => {
  const request = parseOptions(args);
  if (request.kind !== "mistake") throw new Error(`"${args.join(" ")}" was taken for a ${request.kind}.`);
  return `${request.message} ${request.hint}`;
};

describe("parseOptions", () => {
  it("has a default for everything, but for what may be absent", () => {
    expect(parseOptions([])).toEqual({ kind: "run", options: DEFAULTS });
  });

  it("reads every flag", () => {
    const args =
      "--input in --output out --format jpeg --device workers --strip-rows 100 --credits 1.5MiB --workers 3 --trace t --compare";
    expect(parseOptions(args.split(" "))).toEqual({
      kind: "run",
      options: {
        input: "in",
        output: "out",
        format: "jpeg",
        device: "workers",
        stripRows: 100,
        credits: 1572864,
        workers: 3,
        trace: "t",
        compare: true,
      },
    });
  });

  it("reads short flags and --flag=value", () => {
    expect(parseOptions(["-i", "in", "-o", "out", "-d", "webgpu", "--strip-rows=7"])).toMatchObject({
      options: { input: "in", output: "out", device: "webgpu", stripRows: 7 },
    });
  });

  it("L3: help wins over everything but a mistake", () => {
    expect(parseOptions(["--input", "x", "--help"])).toEqual({ kind: "help" });
    expect(parseOptions(["-h"])).toEqual({ kind: "help" });
    expect(mistake("--help", "--device", "abacus")).toContain("abacus");
  });

  it("ends with 2 after a mistake", () => expect(USAGE_EXIT_CODE).toBe(2));

  it.each([
    [["--divice", "workers"], "There is no flag --divice. Did you mean --device?"],
    [["--comparison"], "There is no flag --comparison. Run with --help to see every flag."],
    [["--out", "x"], "There is no flag --out. Did you mean --output?"],
    [["-x"], "There is no flag -x. Run with --help to see every flag."],
    [["--toString"], "There is no flag --toString. Run with --help to see every flag."],
    [["photos"], '"photos" is not a flag. Name the folder with your photos by --input DIR.'],
    [["--input"], "Option '-i, --input <value>' argument missing. Run with --help to see every flag."],
    [["--compare=yes"], "Option '--compare' does not take an argument. Run with --help to see every flag."],
    [["--device", "gpu"], '--device cannot be "gpu". It is one of: auto, webgpu, workers.'],
    [["--format", "gif"], '--format cannot be "gif". It is one of: png, jpeg.'],
    [["--credits", "64M"], '--credits cannot be "64M". It is a number of bytes, such as 64MiB, 500kB or 4096.'],
    [["--strip-rows", "0"], '--strip-rows cannot be "0". It is a whole number from 1 to 1000000.'],
    [["--strip-rows", "1.5"], '--strip-rows cannot be "1.5". It is a whole number from 1 to 1000000.'],
    [["--workers", "257"], '--workers cannot be "257". It is a whole number from 1 to 256.'],
    [["--workers", ""], '--workers cannot be "". It is a whole number from 1 to 256.'],
    [["--output", ""], "--output is given an empty name. Write --output and a path."],
  ])("L1, L2: %j is a mistake", (args, text) => expect(mistake(...args)).toBe(text));

  it("takes no flag for a value", () => {
    expect(mistake("--input", "--device")).toMatch(/^Option '(-i, )?--input' argument is ambiguous\. Did you forget/);
  });
});

describe("the help text", () => {
  it("explains every flag, with its default, and no other", () => {
    const text = helpText();
    const explained = [...text.matchAll(/^ +(?:-\w, )? *--([\w-]+)/gm)].map((match) => match[1]);
    expect(explained.sort()).toEqual(Object.keys(FLAGS).sort());
    for (const [name, flag] of Object.entries(FLAGS)) {
      if ("short" in flag) expect(text).toContain(`-${flag.short}, --${name} `);
    }
    for (const value of [DEFAULTS.output, DEFAULTS.format, DEFAULTS.device, DEFAULTS.stripRows, "64 MiB"]) {
      expect(text).toContain(`(default: ${value})`);
    }
  });

  it("fits a terminal of 120 columns", () => {
    for (const line of helpText().split("\n")) expect(line.length).toBeLessThanOrEqual(120);
  });
});

describe("nearest", () => {
  const known = ["input", "output", "device", "credits", "compare", "help"];

  it.each([
    ["inptu", "input"],
    ["ouput", "output"],
    ["credit", "credits"],
    ["hlep", "help"],
    ["dev", "device"],
    ["c", undefined],
    ["frobnicate", undefined],
  ])("to %j is %j", (word, name) => expect(nearest(word, known)).toBe(name));
});
