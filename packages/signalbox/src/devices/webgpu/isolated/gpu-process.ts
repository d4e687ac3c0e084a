/**
 * A child process with a GPU, from its start to its end, as the device sees it.
 *
 * States: starting -> ready (its GPU is open) -> ended; starting -> ended (there is no GPU for it, or it died).
 *
 * Invariants:
 * - After `kill()` its owner hears nothing of it; nor after it has told of a loss.
 * - This process is kept alive while it starts, makes things or has jobs, and while it is being ended; not else.
 * - Whoever waits for something of it hears of its end: as a rejection, with how it ended.
 */
import { SignalboxError } from "../../../errors.ts";
import type { ChildProcess, ProcessListener, Processes } from "../../../platform/processes.ts";
import { Completion } from "../../../work/completion.ts";
import type { WebGpuNodeOptions } from "../index.node.ts";
import { lossError } from "../webgpu-error.ts";
import { IsolatedError, causeOf } from "./isolated-error.ts";
import * as protocol from "./protocol.ts";
import type { AdapterRecord, CallRecord, FromChild, Outcome, ToChild } from "./protocol.ts";

/** Who has processes. */
export interface GpuProcessOwner {
  /** The device's name. */
  readonly name: string;
  readonly processes: Processes;
  /** What a process opens. */
  readonly options: WebGpuNodeOptions;
  /** Jobs are done. */
  processDone(process: GpuProcess, outcomes: readonly Outcome[]): void;
  /** It died, or its GPU was lost; nobody asked for it. */
  processLost(process: GpuProcess, cause: Error): void;
}

interface Waiter {
  resolve(): void;
  reject(error: unknown): void;
}

export class GpuProcess implements ProcessListener {
  /** Resolves when its GPU is open; rejects with SignalboxError if it has none, with IsolatedError if it ends instead. */
  readonly ready: Promise<void>;
  /** Whether it was ever given a job. */
  worked = false;
  readonly #owner: GpuProcessOwner;
  readonly #child: ChildProcess;
  readonly #gone = new Completion();
  readonly #making = new Map<number, Waiter>();
  /** What is made in it, or in the making. */
  readonly #things = new Map<number, Promise<void>>();
  #state: "starting" | "ready" | "ended" = "starting";
  #opening: Waiter | undefined;
  #silent = false;
  /** It was pinged, and has not answered. */
  #asked = false;
  /** Why this process is kept alive: starting is one reason, each thing in the making one, all jobs together one. */
  #holds = 1;
  #jobs = false;
  #adapter: AdapterRecord | undefined;

  constructor(owner: GpuProcessOwner) {
    this.#owner = owner;
    this.ready = new Promise((resolve, reject) => {
      this.#opening = { resolve, reject };
    });
    // Whoever doesn't wait for it has other ways to hear of its end.
    this.ready.catch(() => {});
    this.#child = owner.processes.spawn(`signalbox:${owner.name}`, this);
    this.#post([protocol.INIT, owner.options]);
  }

  get state(): "starting" | "ready" | "ended" {
    return this.#state;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** What its adapter says of itself, once it is ready. */
  get adapter(): AdapterRecord | undefined {
    return this.#adapter;
  }

  /** Has a thing made, unless it is. Rejects with what its function threw, or what the GPU found wrong with it. */
  make(id: number, record: () => CallRecord): Promise<void> {
    if (this.#state === "ended" || this.#silent) return Promise.reject(this.#ended("is gone"));
    let made = this.#things.get(id);
    if (made === undefined) {
      made = this.#make(id, record);
      this.#things.set(id, made);
      made.catch(() => this.#things.delete(id));
    }
    return made;
  }

  /** Hands jobs over. Throws if one of them can't be cloned, and then none was handed over. */
  run(jobs: readonly CallRecord[]): void {
    this.#post([protocol.RUN, jobs]);
    this.worked = true;
  }

  forget(thing: number): void {
    if (this.#things.delete(thing)) this.#post([protocol.FORGET, thing]);
  }

  /**
   * Asks whether its thread still turns. False if it has not answered since it was asked before: then a function of a job blocks it, and
   * nothing of what the GPU has done meanwhile is heard of.
   */
  turns(): boolean {
    if (this.#asked) return false;
    this.#asked = true;
    this.#post([protocol.PING]);
    return true;
  }

  /** Whether it has jobs, and so keeps this process alive. */
  busy(busy: boolean): void {
    if (busy === this.#jobs) return;
    this.#jobs = busy;
    this.#hold(busy ? 1 : -1);
  }

  /** Lets it end, which has nothing to do any more. */
  end(): void {
    if (this.#silent) return;
    this.#silent = true;
    this.#hold(1);
    this.#post([protocol.END]);
    this.#failAll(this.#ended("was ended"));
  }

  /** Ends it at once. */
  kill(): void {
    if (this.#state === "ended") return;
    this.#silent = true;
    this.#hold(1);
    this.#child.kill();
    this.#failAll(this.#ended("was ended"));
  }

  /** Resolves when it is gone. */
  gone(): Promise<void> {
    return this.#gone._wait();
  }

  message(data: unknown): void {
    if (this.#silent) return;
    const told = data as FromChild;
    switch (told[0]) {
      case protocol.READY:
        this.#becomeReady(told[1]);
        return;
      case protocol.REFUSED:
        this.#failAll(new SignalboxError(told[1], told[2]));
        return;
      case protocol.MADE:
        this.#takeMaking(told[1])?.resolve();
        return;
      case protocol.UNMADE:
        this.#takeMaking(told[1])?.reject(causeOf(told[2], this.#owner.name));
        return;
      case protocol.DONE:
        this.#owner.processDone(this, told[1]);
        return;
      case protocol.PONG:
        this.#asked = false;
        return;
      case protocol.LOST:
        this.#lost(lossError(this.#owner.name, { reason: told[1], message: told[2] } as GPUDeviceLostInfo));
        return;
    }
  }

  exited(how: string): void {
    this.#state = "ended";
    this.#lost(this.#ended(how));
    this.#gone.completeAll();
  }

  async #make(id: number, record: () => CallRecord): Promise<void> {
    this.#post([protocol.MAKE, [record()]]);
    this.#hold(1);
    await new Promise<void>((resolve, reject) => {
      this.#making.set(id, { resolve, reject });
    });
  }

  #becomeReady(adapter: AdapterRecord): void {
    if (this.#state !== "starting") return;
    this.#state = "ready";
    this.#adapter = adapter;
    this.#opening?.resolve();
    this.#opening = undefined;
    this.#hold(-1);
  }

  #lost(cause: Error): void {
    if (this.#silent) return;
    this.#silent = true;
    this.#failAll(cause);
    this.#owner.processLost(this, cause);
  }

  #failAll(error: Error): void {
    this.#opening?.reject(error);
    this.#opening = undefined;
    for (const id of [...this.#making.keys()]) this.#takeMaking(id)?.reject(error);
  }

  #takeMaking(id: number): Waiter | undefined {
    const waiter = this.#making.get(id);
    if (this.#making.delete(id)) this.#hold(-1);
    return waiter;
  }

  #ended(how: string): IsolatedError {
    return new IsolatedError(
      this.#owner.name,
      "IsolatedError",
      `The process of device "${this.#owner.name}" (${this.#child.pid ?? "none"}) ${how}`,
    );
  }

  #hold(change: 1 | -1): void {
    this.#holds += change;
    if (this.#holds === 0) this.#child.letGo();
    else if (this.#holds === 1 && change === 1) this.#child.hold();
  }

  #post(message: ToChild): void {
    this.#child.post(message);
  }
}
