/**
 * The sync file: an immutable snapshot of one fence, to pass on (SF1).
 *
 * It has no state but its fence's. Whatever happens to the object that the fence came from, the file stays as it is.
 */
import { checkPublished } from "../fence/container.ts";
import type { Fence } from "../fence/fence.ts";
import { leaves } from "../fence/unwrap.ts";
import { mergeFences } from "../fence/merge.ts";
import type { FenceSource } from "../fence/source.ts";
import type { WaitOptions } from "../fence/wait.ts";

/** What a sync file tells of one of its fences. */
export interface SyncFileFence {
  /** The name of what drives its timeline. */
  readonly driver: string;
  /** The name of its timeline. */
  readonly timeline: string;
  /** F10: 0 while unsignalled, 1 when signalled without an error, else the negative errno. */
  readonly status: number;
  /** When it signalled, in ms on its platform's clock; undefined before. */
  readonly timestamp: number | undefined;
}

/** What a sync file tells of itself. */
export interface SyncFileInfo {
  /** See `SyncFile.name`. */
  readonly name: string;
  /** SF3: 1 if all have signalled without an error, else what the first says that has not: 0, or its negative errno. */
  readonly status: number;
  /** The fences inside, containers taken apart (U1). */
  readonly fences: readonly SyncFileFence[];
}

/**
 * One fence under a name of its own.
 *
 * @example
 * ```ts
 * const both = SyncFile.of(left).merge(SyncFile.of(right), "both");
 * await both.wait({ timeout: 1_000 });
 * ```
 */
export class SyncFile implements FenceSource {
  /** The fence; always the same. */
  readonly fence: Fence;
  readonly #name: string;

  private constructor(fence: Fence, name: string) {
    this.fence = fence;
    this.#name = name;
  }

  /**
   * SF1: a file of this fence. Without a name, or with an empty one, it is named after the fence.
   * Throws EINVAL for a fence that was not submitted yet.
   */
  static of(fence: Fence, name: string = ""): SyncFile {
    checkPublished(fence);
    return new SyncFile(fence, name);
  }

  /** The name that it was given, else driver, timeline, its id and the fence's seqno: `sw_sync-frames12-3` (SF1). */
  get name(): string {
    if (this.#name !== "") return this.#name;
    const { driverName, timelineName, context, point } = this.fence;
    return `${driverName}-${timelineName}${context}-${point}`;
  }

  /** SF3: 0 while unsignalled, 1 when signalled without an error, else the negative errno, of the fence as a whole. */
  get status(): number {
    return this.fence.status;
  }

  /** SF2: a new file that signals when both have; both stay as they are. */
  merge(other: SyncFile, name: string = ""): SyncFile {
    return new SyncFile(mergeFences([this.fence, other.fence]), name);
  }

  /** SF3: what is inside, fence by fence. Not the same as `status`: that says nothing of errors before it has signalled. */
  info(): SyncFileInfo {
    const fences = Array.from(leaves(this.fence), describeFence);
    const notWell = fences.find(({ status }) => status <= 0);
    return { name: this.name, status: notWell?.status ?? 1, fences };
  }

  /** SF4: whether it has signalled; from the first poll on the issuer knows that somebody wants to know (F20). */
  poll(): boolean {
    return !this.fence.enableSignalling() || this.fence.signalled;
  }

  /** Waits for the fence: as `fence.wait(options)`. */
  wait(options?: WaitOptions): Promise<void> {
    return this.fence.wait(options);
  }

  /** SF5: hints that somebody wants the fence by `time`, in ms on the platform's clock (F28). */
  setDeadline(time: number): void {
    this.fence.setDeadline(time);
  }

  /** @internal FenceSource. */
  _fences(): readonly Fence[] {
    return [this.fence];
  }
}

function describeFence(fence: Fence): SyncFileFence {
  const { driverName: driver, timelineName: timeline, status } = fence;
  return { driver, timeline, status, timestamp: fence.timestamp };
}
