/**
 * What an isolated WebGPU device is inside: queues over a GPU in a child process, which is killed when a shader hangs; a standby
 * takes over. Processes, rings and queues hold it, and none of them the device, which only the program has (isolated-device.ts).
 *
 * States: those of a device (device-end.ts); it is lost when no process came back. Meanwhile its recovery is running, resetting or
 * gone (recovery-domain.ts).
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
import type { CloseOptions } from "../../../device.ts";
import type { Platform } from "../../../platform/platform.ts";
import { closeRings } from "../../../queue/closing.ts";
import { DeviceEnd } from "../../../queue/device-end.ts";
import type { DeviceEngine } from "../../../queue/device-end.ts";
import type { JobQueue } from "../../../queue/job-queue.ts";
import type { QueueOptions } from "../../../queue/queue-options.ts";
import { RecoveryDomain } from "../../../queue/recovery/recovery-domain.ts";
import { Ring } from "../../../queue/ring.ts";
import { GpuProcess } from "./gpu-process.ts";
import type { GpuProcessOwner } from "./gpu-process.ts";
import type { IsolatedParts } from "./isolated-device.ts";
import { IsolatedDriver } from "./isolated-driver.ts";
import { IsolatedError } from "./isolated-error.ts";
import type { IsolatedGpuJob } from "./isolated-job.ts";
import type { AdapterRecord, Outcome } from "./protocol.ts";
import { Restorables } from "./restorables.ts";
import { Standby } from "./standby.ts";

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

export class IsolatedEngine implements DeviceEngine {
  readonly name: string;
  readonly end: DeviceEnd;
  readonly recovery: RecoveryDomain;
  readonly restorables: Restorables;
  readonly standby: Standby;
  readonly #platform: Platform;
  readonly #ring: Ring<IsolatedGpuJob>;
  readonly #driver: IsolatedDriver;
  readonly #keepsStandby: boolean;
  readonly #owner: GpuProcessOwner;
  /** All that are not gone, whatever they are for. */
  readonly #processes = new Set<GpuProcess>();
  /** The one that is to be the present one. */
  #arriving: GpuProcess | undefined;
  #adapter: AdapterRecord = { vendor: "", architecture: "", device: "", description: "" };
  #loss: Error | undefined;
  #restarts = 0;
  #barren = 0;
  #presentSince = 0;
  /** Counts attempts to come back: only the last one counts. */
  #attempt = 0;

  constructor(parts: IsolatedParts) {
    const { name, platform, processes, options, slots } = parts;
    this.name = name;
    this.end = new DeviceEnd(name, this);
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
    this.standby = new Standby(
      () => this.#spawn(),
      (process) => {
        this.restorables.warmUp(process);
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
    const standby = (): GpuProcess | undefined => this.standby.ready;
    this.restorables = new Restorables({
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
    this.#driver = new IsolatedDriver(name, this.restorables);
    this.#ring = new Ring(this.#driver, { name, platform, slots, recovery: this.recovery });
  }

  get adapterInfo(): AdapterRecord {
    return this.#adapter;
  }

  get restarts(): number {
    return this.#restarts;
  }

  get loss(): Error | undefined {
    return this.#loss;
  }

  /** The present one first. */
  get pids(): readonly number[] {
    const present = this.#driver.process;
    return [...this.#processes]
      .sort((a, b) => Number(b === present) - Number(a === present))
      .flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
  }

  queue(name: string, options?: QueueOptions): JobQueue<IsolatedGpuJob> {
    this.end.checkOpen();
    return this.#ring.queue(name, options);
  }

  /** The process is killed. */
  lose(cause: string): void {
    if (this.#driver.process === undefined) return;
    this.#loss = new IsolatedError(this.name, "IsolatedError", cause);
    this.recovery.reset(this.#loss);
  }

  cancelQueued(cause: unknown): void {
    this.#ring.kill(cause);
  }

  /** Resolves when the first process has its GPU; rejects if it has none, and then is to be closed. */
  async open(): Promise<void> {
    const first = this.#spawn();
    try {
      await first.ready;
    } catch (error) {
      if (error instanceof SignalboxError) throw error;
      throw new SignalboxError("ENODEV", `[Device "${this.name}"] can't start its process`, { cause: error });
    }
    this.#install(first);
  }

  async letGo(options: CloseOptions): Promise<void> {
    const outcome = await closeRings(this.name, [this.#ring], this.#platform, options);
    const present = this.#driver.process;
    this.end.closed();
    this.#attempt++;
    this.recovery.giveUp();
    this.standby.stop();
    for (const process of this.#processes) {
      if (process === present && outcome === "drained") process.end();
      else process.kill();
    }
    if (!(await this.#allGone(END_GRACE))) {
      for (const process of this.#processes) process.kill();
      await this.#allGone(KILL_GRACE);
    }
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
    if (this.#keepsStandby) this.standby.startIn(STANDBY_DELAY);
  }

  // SIGNALLING: a signal to a process, and lists that are emptied.
  #dropPresent(): void {
    const present = this.#driver.process;
    this.#driver.process = undefined;
    present?.kill();
  }

  #beGone(): void {
    if (this.end.state === "closed") return;
    this.end.lost();
    this.#attempt++;
    this.standby.stop();
    this.#dropPresent();
    for (const process of this.#processes) process.kill();
  }

  #processDone(process: GpuProcess, outcomes: readonly Outcome[]): void {
    if (process === this.#driver.process) this.#driver.done(outcomes);
  }

  // The standby and the one that arrives are looked after by those who wait for them.
  #processLost(process: GpuProcess, cause: Error): void {
    this.standby.ended(process);
    if (process !== this.#driver.process || this.end.state === "closed") return;
    this.#loss = cause;
    const barren = !process.worked && this.#platform.now() - this.#presentSince < YOUNG;
    this.#barren = barren ? this.#barren + 1 : 0;
    if (this.#barren >= MAX_BARREN) this.recovery.giveUp(cause);
    else this.recovery.reset(cause);
  }

  async #comeBack(): Promise<void> {
    const attempt = ++this.#attempt;
    // What an attempt that failed has put in place.
    this.#dropPresent();
    this.#arriving?.kill();
    const next = this.standby.take();
    this.#arriving = next;
    try {
      await next.ready;
      await this.restorables.restore(next);
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
