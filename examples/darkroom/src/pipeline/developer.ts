/**
 * A developer: what turns the strips of decoded photos into developed rows, by jobs on queues of its own.
 *
 * There are two, a GPU and threads, and the rest of the pipeline doesn't know which: it gets jobs, submits them, and depends
 * on their fences.
 */
import type { Job } from "signalbox";
import type { Picture, Size } from "../image/picture.ts";
import type { Strip } from "../image/strips.ts";
import type { Meter } from "./meter.ts";

/** The jobs of one strip. */
export interface StripJobs {
  /** In the order in which they are to be submitted, behind the job that decodes the photo. */
  readonly jobs: readonly Job[];
  /** The last of them: when it is done, `collect` can be called. */
  readonly done: Job;
  /** Puts the developed rows into their place, if they are not there already. */
  readonly collect: (picture: Picture) => void;
}

/** What is asked of it. States: made -> prepared (once, with all strips of the run) -> closed with its device. */
export interface Developer {
  /** What it runs on, for people. */
  readonly description: string;
  /** Rows of a strip of such a picture that fit its device and its credits. Throws DarkroomError "too-wide" where none do. */
  rowsFor(size: Size): number;
  /**
   * Takes the memory that these strips need. The meter counts it from here on, and what strips take besides while they are
   * under way. Rejects with DarkroomError "device-memory" where the device doesn't have it.
   */
  prepare(strips: readonly Strip[], meter: Meter): Promise<void>;
  /**
   * Makes the jobs of one strip, which the caller submits at once: later strips may depend on them. `target` is called
   * when the rows are there to be put somewhere.
   */
  develop(strip: Strip, decoded: Job<Picture>, target: () => Picture): StripJobs;
}

/** What a run gives a developer to work within. */
export interface DeveloperLimits {
  /** Bytes in flight in each of its queues, and in its buffers. */
  readonly credits: number;
  /** The most output rows of a strip. */
  readonly stripRows: number;
}
