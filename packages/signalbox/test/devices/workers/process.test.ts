/** Whole programs on the built package: what keeps a process alive, and that it ends by itself. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

/** Runs a program until it ends by itself; rejects if it fails, or has not ended after a minute. */
async function program(name: string, flags: readonly string[] = [], env = process.env): Promise<string> {
  const path = fileURLToPath(new URL(`./jobs/${name}`, import.meta.url));
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [...flags, path], { timeout: 60_000, env });
  expect(stderr).toBe("");
  return stdout;
}

/** For a program that forgets its device: the validator would tell of that, if the collector came. */
const { SIGNALBOX_LOCKDEP: _, ...withoutValidator } = process.env;

test("closing with work in flight: every fence signals and the process ends by itself, 20 times of 20", async () => {
  const tally = JSON.parse(await program("program-close.mjs")) as Record<string, number>;
  // Without a timeout everything runs: 120 that work and 30 that throw, 10 times.
  expect(tally["gently ok"]).toBe(1_200);
  expect(tally["gently EIO"]).toBe(300);
  expect(tally["gently ETIME"]).toBeUndefined();
  // With one: the four that never end, at least, are given up.
  expect(tally["in time ETIME"]).toBeGreaterThanOrEqual(40);
  const all = (tally["in time ok"] ?? 0) + (tally["in time EIO"] ?? 0) + tally["in time ETIME"]!;
  expect(all).toBe(1_540);
}, 70_000);

test("a program that forgets to close ends when its jobs are done, and not before", async () => {
  expect(await program("program-forgets.mjs", [], withoutValidator)).toBe("done");
}, 70_000);

test("so does one with a spare thread, which nobody needs", async () => {
  expect(await program("program-forgets-spare.mjs", [], withoutValidator)).toBe("done");
}, 70_000);

test("a job that uses up its thread's memory fails, and the process goes on", async () => {
  expect(await program("program-exhausts.mjs", ["--max-old-space-size=64"])).toBe("EIO ERR_WORKER_OUT_OF_MEMORY 2");
}, 70_000);

test("what jobs printed is there when the device is closed", async () => {
  expect(await program("program-prints.mjs")).toBe(Array.from({ length: 20 }, (_, i) => `line ${i}\n`).join(""));
}, 70_000);

test("a program from the command line, under flags that threads refuse", async () => {
  const code = `
    import { submit } from "signalbox";
    import { openWorkers } from "signalbox/workers";
    const device = await openWorkers({ lanes: 1 });
    const job = device.queue("q").job({ module: "data:text/javascript,export default () => 42" });
    submit(job);
    await device.close();
    console.log(job.result);`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", code], {
    cwd: fileURLToPath(new URL(".", import.meta.url)),
  });
  expect(stdout).toBe("42\n");
});
