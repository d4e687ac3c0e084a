/**
 * An isolated WebGPU device: queues over a GPU in a child process, which is killed when a shader hangs; a standby takes over.
 *
 * States: open -> closing -> closed; open or closing -> lost (no process came back) -> closed. Meanwhile its recovery is running,
 * resetting or gone (recovery-domain.ts).
 *
 * A process: starting as standby or by itself -> arriving (things are made again in it) -> present (jobs run there) -> killed.
 *
 * Invariants:
 * - Jobs go to the present process only; of one that was killed nothing is heard any more.
 * - However the device ends, every fence of its queues signals (promises 1 and 12), and no process is left when it is closed.
 * - Only the present attempt to come back may put its process in place; that of an earlier one is killed.
 * - Who dies by itself, having done nothing, again and again, is not restarted for ever.
 */
import { SignalboxError } from "../../../errors.ts";
import type { CloseOptions, Device, DeviceState } from "../../../device.ts";
import { hooks } from "../../../hooks.ts";
import type { Platform } from "../../../platform/platform.ts";
import type { Processes } from "../../../platform/processes.ts";
import { checkCloseOptions, closeRings } from "../../../queue/closing.ts";
import type { JobQueue } from "../../../queue/job-queue.ts";
import type { QueueOptions } from "../../../queue/queue-options.ts";
import { RecoveryDomain } from "../../../queue/recovery/recovery-domain.ts";
import type { RecoveryOptions } from "../../../queue/recovery/recovery-options.ts";
import { Ring } from "../../../queue/ring.ts";
import type { WebGpuNodeOptions } from "../index.node.ts";
import { GpuProcess } from "./gpu-process.ts";
import type { GpuProcessOwner } from "./gpu-process.ts";
import { IsolatedDriver } from "./isolated-driver.ts";
import { IsolatedError } from "./isolated-error.ts";
import type { IsolatedGpuJob, RestorableCall } from "./isolated-job.ts";
import type { IsolatedRestorable } from "./isolated-restorable.ts";
import type { AdapterRecord, Outcome } from "./protocol.ts";
import { Restorables } from "./restorables.ts";
import { Standby } from "./standby.ts";
import type { StandbyState } from "./standby.ts";

/** How long after the device is open, or back, a standby is started, in ms: the jobs that waited go first. */
const STANDBY_DELAY = 20;
/** How many processes in a row may die young without ever having had a job, until the device is given up. */
const MAX_BARREN = 3;
/** What counts as young, in ms. */
const YOUNG = 10_000;
/** How long `close` waits for processes that were asked to end, in ms; then it kills them. */
const END_GRACE = 1_000;
/** How long it waits for those that it killed, in ms: one inside a call of its driver ends when that returns. */
const KILL_GRACE = 5_000;

/** @internal What a device is made of. */
export interface IsolatedParts {
  readonly name: string;
  readonly platform: Platform;
  readonly processes: Processes;
  readonly options: WebGpuNodeOptions;
  readonly slots: number;
  readonly standby: boolean;
  readonly recover: RecoveryOptions;
}

/**
 * A GPU in a process of its own, with queues that have fences, credits, timeouts and errors. Made by `openIsolatedWebGpu()`.
 *
 * @example
 * ```ts
 * const gpu = await openIsolatedWebGpu();
 * const module = new URL("./kernels.js", import.meta.url);
 * const image = await gpu.restorable({ module, export: "upload", args: () => [pixels] });
 * const queue = gpu.queue("compute", { timeout: 2_000 });
 * const [blurred] = submit(queue.job({ module, export: "blur", resources: { image }, idempotent: true }));
 * await blurred.wait();
 * ```
 */
export class IsolatedWebGpuDevice implements Device<IsolatedGpuJob> {
  /** The device's name, in fences, traces and errors. */
  readonly name: string;
  /** Its way back from resets: its state, how many there were, and `settled()`. */
  readonly recovery: RecoveryDomain;
  readonly #platform: Platform;
  readonly #ring: Ring<IsolatedGpuJob>;
  readonly #driver: IsolatedDriver;
  readonly #restorables: Restorables;
  readonly #standby: Standby;
  readonly #keepsStandby: boolean;
  readonly #owner: GpuProcessOwner;
  /** All that are not gone, whatever they are for. */
  readonly #processes = new Set<GpuProcess>();
  /** The one that is to be the present one. */
  #arriving: GpuProcess | undefined;
  #state: DeviceState = "open";
  #adapter: AdapterRecord = { vendor: "", architecture: "", device: "", description: "" };
  #loss: Error | undefined;
  #closing: Promise<void> | undefined;
  #restarts = 0;
  #barren = 0;
  #presentSince = 0;
  /** Counts attempts to come back: only the last one counts. */
  #attempt = 0;

