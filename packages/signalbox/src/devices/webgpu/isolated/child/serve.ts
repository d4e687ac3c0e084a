/**
 * What a process of an isolated device does: opens a GPU, and serves its parent until it is ended.
 *
 * States: waiting for `INIT` -> opening -> serving -> lost (it says so, and nothing more) or ending.
 */
import { SignalboxError } from "../../../../errors.ts";
import type { ParentProcess } from "../../../../platform/processes.ts";
import type { Platform } from "../../../../platform/platform.ts";
import type { WebGpuNodeOptions } from "../../index.node.ts";
import type { WebGpuDevice } from "../../webgpu-device.ts";
import * as protocol from "../protocol.ts";
import type { FromChild, ToChild } from "../protocol.ts";
import { ChildFunctions } from "./functions.ts";
import { ChildJobs } from "./jobs.ts";
import { ChildThings } from "./things.ts";

type Open = (options: WebGpuNodeOptions) => Promise<WebGpuDevice>;

/** Serves the parent. */
export function serve(parent: ParentProcess, platform: Platform, open: Open): void {
  let server: Server | undefined;
  const begin = async (options: WebGpuNodeOptions): Promise<void> => {
    try {
      // A job that was handed over starts at once: how many may be is for the parent to say.
      server = new Server(parent, platform, await open({ ...options, slots: Infinity }));
    } catch (error) {
      const code = error instanceof SignalboxError ? error.code : "ENODEV";
      parent.post([protocol.REFUSED, code, error instanceof Error ? error.message : String(error)] satisfies FromChild);
    }
  };
  parent.listen((data) => {
    const told = data as ToChild;
    if (told[0] === protocol.INIT) void begin(told[1]);
    else if (server === undefined) parent.end();
    else server.hear(told);
  });
}

class Server {
  readonly #parent: ParentProcess;
  readonly #gpu: WebGpuDevice;
  readonly #jobs: ChildJobs;
  readonly #things: ChildThings;

  constructor(parent: ParentProcess, platform: Platform, gpu: WebGpuDevice) {
    this.#parent = parent;
    this.#gpu = gpu;
    gpu._completeApart();
    const functions = new ChildFunctions();
    this.#things = new ChildThings(parent, gpu, functions);
    this.#jobs = new ChildJobs(parent, platform, gpu, functions, this.#things);
    void gpu.device.lost.then(({ reason, message }) => {
      parent.post([protocol.LOST, reason, message] satisfies FromChild);
    });
    const { vendor, architecture, device, description } = gpu.adapterInfo;
    parent.post([protocol.READY, { vendor, architecture, device, description }] satisfies FromChild);
    parent.watch();
  }

  hear(told: ToChild): void {
    switch (told[0]) {
      case protocol.MAKE:
        for (const thing of told[1]) this.#things.make(thing);
        return;
      case protocol.RUN:
        this.#jobs.run(told[1]);
        return;
      case protocol.FORGET:
        this.#jobs.forget(told[1]);
        return;
      case protocol.PING:
        this.#parent.post([protocol.PONG] satisfies FromChild);
        return;
      case protocol.END:
        void this.#gpu.close().then(() => {
          this.#parent.end();
        });
        return;
      case protocol.INIT:
        return;
    }
  }
}
