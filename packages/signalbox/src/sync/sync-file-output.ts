/**
 * The output of a job as a sync file: the file is there once the job's submission has published (SY11, B1).
 *
 * States: empty -> published, once. A submission that is rolled back leaves it empty, for another.
 */
import { SignalboxError } from "../errors.ts";
import type { Fence } from "../fence/fence.ts";
import type { FenceSink, PreparedSink } from "../fence/sink.ts";
import { SyncFile } from "./sync-file.ts";

/**
 * Takes one job's done fence, as a sync file.
 *
 * @example
 * ```ts
 * const out = new SyncFileOutput("frame 7");
 * submit(queue.job({ signals: [out], ... }));
 * await out.file.wait();
 * ```
 */
export class SyncFileOutput implements FenceSink {
  readonly #name: string;
  #file: SyncFile | null = null;
  #prepared = false;

  /** `name` is the file's; without one it is named after the fence. */
  constructor(name: string = "") {
    this.#name = name;
  }

  /** The file. Throws EINVAL until a submission has published. */
  get file(): SyncFile {
    if (this.#file === null)
      throw new SignalboxError(
        "EINVAL",
        `[SyncFileOutput "${this.#name}"] has no file yet: no job that signals it was submitted`,
      );
    return this.#file;
  }

  /** @internal FenceSink. Throws EINVAL if it is another job's, since a sync file is one fence for ever. */
  _prepare(): PreparedSink {
    if (this.#prepared)
      throw new SignalboxError("EINVAL", `[SyncFileOutput "${this.#name}"] takes one job's fence, and has one`);
    this.#prepared = true;
    return {
      _publish: (fence: Fence) => {
        this.#file = SyncFile.of(fence, this.#name);
      },
      _drop: () => {
        this.#prepared = false;
      },
    };
  }
}
