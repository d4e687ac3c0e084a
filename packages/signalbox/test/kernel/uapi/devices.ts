/**
 * Device files: what a DRM file can do, and its tables of handles. `S` and `S2` can do everything with sync objects, `B`
 * knows no timelines, and `V` (vgem) has buffers instead.
 */
import type { DriverFence } from "../../../src/fence/driver-fence.ts";
import { ForeignTimeline } from "../../../src/fence/foreign-timeline.ts";
import type { Platform, Timer } from "../../../src/platform/platform.ts";
import type { SyncObject } from "../../../src/sync/sync-object.ts";
import type { BufferFile } from "./buffer.ts";
import { Failure } from "./errno.ts";

/** After this many ms vgem signals a fence itself. */
const VGEM_PATIENCE = 10_000;

/** Handles: the lowest number that is free, from 1. */
export class HandleTable<T> {
  readonly #objects = new Map<number, T>();

  add(object: T): number {
    let handle = 1;
    while (this.#objects.has(handle)) handle++;
    this.#objects.set(handle, object);
    return handle;
  }

  /** The object; fails with ENOENT, or the errno that this operation has for that. */
  get(handle: number, errno: string = "ENOENT"): T {
    const object = this.#objects.get(handle);
    if (object === undefined) throw new Failure(errno);
    return object;
  }

  /** False if there is no such handle. */
  remove(handle: number): boolean {
    return this.#objects.delete(handle);
  }
}

/** A fence of vgem's, and the timer that ends it. */
interface VgemFence {
  readonly driver: DriverFence;
  readonly timer: Timer;
}

/** The fences that a vgem file has attached, by ids that are never used again. */
export class VgemFences {
  readonly #platform: Platform;
  /** Null once it was signalled by hand. */
  readonly #fences: (VgemFence | null)[] = [];

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  /** A fence on a context of its own, which signals by itself in the end. */
  make(): VgemFence {
    const driver = new ForeignTimeline("unbound", { driver: "vgem", platform: this.#platform }).fence(1);
    const timer = this.#platform.setTimer(() => driver.signal(), VGEM_PATIENCE);
    return { driver, timer };
  }

  add(fence: VgemFence): number {
    return this.#fences.push(fence);
  }

  /** Signals by id: ENOENT for one that there isn't or that was signalled so before, ETIMEDOUT if it had signalled itself. */
  signal(id: number): void {
    const fence = this.#fences[id - 1] ?? null;
    if (fence === null) throw new Failure("ENOENT");
    this.#fences[id - 1] = null;
    if (!this.drop(fence)) throw new Failure("ETIMEDOUT");
  }

  /** Signals a fence; false if it had signalled before. */
  drop({ driver, timer }: VgemFence): boolean {
    this.#platform.clearTimer(timer);
    return driver.signal();
  }

  /** Signals what is left. */
  release(): void {
    for (const fence of this.#fences.splice(0)) if (fence !== null) this.drop(fence);
  }
}

/** An open device file. */
export class Drm {
  /** Whether it knows sync objects at all, and points on them. */
  readonly syncObjects: boolean;
  readonly timelines: boolean;
  readonly objects = new HandleTable<SyncObject>();
  readonly buffers = new HandleTable<BufferFile>();
  readonly fences: VgemFences;

  constructor(kind: string, platform: Platform) {
    this.syncObjects = kind !== "V";
    this.timelines = this.syncObjects && kind !== "B";
    this.fences = new VgemFences(platform);
  }

  /** Fails with EOPNOTSUPP, which comes before every other check. */
  needSyncObjects(): void {
    if (!this.syncObjects) throw new Failure("EOPNOTSUPP");
  }

  needTimelines(): void {
    if (!this.timelines) throw new Failure("EOPNOTSUPP");
  }
}

/** The device files of the process, by name. */
export class Devices {
  readonly #platform: Platform;
  readonly #open = new Map<string, Drm>();

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  /** The file of that name; opened if it isn't, as what its name says. */
  get(name: string): Drm {
    return this.#open.get(name) ?? this.open(name, name === "S2" ? "S" : name);
  }

  open(name: string, kind: string): Drm {
    const device = new Drm(kind, this.#platform);
    this.#open.set(name, device);
    return device;
  }

  /** False if no such file is open. */
  close(name: string): boolean {
    this.#open.get(name)?.fences.release();
    return this.#open.delete(name);
  }
}
