/** What the tests of the command share: a recorded trace, and the command itself as people run it. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Timeline, errno, submit } from "signalbox";
import { SimPlatform, openSim } from "signalbox/sim";
import { startTrace, writePerfetto } from "signalbox/trace";
import type { TraceOptions } from "signalbox/trace";
import { afterAll } from "vitest";

/** A trace of 40 frames over three queues, one job of which fails; `until` stops it in the middle, at that ms. */
export function record(options: TraceOptions & { readonly until?: number; readonly label?: string } = {}): Uint8Array {
  const trace = startTrace(options);
  try {
    const platform = new SimPlatform({ seed: 3, auto: false });
    const sim = openSim({ name: "gpu", rings: 2, platform, latency: (random) => 0.5 + random() });
    const upload = sim.queue("upload", { credits: 4 });
    const compute = sim.queue("compute", { credits: 2, ring: 1 });
    const readback = sim.queue("readback");
    const gate = new Timeline("gate", { platform }).fence();
    platform.setTimer(() => gate.signal(), 14);
    for (let frame = 0; frame < 40; frame++) {
      platform.setTimer(() => {
        const error = frame === 10 ? errno.EIO : 0;
        const put = upload.job({ label: options.label ?? `put ${frame}`, cost: 2, error });
        const blur = compute.job({ label: `blur ${frame}`, after: frame === 5 ? [gate.fence, put] : put });
        submit(put, blur, readback.job({ after: blur }));
      }, 2 * frame);
    }
    platform.run(options.until);
  } finally {
    trace.stop();
  }
  return writePerfetto(trace);
}

/** A folder that goes when the tests of this file have run. */
export const folder: string = mkdtempSync(join(tmpdir(), "signalbox-cli-test-"));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A file in that folder. */
export function file(name: string, content?: string | Uint8Array): string {
  const path = join(folder, name);
  if (content !== undefined) writeFileSync(path, content);
  return path;
}

/** Runs the built command. */
export function signalbox(...args: readonly string[]): { code: number | null; out: string; err: string } {
  const bin = join(import.meta.dirname, "../bin/signalbox.js");
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], { encoding: "utf8" });
  return { code: status, out: stdout, err: stderr };
}