  /** @internal Use `openIsolatedWebGpu()`. */
  constructor(parts: IsolatedParts) {
    const { name, platform, processes, options, slots } = parts;
    this.name = name;
    if (hooks.lockdep !== null) hooks.lockdep.opened("device", this, name, null);
    this.#platform = platform;
    this.#keepsStandby = parts.standby;
    this.#owner = {
      name,
      processes,
      options,
      processDone: (process, outcomes) => {
        this.#processDone(process, outcomes);
      },
      processLost: (process, cause) => {
        this.#processLost(process, cause);
      },
    };
    this.#standby = new Standby(
      () => this.#spawn(),
      (process) => {
        this.#restorables.warmUp(process);
      },
      platform,
    );
    this.recovery = new RecoveryDomain(
      name,
      {
        stop: () => {
          this.#dropPresent();
        },
        restart: () => this.#comeBack(),
        gone: () => {
          this.#beGone();
        },
      },
      { platform, ...parts.recover },
    );
    const present = (): GpuProcess | undefined => this.#driver.process;
    const standby = (): GpuProcess | undefined => this.#standby.ready;
    this.#restorables = new Restorables({
      settledProcess: async () => {
        // A reset may begin before the one who waits has its turn.
        do await this.recovery.settled();
        while (this.recovery.state === "resetting");
        return present();
      },
      get process() {
        return present();
      },
      get standby() {
        return standby();
      },
    });
    this.#driver = new IsolatedDriver(name, this.#restorables);
    this.#ring = new Ring(this.#driver, { name, platform, slots, recovery: this.recovery });
  }

  /** Where the device is on its way from open to closed. */
  get state(): DeviceState {
    return this.#state;
  }

  /** What the adapter says of itself. */
  get adapterInfo(): AdapterRecord {
    return this.#adapter;
  }

  /** How many times another process has taken over. */
  get restarts(): number {
    return this.#restarts;
  }

  /** What took the last process that was not killed on a job's account: how it died, or that its GPU was lost. */
  get loss(): Error | undefined {
    return this.#loss;
  }

  /** Whether a process is ready to take over. Without one a reset takes as long as opening the device. */
  get standby(): StandbyState {
    return this.#standby.state;
  }

  /** The numbers of its processes, the present one first: for people who look at lists of processes. */
  get pids(): readonly number[] {
    const present = this.#driver.process;
    return [...this.#processes]
      .sort((a, b) => Number(b === present) - Number(a === present))
      .flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
  }

  /**
   * Opens a queue on the device. Throws `SignalboxError` ENODEV unless the device is open, RangeError or EINVAL for options
   * that make no sense.
   *
   * @example `const compute = gpu.queue("compute", { jobs: 16, timeout: 2_000, banAfter: 3 })`
   */
  queue(name: string, options?: QueueOptions): JobQueue<IsolatedGpuJob> {
    if (this.#state !== "open")
      throw new SignalboxError("ENODEV", `[Device "${this.name}"] is ${this.#state} and takes no queue`);
    return this.#ring.queue(name, options);
  }

  /**
   * Makes something on the GPU that jobs can name: now, and again in each process that takes over, in the order in which they
   * were made first, before any job runs there. The function is called with an {@link IsolatedContext}; what it answers, or what
   * a promise that it answers resolves to, stays in the process. `args` as a function is asked each time: give it what the thing
   * is to hold then.
   *
   * Rejects with what the function threw, what the GPU found wrong, EINVAL for a call that can't be made, ENODEV for a device
   * that is gone. What a later making throws is a failed attempt to come back.
   *
   * @example
   * ```ts
   * const image = await gpu.restorable({ module, export: "upload", args: () => [pixels] });
   * // kernels.js: export function upload({ device, queue }, pixels) { const buffer = device.createBuffer(...); ...; return buffer; }
   * ```
   */
  restorable(call: RestorableCall): Promise<IsolatedRestorable> {
    return this.#restorables.add(call);
  }

  /** @internal For tests of what a program does then: the process is killed. */
  _lose(cause: string): void {
    if (this.#driver.process === undefined) return;
    this.#loss = new IsolatedError(this.name, "IsolatedError", cause);
    this.recovery.reset(this.#loss);
  }

  /** Takes no more jobs and cancels what is queued and not started, with ECANCELED and this cause; what runs comes to its end. */
  kill(cause?: unknown): void {
    if (this.#state === "open") this.#state = "closing";
    this.#ring.kill(cause);
  }

  /**
   * Takes no more jobs, lets what was pushed run, then ends the processes; every fence has signalled when it resolves, and no
   * process is left. Never rejects; a second call answers the same promise.
   *
   * After `timeout` ms (for ever if left out) what is left ends with ETIME, and the process is killed, whatever its GPU is doing.
   */
  close(options: CloseOptions = {}): Promise<void> {
    checkCloseOptions(options);
    return (this.#closing ??= this.#close(options));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** @internal Resolves when the first process has its GPU; if it has none, ends it and rejects. */
  async _open(): Promise<void> {
    const first = this.#spawn();
    try {
      await first.ready;
    } catch (error) {
      await this.close({ timeout: 0 });
      if (error instanceof SignalboxError) throw error;
      throw new SignalboxError("ENODEV", `[Device "${this.name}"] can't start its process`, { cause: error });
    }
    this.#install(first);
  }

  async #close(options: CloseOptions): Promise<void> {
    if (this.#state === "open") this.#state = "closing";
    const outcome = await closeRings(this.name, [this.#ring], this.#platform, options);
    const present = this.#driver.process;
    this.#state = "closed";
    this.#attempt++;
    this.recovery.giveUp();
    this.#standby.stop();
    for (const process of this.#processes) {
      if (process === present && outcome === "drained") process.end();
      else process.kill();
    }
    if (!(await this.#allGone(END_GRACE))) {
      for (const process of this.#processes) process.kill();
      await this.#allGone(KILL_GRACE);
    }
    if (hooks.lockdep !== null) hooks.lockdep.closed(this);
  }

  // Whether that is so in time.
  #allGone(timeout: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = this.#platform.setTimer(() => {
        resolve(false);
      }, timeout);
      void Promise.all([...this.#processes].map((process) => process.gone())).then(() => {
        this.#platform.clearTimer(timer);
        resolve(true);
      });
    });
  }

  #spawn(): GpuProcess {
    const process = new GpuProcess(this.#owner);
    this.#processes.add(process);
    void process.gone().then(() => this.#processes.delete(process));
    return process;
  }

  #install(process: GpuProcess): void {
    this.#driver.process = process;
    this.#presentSince = this.#platform.now();
    this.#adapter = process.adapter ?? this.#adapter;
    if (this.#keepsStandby) this.#standby.startIn(STANDBY_DELAY);
  }

  // SIGNALLING: a signal to a process, and lists that are emptied.
  #dropPresent(): void {
    const present = this.#driver.process;
    this.#driver.process = undefined;
    present?.kill();
  }

  #beGone(): void {
    if (this.#state !== "closed") this.#state = "lost";
    else return;
    this.#attempt++;
    this.#standby.stop();
    this.#dropPresent();
    for (const process of this.#processes) process.kill();
  }

  #processDone(process: GpuProcess, outcomes: readonly Outcome[]): void {
    if (process === this.#driver.process) this.#driver.done(outcomes);
  }

  // The standby and the one that arrives are looked after by those who wait for them.
  #processLost(process: GpuProcess, cause: Error): void {
    this.#standby.ended(process);
    if (process !== this.#driver.process || this.#state === "closed") return;
    this.#loss = cause;
    const barren = !process.worked && this.#platform.now() - this.#presentSince < YOUNG;
    this.#barren = barren ? this.#barren + 1 : 0;
    if (this.#barren >= MAX_BARREN) this.recovery.giveUp(cause);
    else this.recovery.reset(cause);
  }

  async #comeBack(): Promise<void> {
    const attempt = ++this.#attempt;
    this.#arriving?.kill();
    const next = this.#standby.take();
    this.#arriving = next;
    try {
      await next.ready;
      await this.#restorables.restore(next);
      if (next.state !== "ready")
        throw new IsolatedError(this.name, "IsolatedError", "The process that took over died");
      if (attempt !== this.#attempt) throw new SignalboxError("ECANCELED", "Another attempt was made");
    } catch (error) {
      next.kill();
      throw error;
    }
    this.#arriving = undefined;
    this.#restarts++;
    this.#install(next);
  }
}
