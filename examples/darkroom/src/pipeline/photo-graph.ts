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
 *  G3  When a photo's last job is over, nothing keeps the decoded picture, its rows or the developed one: what is handed out
 *      refers to jobs whose results are small.
 */
import { submit } from "signalbox";
import type { Fence, Job, JobQueue } from "signalbox";
import type { WorkerJob } from "signalbox/workers";
import type { OutputFormat } from "../files/encode.ts";
import type { PhotoPaths } from "../files/photos.ts";
import { createPicture, pictureBytes } from "../image/picture.ts";
import type { Picture, Size } from "../image/picture.ts";
import type { Strip } from "../image/strips.ts";
import type { Verdict } from "../verify.ts";
import type { Developer, StripJobs } from "./developer.ts";
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
  /** Called for each strip that is over: how long after its photo was decoded, in ms; undefined if it failed. */
  stripOver(time: number | undefined): void;
}

/** The fences of a photo that was submitted. */
export interface PhotoFences {
  /** The result is written. */
  readonly encoded: Fence;
  /** For JPEG, whose file can't be compared: what the comparison before encoding found. */
  readonly verdict: Job<Verdict> | undefined;
}

/** Makes the jobs of one photo and submits them, all or none. */
export function submitPhoto(photo: PlannedPhoto, stages: Stages, begin: Fence | undefined): PhotoFences {
  const decoded = stages.decode.job<Picture>({
    label: `decode ${photo.input}`,
    module: THREAD_JOBS,
    export: "decode",
    args: [photo.input],
    ...(begin === undefined ? {} : { after: begin }),
  });
  let developed: Picture | undefined;
  const target = (): Picture => (developed ??= createPicture(photo.size.width, photo.size.height));
  const strips = photo.strips.map((strip) => stages.developer.develop(strip, decoded, target));
  const done = strips.map((strip) => strip.done);
  const jobs = strips.flatMap((strip) => strip.jobs);
  const collect = collector(strips, target);
  const verdict = stages.format === "jpeg" ? makeVerdict(stages.verify, photo, done, collect) : undefined;
  const encoded = stages.encode.job<number>({
    label: `encode ${photo.output}`,
    module: THREAD_JOBS,
    export: "encode",
    after: verdict ?? done,
    args: () => [{ path: photo.output, format: stages.format, ...collect() }],
    transfer: ([picture]) => [(picture as Picture).data.buffer as ArrayBuffer],
  });
  submit(decoded, ...jobs, ...(verdict === undefined ? [] : [verdict]), encoded);
  for (const strip of done) watchStrip(strip, decoded, stages);
  meterPhoto(photo, decoded, encoded, stages.meter);
  return { encoded, verdict };
}

/** Puts a photo's rows together when it is first called, and lets go of the strips. */
function collector(strips: readonly StripJobs[], target: () => Picture): () => Picture {
  const left = [...strips];
  return () => {
    const picture = target();
    for (let strip = left.shift(); strip !== undefined; strip = left.shift()) strip.collect(picture);
    return picture;
  };
}

/** The comparison of a developed picture that will not be written as it is. */
function makeVerdict(
  queue: JobQueue<WorkerJob>,
  { input }: PhotoPaths,
  after: readonly Fence[],
  developed: () => Picture,
): Job<Verdict> {
  return queue.job<Verdict>({
    label: `verify ${input}`,
    module: THREAD_JOBS,
    export: "verifyDeveloped",
    after,
    args: () => [{ path: input, developed: developed() }],
  });
}

function watchStrip(done: Fence, decoded: Fence, stages: Stages): void {
  const tell = (): void => {
    const [from, to] = [decoded.timestamp, done.timestamp];
    stages.stripOver(done.error === 0 && from !== undefined && to !== undefined ? to - from : undefined);
  };
  done.wait().then(tell, tell);
}

/** Counts the photo and its result: from when it is decoded until the result is written or given up. */
function meterPhoto({ size }: PlannedPhoto, decoded: Fence, encoded: Fence, meter: Meter): void {
  const held = 2 * pictureBytes(size);
  const add = (): void => {
    meter.add(held);
    const remove = (): void => meter.remove(held);
    encoded.wait().then(remove, remove);
  };
  decoded.wait().then(add, () => undefined);
}
