/**
 * The world of one sequence: its clock, its names, its files and devices. Nothing of it is seen by another sequence.
 */
import { setImmediate } from "node:timers/promises";
import { SimPlatform } from "../../../src/platform/simulated.ts";
import { Failure } from "./errno.ts";
import { Devices } from "./devices.ts";
import { FileTable } from "./files.ts";
import { delayIrqWork, runIrqWork } from "./irq-work.ts";

/** How long the machine has been up when a sequence begins, in ms: whatever counts as past must be past. */
const UPTIME = 1_000_000;

/** How the answers tell of timestamps: that there is one ("+"), or which of them are the same ("T0", "T1"). */
export type TimestampStyle = "some" | "distinct";

export class World {
  readonly platform: SimPlatform = new SimPlatform({ auto: false });
  readonly files: FileTable = new FileTable();
  readonly devices: Devices = new Devices(this.platform);
  readonly #names = new Map<string, number>();
  readonly #contexts = new Map<number, string>();
  readonly #timestamps = new Map<number, string>();
  readonly #style: TimestampStyle;

  constructor(style: TimestampStyle) {
    this.#style = style;
    this.platform.run(UPTIME);
  }

  /** The time now, in ns. */
  get now(): bigint {
    return nsOf(this.platform.now());
  }

  /** Binds a name to a raw number: a descriptor, a handle, or the id of a fence. */
  bind(name: string, value: number): void {
    this.#names.set(name, value);
  }

  unbind(name: string): void {
    this.#names.delete(name);
  }

  /** What a name is bound to; undefined if its step failed. */
  lookUp(name: string): number | undefined {
    return this.#names.get(name);
  }

  /** A context as the recordings have it, by first appearance. */
  contextName(context: number): string {
    return numbered(this.#contexts, context, (n) => `<C${n}>`);
  }

  timestamp(time: number | undefined): string {
    if (time === undefined) return "0";
    return this.#style === "some" ? "+" : numbered(this.#timestamps, time, (n) => `T${n}`);
  }

  /** Lets time pass: every timer that is due fires, and whoever waits for it goes on. */
  async sleep(ms: number): Promise<void> {
    runIrqWork();
    this.platform.run(this.platform.now() + ms);
    await this.quiet();
    delayIrqWork();
  }

  /** Lets everybody go on who is not blocked. */
  async quiet(): Promise<void> {
    await setImmediate();
  }

  /** Waits for an answer, and lets as much time pass as it takes. */
  async settle<T>(promise: Promise<T>): Promise<T> {
    if (await this.#settlesNow(promise)) return promise;
    runIrqWork();
    while (!(await this.#settlesNow(promise))) {
      if (!this.platform.step()) throw new Error("It blocks, and nothing is left that would ever wake it up");
    }
    delayIrqWork();
    return promise;
  }

  // Whether it is settled when everybody has gone on who is not blocked.
  #settlesNow(promise: Promise<unknown>): Promise<boolean> {
    const settled = (): boolean => true;
    return Promise.race([promise.then(settled, settled), this.quiet().then(() => false)]);
  }

  /**
   * Blocks until something has changed, or for so many ms; true if it has. Fails with EINTR when interrupted.
   * `changed` is given a signal that ends what it does when nobody waits any more.
   */
  async block(changed: (signal: AbortSignal) => Promise<void>, ms: number, interrupted: AbortSignal): Promise<boolean> {
    const over = new AbortController();
    let timer: unknown;
    const late = new Promise<boolean>((resolve) => {
      timer = this.platform.setTimer(() => resolve(false), ms);
    });
    const killed = new Promise<never>((_resolve, reject) => {
      interrupted.addEventListener("abort", () => reject(new Failure("EINTR")), { once: true, signal: over.signal });
    });
    try {
      return await Promise.race([changed(over.signal).then(() => true), late, killed]);
    } finally {
      over.abort();
      this.platform.clearTimer(timer as object);
    }
  }
}

/** A time of the kernel's in the library's unit. */
export function msOf(ns: bigint): number {
  return Number(ns) / 1e6;
}

/** And back. */
export function nsOf(ms: number): bigint {
  return BigInt(Math.round(ms * 1e6));
}

function numbered<K>(names: Map<K, string>, key: K, name: (n: number) => string): string {
  let found = names.get(key);
  if (found === undefined) {
    found = name(names.size);
    names.set(key, found);
  }
  return found;
}
