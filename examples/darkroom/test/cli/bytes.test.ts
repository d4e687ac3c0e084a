import { describe, expect, it } from "vitest";
import { formatBytes, parseBytes } from "../../src/cli/bytes.ts";

describe("parseBytes", () => {
  it.each([
    ["1", 1],
    ["4096", 4096],
    ["64MiB", 67108864],
    ["64 mib", 67108864],
    [" 1.5GiB ", 1610612736],
    ["500kB", 500_000],
    ["2KiB", 2048],
    ["3MB", 3_000_000],
    ["1gb", 1e9],
    ["12 B", 12],
  ])("reads %j as %d", (text, bytes) => expect(parseBytes(text)).toBe(bytes));

  it.each(["", "0", "0MiB", "-1", "64M", "1e6", "MiB", "1.5", "0.3KiB", "1 2", "9007199254740993", "64MiBs", "0x10"])(
    "reads no size in %j",
    (text) => expect(parseBytes(text)).toBeUndefined(),
  );
});

describe("formatBytes", () => {
  it.each([
    [0, "0 B"],
    [1023, "1023 B"],
    [1024, "1 KiB"],
    [1536, "1.5 KiB"],
    [67108864, "64 MiB"],
    [21466112, "20.5 MiB"],
    [5 * 2 ** 40, "5120 GiB"],
  ])("writes %d as %j", (bytes, text) => expect(formatBytes(bytes)).toBe(text));
});
