/**
 * The darkroom: takes all photos through inspection, development and verification, and tells how each of them ended.
 *
 * Phases: inspect (sizes, from the headers) -> develop (every photo's graph of jobs, see photo-graph.ts) -> verify (each PNG
 * that was written is read back and compared with the reference).
 *
 * Invariants
 *  R1  One photo's failure is its own: every photo has an outcome, whatever became of the others.
 *  R2  No more than PHOTOS_IN_MEMORY photos are decoded and not yet written; the next one's decoding waits for a fence.
 */
import { FenceError, submit } from "signalbox";
import type { Fence, Job } from "signalbox";
import type { OutputFormat } from "../files/encode.ts";
import type { PhotoPaths } from "../files/photos.ts";
import { causeText } from "../errors.ts";
import type { Size } from "../image/picture.ts";
import type { Verdict } from "../verify.ts";
import { verdictText } from "../verify.ts";
import type { Devices } from "./devices.ts";
import { stripsFor } from "./gpu-developer.ts";
import { Meter } from "./meter.ts";
import { submitPhoto } from "./photo-graph.ts";
import type { PhotoFences, PlannedPhoto, Stages } from "./photo-graph.ts";
import { THREAD_JOBS } from "./thread-module.ts";

const PHOTOS_IN_MEMORY = 2;

/** How one photo ended. */
export type Outcome =
  | { readonly kind: "developed"; readonly photo: PlannedPhoto; readonly verdict: Verdict }
  | { readonly kind: "failed"; readonly photo: PhotoPaths; readonly reason: string }
  | { readonly kind: "cancelled"; readonly photo: PhotoPaths };

/** What a run tells while it goes on. */
export interface Listener {
  /** Photos are planned: so many strips, so many comparisons. */
  planned(strips: number, photos: number): void;
  stripDone(): void;
  photoVerified(): void;
}

/** What a run was. */
export interface Run {
  readonly outcomes: readonly Outcome[];
  /** The photos that could be developed. */
  readonly planned: readonly PlannedPhoto[];
  /** From the first decode to the last result written, in ms. */
  readonly wall: number;
  /** The most bytes of pictures and buffers at once. */
  readonly peakBytes: number;
}

/** Develops photos on devices that stay the caller's to close. Never rejects on account of a photo. */
export async function developAll(
  photos: readonly PhotoPaths[],
  format: OutputFormat,
  devices: Devices,
  listener: Listener,
): Promise<Run> {
  const failed: Outcome[] = [];
  const planned = await plan(photos, devices, failed);
  const { developer } = devices;
  developer.prepare(planned.flatMap((photo) => photo.strips));
  listener.planned(
    planned.reduce((sum, photo) => sum + photo.strips.length, 0),
    planned.length,
  );
  const meter = new Meter();
  meter.add(developer.bytesHeld);
  const began = performance.now();
  const fences = submitAll(planned, { ...devices, format, meter }, listener, failed);
  await Promise.allSettled([...fences.values()].map(({ encoded }) => encoded.wait()));
  const wall = performance.now() - began;
  const outcomes = await verifyAll(fences, devices, listener);
  return { outcomes: [...failed, ...outcomes], planned, wall, peakBytes: meter.peak };
}

async function plan(photos: readonly PhotoPaths[], devices: Devices, failed: Outcome[]): Promise<PlannedPhoto[]> {
  const jobs = photos.map((photo) =>
    tryTo(photo, failed, () =>
      devices.decode.job<Size>({
        label: `inspect ${photo.input}`,
        module: THREAD_JOBS,
        export: "inspect",
        args: [photo.input],
      }),
    ),
  );
  const made = jobs.filter((job) => job !== undefined);
  submit(...made);
  await Promise.allSettled(made.map((job) => job.wait()));
  const planned: PlannedPhoto[] = [];
  photos.forEach((photo, index) => {
    const job = jobs[index];
    if (job === undefined) return;
    const plan = tryTo(photo, failed, () => ({
      ...photo,
      size: job.result,
      strips: stripsFor(devices.developer, job.result),
    }));
    if (plan !== undefined) planned.push(plan);
  });
  return planned;
}

function submitAll(
  photos: readonly PlannedPhoto[],
  stages: Stages,
  listener: Listener,
  failed: Outcome[],
): Map<PlannedPhoto, PhotoFences> {
  const submitted = new Map<PlannedPhoto, PhotoFences>();
  const ends: Fence[] = [];
  for (const photo of photos) {
    const fences = tryTo(photo, failed, () => submitPhoto(photo, stages, ends.at(-PHOTOS_IN_MEMORY)));
    if (fences === undefined) continue;
    submitted.set(photo, fences);
    ends.push(fences.encoded);
    const stripDone = (): void => listener.stripDone();
    for (const strip of fences.strips) strip.wait().then(stripDone, stripDone);
  }
  return submitted;
}

async function verifyAll(
  submitted: ReadonlyMap<PlannedPhoto, PhotoFences>,
  devices: Devices,
  listener: Listener,
): Promise<Outcome[]> {
  const outcomes = [...submitted].map(async ([photo, { encoded, verdict }]): Promise<Outcome> => {
    const failure = encoded.failure();
    if (failure !== undefined) return outcomeOf(photo, failure);
    try {
      const job = verdict ?? submitVerdict(photo, devices);
      await job.wait();
      listener.photoVerified();
      return judged(photo, job.result);
    } catch (error) {
      return outcomeOf(photo, error);
    }
  });
  return Promise.all(outcomes);
}

function submitVerdict(photo: PlannedPhoto, devices: Devices): Job<Verdict> {
  const { input, output } = photo;
  const job = devices.verify.job<Verdict>({
    label: `verify ${output}`,
    module: THREAD_JOBS,
    export: "verifyFiles",
    args: [{ input, output }],
  });
  submit(job);
  return job;
}

function judged(photo: PlannedPhoto, verdict: Verdict): Outcome {
  if (verdict.differing === 0) return { kind: "developed", photo, verdict };
  return { kind: "failed", photo, reason: `"${photo.output}": ${verdictText(verdict)}.` };
}

/** Calls what may throw on account of a photo: then the photo has failed, or was cancelled. */
function tryTo<T>(photo: PhotoPaths, failed: Outcome[], body: () => T): T | undefined {
  try {
    return body();
  } catch (error) {
    failed.push(outcomeOf(photo, error));
    return undefined;
  }
}

/** The end of a chain of failures is what a person wants to know: a strip was cancelled since a file was damaged. */
function outcomeOf(photo: PhotoPaths, error: unknown): Outcome {
  let root = error;
  while (root instanceof FenceError && root.cause !== undefined) {
    if (root.code === "ECANCELED" && !(root.cause instanceof FenceError)) return { kind: "cancelled", photo };
    root = root.cause;
  }
  return { kind: "failed", photo, reason: causeText(root) };
}
