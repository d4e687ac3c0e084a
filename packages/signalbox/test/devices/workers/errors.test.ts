/** What goes wrong with one job stays with that job, and says what it was. */
import { describe, expect, test } from "vitest";
import { SignalboxError, submit } from "signalbox";
import { WorkerError } from "signalbox/workers";
import type { WorkerJob } from "signalbox/workers";
import { basic, call, fail, open, run } from "./support.ts";

const throws = new URL("./jobs/throws.mjs", import.meta.url);

const open1 = async () => (await open({ lanes: 1, name: "pool" })).queue("q");
const bad = (name: string, ...args: unknown[]): WorkerJob => ({ module: throws, export: name, args });

describe("an exception in a job", () => {
  test("is the cause of its EIO, with the message, the name and the stack of the thread, and the lane", async () => {
    const queue = await open1();
    const failure = await fail(queue.job(bad("typed", "not a list")));
    expect(failure).toMatchObject({ code: "EIO", job: "q:1", queue: "q" });
    expect(failure.message).toContain("not a list");
    const cause = failure.cause as WorkerError;
    expect(cause).toBeInstanceOf(WorkerError);
    expect(cause).toMatchObject({ name: "TypeError", message: "not a list", lane: "pool/0" });
    expect(cause.stack).toContain("throws.mjs");
    expect(cause.stack).toContain("typed");
    expect(cause.stack).toContain('in the thread of lane "pool/0"');
    expect(await run(call(queue, "add", 1, 1))).toBe(2);
  });

  test("keeps its own name, its code and its causes", async () => {
    const { cause } = await fail((await open1()).job(bad("own")));
    expect(cause).toMatchObject({ name: "DecodeError", message: "no marker", code: "EBADJPEG" });
    const inner = (cause as Error).cause as WorkerError;
    expect(inner).toMatchObject({ name: "RangeError", message: "offset 7", cause: { at: 7 } });
    expect(inner.stack).toContain("throws.mjs");
  });

  test("may come later, from a promise", async () => {
    const { cause } = await fail((await open1()).job(bad("rejects")));
    expect(cause).toMatchObject({ name: "DecodeError", message: "later" });
  });

  test("may be no Error at all", async () => {
    const queue = await open1();
    expect((await fail(queue.job(bad("value", "words")))).cause).toMatchObject({
      message: 'The job threw a value that is no Error: "words"',
      cause: "words",
    });
    expect((await fail(queue.job(bad("value", undefined)))).cause).toMatchObject({
      message: "The job threw a value that is no Error: undefined",
    });
    expect((await fail(queue.job(bad("value", { at: 1 })))).cause).toMatchObject({ cause: { at: 1 } });
  });

  test("may have causes that no clone takes, or that lead back to itself, or not want to be looked at", async () => {
    const queue = await open1();
    expect((await fail(queue.job(bad("hardCauses", "function")))).cause).toMatchObject({
      message: "odd",
      cause: "() => 1",
    });
    let depth = 0;
    for (
      let at = (await fail(queue.job(bad("hardCauses", "loop")))).cause as Error | undefined;
      at !== undefined;
      at = at.cause as Error | undefined
    )
      depth++;
    expect(depth).toBe(9);
    expect((await fail(queue.job(bad("hostile")))).cause).toMatchObject({
      message: expect.stringContaining("can't be looked at"),
    });
    expect(await run(call(queue, "add", 1, 1))).toBe(2);
  });
});

