/**
 * The darkroom: takes all photos through inspection, development and verification, and tells how each of them ended.
 *
 * Phases: inspect (sizes, from the headers) -> develop (every photo's graph of jobs, see photo-graph.ts) -> verify (each PNG
 * that was written is read back and compared with the reference; a JPEG was compared before it was encoded).
 *
 * Invariants
 *  R1  One photo's failure is its own: every photo has an outcome, whatever became of the others.
 *  R2  While photos are developed, no more than PHOTOS_IN_MEMORY are decoded and not yet written: the next one's decoding
 *      waits for a fence.
 */
import { submit } from "signalbox";
import type { Fence, Job } from "signalbox";
import type { OutputFormat } from "../files/encode.ts";
import type { PhotoPaths } from "../files/photos.ts";
import type { Size } from "../image/picture.ts";
import { planStrips } from "../image/strips.ts";
import type { Strip } from "../image/strips.ts";
import type { Verdict } from "../verify.ts";
import type { Developer } from "./developer.ts";
import type { Devices } from "./devices.ts";
import { Meter } from "./meter.ts";
import { judge, outcomeOf } from "./outcome.ts";
import type { Outcome } from "./outcome.ts";
import { submitPhoto } from "./photo-graph.ts";
import type { PhotoFences, PlannedPhoto, Stages } from "./photo-graph.ts";
import { THREAD_JOBS } from "./thread-module.ts";

const PHOTOS_IN_MEMORY = 2;

/** What a run tells while it goes on. */
export interface Listener {
  /** Photos are planned: so many strips, so many comparisons. */
  planned(strips: number, photos: number): void;
  /** A strip is over, done or not. */
  stripOver(): void;
  /** A photo is over, compared or not. */
  photoOver(): void;
}

/** What a run was. */
export interface Run {
  /** In the order of the photos. */
  readonly outcomes: readonly Outcome[];
  /** From the first decode to the last result written, in ms. */
  readonly wall: number;
  /** The most bytes of pictures and buffers at once. */
  readonly peakBytes: number;
  /** How long each strip took that was developed, from when its photo was decoded until its rows were back, in ms. */
  readonly strips: readonly number[];
}

/** Develops photos on devices that stay the caller's to close. Never rejects on account of a photo. */
export async function developAll(
  photos: readonly PhotoPaths[],
  format: OutputFormat,
  devices: Devices,
  listener: Listener,
): Promise<Run> {
  const outcomes = new Outcomes(devices);
  const planned = await planAll(photos, devices, outcomes);
  const strips = planned.flatMap((photo) => photo.strips);
  listener.planned(strips.length, planned.length);
  const meter = new Meter();
  await devices.developer.prepare(strips, meter);
  const times: number[] = [];
  const stripOver = (time: number | undefined): void => {
    if (time !== undefined) times.push(time);
    listener.stripOver();
  };
  const began = performance.now();
  const fences = submitAll(planned, { ...devices, format, meter, stripOver }, outcomes);
  await Promise.allSettled([...fences.values()].map(({ encoded }) => encoded.wait()));
  const wall = performance.now() - began;
  await verifyAll(fences, devices, listener, outcomes);
  return { outcomes: outcomes.of(photos), wall, peakBytes: meter.peak, strips: times };
}

/** The strips that a photo of that size is cut into. Throws DarkroomError "too-wide". */
export function stripsFor(developer: Developer, size: Size): Strip[] {
  return planStrips(size.width, size.height, developer.rowsFor(size));
}

async function planAll(photos: readonly PhotoPaths[], devices: Devices, outcomes: Outcomes): Promise<PlannedPhoto[]> {
  const jobs = photos.map((photo) => outcomes.try(photo, () => submitInspection(photo, devices)));
  await Promise.allSettled(jobs.flatMap((job) => (job === undefined ? [] : [job.wait()])));
  const plans = photos.map((photo, index) => {
    const job = jobs[index];
    if (job === undefined) return undefined;
    return outcomes.try(photo, () => ({
      ...photo,
      size: job.result,
      strips: stripsFor(devices.developer, job.result),
    }));
  });
  return plans.filter((plan) => plan !== undefined);
}

function submitInspection({ input }: PhotoPaths, devices: Devices): Job<Size> {
  const job = devices.inspect.job<Size>({
    label: `inspect ${input}`,
    module: THREAD_JOBS,
    export: "inspect",
    args: [input],
  });
  submit(job);
  return job;
}

function submitAll(
  photos: readonly PlannedPhoto[],
  stages: Stages,
  outcomes: Outcomes,
): ReadonlyMap<PlannedPhoto, PhotoFences> {
  const submitted = new Map<PlannedPhoto, PhotoFences>();
  const ends: Fence[] = [];
  for (const photo of photos) {
    const fences = outcomes.try(photo, () => submitPhoto(photo, stages, ends.at(-PHOTOS_IN_MEMORY)));
    if (fences === undefined) continue;
    submitted.set(photo, fences);
    ends.push(fences.encoded);
  }
  return submitted;
}

async function verifyAll(
  submitted: ReadonlyMap<PlannedPhoto, PhotoFences>,
  devices: Devices,
  listener: Listener,
  outcomes: Outcomes,
): Promise<void> {
  const verified = [...submitted].map(async ([photo, { encoded, verdict }]) => {
    const failure = encoded.failure();
    try {
      if (failure !== undefined) throw failure;
      const job = verdict ?? submitVerdict(photo, devices);
      await job.wait();
      outcomes.set(judge(photo, job.result));
    } catch (error) {
      outcomes.failed(photo, error, failure === undefined);
    }
    listener.photoOver();
  });
  await Promise.all(verified);
}

function submitVerdict({ input, output }: PhotoPaths, devices: Devices): Job<Verdict> {
  const job = devices.verify.job<Verdict>({
    label: `verify ${output}`,
    module: THREAD_JOBS,
    export: "verifyFiles",
    args: [{ input, output }],
  });
  submit(job);
  return job;
}

/** The outcomes of a run, one for each photo in the end. */
class Outcomes {
  readonly #devices: Devices;
  /** By the results' paths, of which no two are alike. */
  readonly #outcomes = new Map<string, Outcome>();

  constructor(devices: Devices) {
    this.#devices = devices;
  }

  /** Calls what may throw on account of a photo: then the photo has its outcome, and there is no answer. */
  try<T>(photo: PhotoPaths, body: () => T): T | undefined {
    try {
      return body();
    } catch (error) {
      this.failed(photo, error);
      return undefined;
    }
  }

  failed(photo: PhotoPaths, error: unknown, written = false): void {
    this.set(outcomeOf(photo, error, { interrupted: this.#devices.interrupted, written }));
  }

  set(outcome: Outcome): void {
    this.#outcomes.set(outcome.photo.output, outcome);
  }

  of(photos: readonly PhotoPaths[]): Outcome[] {
    return photos.map(({ output }) => this.#outcomes.get(output)!);
  }
}
