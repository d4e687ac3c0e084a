/**
 * One photo's whole way as a graph of jobs, submitted at once: decode -> strips -> encode.
 *
 * Nothing here waits: worker queues and the developer's queues depend on one another through fences alone.
 *
 * ```
 * decode --> upload --> develop --> readback --.
 *        '-> upload --> develop --> readback ---> (verify, for JPEG) --> encode
 *        '-> ...                               '
 * ```
 *
 * Invariants
 *  G1  `begin` (the end of an earlier photo) bounds how many photos are in memory; whatever became of that photo, this one goes on.
 *  G2  A photo that fails takes its own jobs along and nobody else's.
 */
import { submit } from "signalbox";
import type { Fence, Job, JobQueue } from "signalbox";
import type { WorkerJob } from "signalbox/workers";
import type { OutputFormat } from "../files/encode.ts";
import type { PhotoPaths } from "../files/photos.ts";
import { createPicture } from "../image/picture.ts";
import type { Picture, Size } from "../image/picture.ts";
import type { Strip } from "../image/strips.ts";
import type { Verdict } from "../verify.ts";
import type { Developer } from "./developer.ts";
import { pictureBytes } from "./gpu-developer.ts";
import type { Meter } from "./meter.ts";
import { THREAD_JOBS } from "./thread-module.ts";

/** A photo that can be developed: where it is, how large it is, how it is cut. */
export interface PlannedPhoto extends PhotoPaths {
  readonly size: Size;
  readonly strips: readonly Strip[];
}

/** What the graph is built on. */
export interface Stages {
  readonly developer: Developer;
  readonly decode: JobQueue<WorkerJob>;
  readonly encode: JobQueue<WorkerJob>;
  readonly verify: JobQueue<WorkerJob>;
  readonly format: OutputFormat;
  readonly meter: Meter;
}

/** The fences of a photo that was submitted. */
export interface PhotoFences {
  /** One for each strip. */
  readonly strips: readonly Fence[];
  /** The result is written. */
  readonly encoded: Fence;
  /** For JPEG, whose file can't be compared: what the comparison before encoding found. */
  readonly verdict: Job<Verdict> | undefined;
}

/** Makes the jobs of one photo and submits them, all or none. */
export function submitPhoto(photo: PlannedPhoto, stages: Stages, begin: Fence | undefined): PhotoFences {
  const { developer, meter } = stages;
  const decoded = stages.decode.job<Picture>({
    label: `decode ${photo.input}`,
    module: THREAD_JOBS,
    export: "decode",
    args: [photo.input],
    ...(begin === undefined ? {} : { after: begin }),
  });
  let developed: Picture | undefined;
  const target = (): Picture => (developed ??= createPicture(photo.size.width, photo.size.height));
  const strips = photo.strips.map((strip) => developer.develop(strip, decoded, target));
  const collect = (): Picture => {
    const picture = target();
    for (const strip of strips) strip.collect(picture);
    return picture;
  };
  const done = strips.map((strip) => strip.done);
  const verdict = stages.format === "jpeg" ? makeVerdict(stages.verify, photo, done, collect) : undefined;
  const encoded = stages.encode.job<number>({
    label: `encode ${photo.output}`,
    module: THREAD_JOBS,
    export: "encode",
    after: verdict ?? done,
    args: () => [{ path: photo.output, format: stages.format, ...(verdict === undefined ? collect() : target()) }],
    transfer: ([picture]) => [(picture as Picture).data.buffer as ArrayBuffer],
  });
  submit(decoded, ...strips.flatMap((strip) => strip.jobs), ...(verdict === undefined ? [] : [verdict]), encoded);
  // The photo and its result: from when it is decoded until the result is written or given up.
  const held = 2 * pictureBytes(photo.size);
  void decoded.wait().then(
    () => {
      meter.add(held);
      const release = (): void => meter.remove(held);
      encoded.wait().then(release, release);
    },
    () => undefined,
  );
  return { strips: done, encoded, verdict };
}

function makeVerdict(
  queue: JobQueue<WorkerJob>,
  photo: PlannedPhoto,
  after: readonly Fence[],
  collect: () => Picture,
): Job<Verdict> {
  return queue.job<Verdict>({
    label: `verify ${photo.input}`,
    module: THREAD_JOBS,
    export: "verifyDeveloped",
    after,
    args: () => [{ path: photo.input, developed: collect() }],
  });
}
