/**
 * One call of an operation: its arguments, as the recordings write them, read as what they stand for.
 *
 * Arguments that are not listed are 0. A name that was never bound is descriptor -1 or handle 2^32 - 1.
 */
import type { Args } from "../format.ts";
import { Failure } from "./errno.ts";
import type { Drm } from "./devices.ts";
import type { OpenFile } from "./files.ts";
import type { World } from "./world.ts";

/** What an operation answers when it succeeds. */
export interface Result {
  /** 0 if left out. */
  readonly ret?: number;
  readonly out?: Readonly<Record<string, unknown>>;
  /** The descriptor, handle or id that it made, which the step's name is bound to. */
  readonly made?: number;
}

/** An operation. Throws `Failure`, or an error of the library's. */
export type Operation = (call: Call) => Result | Promise<Result>;

/** Operations by the name that the recordings give them. */
export type Operations = Readonly<Record<string, Operation>>;

/** Memory of the caller's that is no memory. */
type Pointer = "null" | "badptr";

export class Call {
  readonly world: World;
  readonly args: Args;
  /** The name of what it makes. */
  readonly as: string | undefined;
  /** Aborted when a signal interrupts whoever calls. */
  readonly interrupted: AbortSignal;

  constructor(world: World, args: Args, as: string | undefined, interrupted: AbortSignal) {
    this.world = world;
    this.args = args;
    this.as = as;
    this.interrupted = interrupted;
  }

  /** Whether an argument is there at all. */
  has(key: string): boolean {
    return this.args[key] !== undefined;
  }

  /** A number of up to 32 bits. */
  number(key: string, otherwise: number = 0): number {
    return Number(this.args[key] ?? otherwise);
  }

  /** A number of 32 bits, unsigned. */
  u32(key: string): number {
    return this.number(key) >>> 0;
  }

  /** A number of 64 bits, unsigned. */
  u64(key: string): bigint {
    return BigInt.asUintN(64, BigInt((this.args[key] as string | number | undefined) ?? 0));
  }

  /** A point, unless the caller used the older struct, which has none. */
  point(key: string): bigint {
    return this.number("old") === 1 ? 0n : this.u64(key);
  }

  /** A time in ns, signed. */
  ns(key: string): bigint {
    return BigInt.asIntN(64, this.u64(key));
  }

  text(key: string): string {
    const value = this.args[key];
    return typeof value === "string" || typeof value === "number" ? String(value) : "";
  }

  /** A descriptor. */
  fd(key: string): number {
    return this.#resolve(this.args[key] ?? 0, -1);
  }

  /** A handle, or the id of a fence. */
  handle(key: string): number {
    return this.#resolve(this.args[key] ?? 0, 0xffff_ffff);
  }

  /** The open file of a descriptor; EBADF if there is none. */
  file(key: string): OpenFile {
    const file = this.world.files.get(this.fd(key));
    if (file === undefined) throw new Failure("EBADF");
    return file;
  }

  /** The open file of a descriptor, if it is of that kind: other kinds know nothing of the operation. */
  fileOf<T extends OpenFile>(key: string, kind: abstract new (...args: never[]) => T): T {
    const file = this.file(key);
    if (!(file instanceof kind)) throw new Failure("ENOTTY");
    return file;
  }

  /** The DRM file, opened on first use. */
  device(otherwise: "S" | "V"): Drm {
    return this.world.devices.get(this.text("d") === "" ? otherwise : this.text("d"));
  }

  /** How many elements the lists have: as many as are given, unless the caller says otherwise. */
  get count(): number {
    const handles = this.args["hs"];
    return this.number("count", Array.isArray(handles) ? handles.length : 0);
  }

  /** The list of handles; EFAULT for a pointer to nothing. */
  handles(): readonly number[] {
    const list = this.args["hs"];
    if (!Array.isArray(list)) throw new Failure("EFAULT");
    return (list as readonly unknown[]).slice(0, this.count).map((value) => this.#resolve(value, 0xffff_ffff));
  }

  /** What is in the place of a list, if it is none. */
  pointer(key: string): Pointer | undefined {
    const value = this.args[key];
    return value === "null" || value === "badptr" ? value : undefined;
  }

  /** As many points as there are handles: zeros where no list is given; EFAULT for a bad pointer. */
  points(): readonly bigint[] {
    const list = this.args["ps"];
    if (this.pointer("ps") === "badptr") throw new Failure("EFAULT");
    const given = Array.isArray(list) ? (list as readonly (string | number)[]) : [];
    return Array.from({ length: this.count }, (_, index) => BigInt.asUintN(64, BigInt(given[index] ?? 0)));
  }

  #resolve(value: unknown, unbound: number): number {
    if (typeof value === "number") return value;
    return this.world.lookUp(String(value)) ?? unbound;
  }
}

/** Fails with EINVAL unless only these bits are set, of 32. */
export function checkFlags(flags: number, allowed: number): void {
  if ((flags & ~allowed) !== 0) throw new Failure("EINVAL");
}

/** Fails with EINVAL unless a field that must be 0 is. */
export function checkZero(call: Call, ...keys: readonly string[]): void {
  if (keys.some((key) => call.u64(key) !== 0n)) throw new Failure("EINVAL");
}
