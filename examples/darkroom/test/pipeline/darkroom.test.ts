/** The pipeline on worker threads: what an interrupt does in each of its phases, and how many photos are in memory. */
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { DEFAULTS } from "../../src/cli/options.ts";
import type { PhotoPaths } from "../../src/files/photos.ts";
import type { Listener, Run } from "../../src/pipeline/darkroom.ts";
// Threads load the built files, so all of the pipeline is taken from there.
import { developAll } from "../../dist/pipeline/darkroom.js";
import { openDevices } from "../../dist/pipeline/devices.js";
import { testFolder } from "../support/folder.ts";
import { writePhoto } from "../support/photos.ts";

const SILENT: Listener = { planned: () => {}, stripOver: () => {}, photoOver: () => {} };

/** Photos of 100 x 80, each in eight strips. */
async function makePhotos(count: number): Promise<PhotoPaths[]> {
  const folder = await testFolder();
  await mkdir(join(folder, "out"));
  const names = Array.from({ length: count }, (_, i) => `${i}.png`);
  for (const name of names) await writePhoto(join(folder, name), 100, 80);
  return names.map((name) => ({ input: join(folder, name), output: join(folder, "out", name) }));
}

async function openThreads(workers: number) {
  const devices = await openDevices({ ...DEFAULTS, device: "workers", workers, stripRows: 10 }, () => {});
  onTestFinished(() => devices.close());
  return devices;
}

/** Runs over three photos, interrupted when `when` says so; answers how they ended. */
async function interrupted(
  when: (interrupt: () => void) => Partial<Listener>,
): Promise<{ run: Run; photos: PhotoPaths[] }> {
  const photos = await makePhotos(3);
  const devices = await openThreads(1);
  const run = await developAll(photos, "png", devices, { ...SILENT, ...when(() => devices.interrupt()) });
  return { run, photos };
}

const CANCELLED = (photo: PhotoPaths, written = false) =>
  expect.objectContaining({ kind: "cancelled", written, photo: expect.objectContaining(photo) });

describe("an interrupt", () => {
  it("before the photos are looked at cancels them all", async () => {
    const { run, photos } = await interrupted((interrupt) => {
      interrupt();
      return {};
    });
    expect(run.outcomes).toEqual(photos.map((photo) => CANCELLED(photo)));
  });

  it("when they are planned cancels them all", async () => {
    const { run, photos } = await interrupted((interrupt) => ({ planned: interrupt }));
    expect(run.outcomes).toEqual(photos.map((photo) => CANCELLED(photo)));
    expect(run.strips).toEqual([]);
  });

  it("while they are developed cancels those that are not written yet", async () => {
    let strips = 0;
    const { run, photos } = await interrupted((interrupt) => ({
      stripOver: () => {
        if (++strips === 2) interrupt();
      },
    }));
    expect(run.outcomes).toEqual(photos.map((photo) => CANCELLED(photo)));
    expect(run.strips.length).toBeGreaterThanOrEqual(2);
    expect(run.strips.length).toBeLessThan(24);
    for (const { output } of photos) expect(existsSync(output)).toBe(false);
  });

  it("while they are compared leaves those that are written, and says that they were not compared", async () => {
    const { run, photos } = await interrupted((interrupt) => ({ photoOver: interrupt }));
    const [first, second, third] = photos;
    expect(run.outcomes).toEqual([
      expect.objectContaining({ kind: "developed", photo: expect.objectContaining(first) }),
      // One thread takes two jobs at once: whether it has the second already when the first is over is chance.
      expect.objectContaining({ photo: expect.objectContaining(second) }),
      CANCELLED(third!, true),
    ]);
    for (const { output } of photos) expect(existsSync(output)).toBe(true);
  });
});

describe("memory", () => {
  it("R2: holds two photos and their results, and what the credits allow, however many there are", async () => {
    const photos = await makePhotos(8);
    const devices = await openThreads(2);
    const { outcomes, peakBytes, strips } = await developAll(photos, "png", devices, SILENT);
    expect(outcomes.map(({ kind }) => kind)).toEqual(photos.map(() => "developed"));
    expect(strips).toHaveLength(64);
    const [photo, strip] = [100 * 80 * 4, 100 * 20 * 4];
    expect(peakBytes).toBeGreaterThan(2 * photo);
    expect(peakBytes).toBeLessThanOrEqual(2 * 2 * photo + 4 * strip); // four strips: two for each thread
  });
});