describe("a job that can't be run", () => {
  test("a module that isn't there", async () => {
    const queue = await open1();
    const { cause, code } = await fail(queue.job({ module: new URL("./jobs/nowhere.mjs", import.meta.url) }));
    expect(code).toBe("EIO");
    expect(cause).toMatchObject({
      name: "SignalboxError",
      code: "ENOENT",
      message: expect.stringMatching(/^Module file:.*nowhere\.mjs can't be imported: /),
    });
    expect((cause as Error).cause).toMatchObject({ code: "ERR_MODULE_NOT_FOUND" });
    expect(await run(call(queue, "add", 1, 1))).toBe(2);
  });

  test("a module that throws when it is loaded", async () => {
    const { cause } = await fail(
      (await open1()).job({ module: new URL("./jobs/throws-at-load.mjs", import.meta.url) }),
    );
    expect(cause).toMatchObject({ code: "ENOENT", message: expect.stringMatching(/can't be imported: not today$/) });
    expect((cause as Error).cause).toMatchObject({
      name: "Error",
      message: "not today",
      stack: expect.stringContaining("throws-at-load.mjs"),
    });
  });

  test("a module without that export names those that it has", async () => {
    const { cause } = await fail((await open1()).job({ module: throws, export: "decode" }));
    expect(cause).toMatchObject({
      code: "ENOENT",
      message: expect.stringMatching(/has no export "decode", only "badTransfer", .*"typed"/),
    });
  });

  test("an export that is no function", async () => {
    const { cause } = await fail(call(await open1(), "constant"));
    expect(cause).toMatchObject({ code: "EINVAL", message: expect.stringContaining('Export "constant"') });
    expect((cause as Error).message).toContain("is no function (it is of type number)");
  });

  test("arguments that can't be cloned fail the job, here, with a DataCloneError; the lane has not noticed", async () => {
    const queue = await open1();
    const before = call(queue, "add", 1, 1);
    const job = queue.job({ module: basic, args: [{ f: () => 1 }] });
    const after = call(queue, "add", 2, 2);
    submit(before, job, after);
    await after.wait();
    expect([before.result, after.result]).toEqual([2, 4]);
    const failure = job.failure();
    expect(failure).toMatchObject({
      code: "EINVAL",
      cause: { name: "DataCloneError", message: "The job's arguments can't be cloned: () => 1 could not be cloned." },
    });
  });

  test("a symbol among plain arguments, too", async () => {
    expect((await fail((await open1()).job({ module: basic, args: [1, Symbol("s")] }))).cause).toMatchObject({
      name: "DataCloneError",
    });
  });

  test("a buffer that is transferred twice fails the second job, not the first", async () => {
    const queue = await open1();
    const bytes = new Uint8Array(4).fill(1);
    const jobs = [1, 2].map(() =>
      queue.job<number>({ module: basic, export: "total", args: [bytes], transfer: [bytes.buffer] }),
    );
    submit(...jobs);
    await queue.drain();
    expect(jobs.map((job) => job.error)).toEqual([0, -22]);
    expect(jobs[0]!.result).toBe(4);
    expect(jobs[1]!.failure()?.cause).toMatchObject({ name: "DataCloneError" });
  });

  test("arguments that throw when they are asked for", async () => {
    const queue = await open1();
    const thrown = new Error("no arguments today");
    const failure = await fail(
      queue.job({
        module: basic,
        args: () => {
          throw thrown;
        },
      }),
    );
    expect(failure.code).toBe("EIO");
    expect(failure.cause).toBe(thrown);
    expect((await fail(queue.job({ module: basic, args: () => "text" as never }))).cause).toMatchObject({
      code: "EINVAL",
      message: 'A worker job\'s the function "args" answered "text" instead of an array',
    });
    expect((await fail(queue.job({ module: basic, args: [1], transfer: () => 5 as never }))).cause).toMatchObject({
      code: "EINVAL",
    });
    expect(await run(call(queue, "add", 1, 1))).toBe(2);
  });

  test("a result that can't be cloned, or is transferred wrongly, fails the job, there", async () => {
    const queue = await open1();
    const failure = await fail(queue.job(bad("notClonable")));
    expect(failure).toMatchObject({ code: "EIO", cause: { name: "DataCloneError", lane: "pool/0" } });
    expect((failure.cause as Error).message).toMatch(/^The job's result can't be cloned: .*could not be cloned/);
    expect((await fail(queue.job(bad("badTransfer")))).cause).toMatchObject({ name: "DataCloneError" });
    expect(await run(call(queue, "add", 1, 1))).toBe(2);
  });
});

describe("a spec that makes no sense is refused when the job is made", () => {
  test.each<[string, object, string]>([
    ["a relative module", { module: "./job.js" }, 'new URL("./job.js", import.meta.url)'],
    ["a module of a package by its name", { module: "pkg/job.js" }, 'import.meta.resolve("pkg/job.js")'],
    ["a path", { module: "/srv/job.js" }, 'pathToFileURL("/srv/job.js")'],
    ["a path of Windows", { module: "C:\\job.js" }, 'pathToFileURL("C:\\\\job.js")'],
    ["no module", {}, '"module" is a URL or an absolute URL as a string (got undefined)'],
    ["an empty module", { module: "" }, '"module" "" is not an absolute URL'],
    ["an export that is no name", { module: basic, export: 5 }, '"export" is the name of an export (got 5)'],
    ["an empty export", { module: basic, export: "" }, '"export" is the name of an export (got "")'],
    [
      "arguments that are no list",
      { module: basic, args: "abc" },
      '"args" is an array or a function that answers one (got "abc")',
    ],
    [
      "a transfer that is no list",
      { module: basic, transfer: {} },
      '"transfer" is an array or a function that answers one (got an object)',
    ],
  ])("%s", async (_, spec, message) => {
    const queue = await open1();
    const make = (): unknown => queue.job(spec as WorkerJob);
    expect(make).toThrow(SignalboxError);
    expect(make).toThrow(message);
  });

  test("a device, a lane or a queue that makes no sense", async () => {
    const device = await open({ lanes: 2 });
    expect(() => device.queue("q", { lane: 2 })).toThrow('[Device "workers"] has lanes 0 to 1, and no lane 2');
    expect(() => device.queue("q", { lane: -1 })).toThrow(RangeError);
    expect(() => device.queue("q", { lane: 0.5 })).toThrow(RangeError);
    await expect(open({ lanes: 0 })).rejects.toThrow(
      '[Device "workers"] takes a number of lanes from 1 to 1024 (got 0)',
    );
    await expect(open({ slots: 1.5 })).rejects.toThrow(RangeError);
    expect(() => device.close({ timeout: -1 })).toThrow("(got -1)");
  });
});
