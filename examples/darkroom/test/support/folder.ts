/** A folder of its own for each test, removed after it. */
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** Makes the folder; call it inside a test. */
export async function testFolder(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "darkroom-test-")));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
