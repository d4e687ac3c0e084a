/**
 * Descriptors and open files: what a descriptor stands for, shared by its duplicates, and let go with the last of them.
 */
import type { SoftwareTimeline } from "../../../src/sync/software-timeline.ts";
import type { SyncFile } from "../../../src/sync/sync-file.ts";
import type { SyncObject } from "../../../src/sync/sync-object.ts";

/** What poll asks for and answers. */
export type PollEvent = "in" | "out";

/** What a descriptor stands for. A file that doesn't say otherwise is always ready. */
export abstract class OpenFile {
  /** How many descriptors there are. */
  descriptors = 0;

  /** What is ready of all that can be asked for; looking may leave a callback somewhere. */
  poll(_wanted: ReadonlySet<PollEvent>): readonly PollEvent[] {
    return ["in", "out"];
  }

  /** Resolves when `poll` may have something else to say. */
  changed(_signal: AbortSignal): Promise<void> {
    return new Promise(() => {});
  }

  /** The last descriptor was closed. */
  release(): void {
    // Most have nothing to let go.
  }
}

/** A sync object, to be passed to another device file. */
export class SyncObjectFile extends OpenFile {
  readonly object: SyncObject;

  constructor(object: SyncObject) {
    super();
    this.object = object;
  }
}

/** A sync_file. */
export class FenceFile extends OpenFile {
  readonly file: SyncFile;

  constructor(file: SyncFile) {
    super();
    this.file = file;
  }

  override poll(): readonly PollEvent[] {
    return this.file.poll() ? ["in"] : [];
  }

  override changed(signal: AbortSignal): Promise<void> {
    const ended = (): void => {};
    return this.file.wait({ signal }).then(ended, ended);
  }
}

/** A timeline of sw_sync: closing it ends it. */
export class TimelineFile extends OpenFile {
  readonly timeline: SoftwareTimeline;

  constructor(timeline: SoftwareTimeline) {
    super();
    this.timeline = timeline;
  }

  override release(): void {
    this.timeline.close();
  }
}

/** An eventfd: a counter. */
export class EventFile extends OpenFile {
  #count = 0;

  /** Counts one. */
  signal(): void {
    this.#count++;
  }

  /** What was counted since the last time. */
  take(): number {
    const count = this.#count;
    this.#count = 0;
    return count;
  }

  override poll(): readonly PollEvent[] {
    return this.#count > 0 ? ["in", "out"] : ["out"];
  }
}

/** The descriptors of the process. */
export class FileTable {
  readonly #files = new Map<number, OpenFile>();

  /** Gives a file one more descriptor: the lowest that is free, after those that every process has. */
  open(file: OpenFile): number {
    let fd = 3;
    while (this.#files.has(fd)) fd++;
    this.#files.set(fd, file);
    file.descriptors++;
    return fd;
  }

  get(fd: number): OpenFile | undefined {
    return this.#files.get(fd);
  }

  /** False if there is no such descriptor. */
  close(fd: number): boolean {
    const file = this.#files.get(fd);
    if (file === undefined) return false;
    this.#files.delete(fd);
    if (--file.descriptors === 0) file.release();
    return true;
  }
}
