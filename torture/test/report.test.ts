import { describe, expect, test } from "vitest";
import { resetsText, roundsText } from "../src/report.ts";

describe("the report", () => {
  const reset = { resets: 500, jobs: 2_000, retried: 300, ended: 40, lost: 0, wrong: [] };

  test("bug: of the resets in a row it said that none was lost, whatever had become of the jobs", () => {
    expect(resetsText(reset)).toMatch(/: 300 retries, 40 ended by them, none lost$/);
    expect(resetsText({ ...reset, lost: 3 })).toMatch(/, 3 lost$/);
  });

  test("of the rounds says what is left, as far as the system tells", () => {
    const totals = { submitted: 3, done: 1, failed: 1, cancelled: 1, queues: 2 };
    const holdings = {
      workers: 0,
      threads: 11,
      children: [],
      files: ["socket:[1]", "pipe:[2]"],
      handles: [],
      heap: 2 ** 20,
    };
    const result = { rounds: 1, totals, counts: new Map(), wrong: [], growth: undefined, holdings };
    expect(roundsText(result)).toBe(
      "1 rounds: 3 submitted = 1 done + 1 failed + 1 cancelled; 2 queues; left: 0 worker threads, 11 of the process, 0 processes, 2 open files, heap 1.0 MiB",
    );
    const untold = { ...holdings, threads: undefined, children: undefined, files: undefined };
    expect(roundsText({ ...result, holdings: untold })).toMatch(/left: 0 worker threads, unknown processes, heap/);
  });
});
