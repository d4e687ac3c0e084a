/**
 * Devices that a program drops while their threads, their processes or their GPU are at work, with the collector at work: each is told
 * of by name, and its fences signal. They are the built package's, since threads and processes load that.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SignalboxError, Timeline, submit } from "signalbox";
import type { Device, DriverFence, Fence, Job } from "signalbox";
import { disableLockdep, enableLockdep } from "signalbox/lockdep";
import type { Lockdep } from "signalbox/lockdep";
import { openSim } from "signalbox/sim";
import { openIsolatedWebGpu, openWebGpu } from "signalbox/webgpu";
import { openWorkers } from "signalbox/workers";

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc") as () => void;

let lockdep: Lockdep;
beforeEach(() => {
  disableLockdep();
  lockdep = enableLockdep({ registrationBudget: Infinity });
});
afterEach(disableLockdep);

/** What is found when the collector has taken what it can: until there is a report, or something dropped since has been found. */
async function found(reports = 1): Promise<readonly string[]> {
  let left = Infinity;
  const canary = new FinalizationRegistry(() => (left = 20));
  (() => canary.register({}, undefined))();
  while (lockdep.reports.length < reports && left-- > 0) {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return lockdep.takeReports().map(({ rule, message }) => `${rule}: ${message}`);
}

/** A device of one kind, with a job for it that does next to nothing. */
interface Opened {
  readonly device: Device;
  readonly job: () => Job;
}

type Open = (name: string) => Promise<Opened>;

const basic = new URL("../../devices/workers/jobs/basic.mjs", import.meta.url);
const kernels = new URL("../../devices/webgpu/isolated/jobs/kernels.mjs", import.meta.url);

const kinds: Readonly<Record<string, Open>> = {
  simulated: (name) => {
    const device = openSim({ name });
    const queue = device.queue("q");
    return Promise.resolve({ device, job: () => queue.job({ duration: 5 }) });
  },
  workers: async (name) => {
    const device = await openWorkers({ name, lanes: 1, spares: 1, spin: 0.05 });
    const queue = device.queue("q");
    return { device, job: () => queue.job({ module: basic, export: "add", args: [1, 2] }) };
  },
  WebGPU: async (name) => {
    const device = await openWebGpu({ name, recover: true });
    const queue = device.queue("q");
    return { device, job: () => queue.job({ run: () => undefined }) };
  },
  "isolated WebGPU": async (name) => {
    const device = await openIsolatedWebGpu({ name });
    const queue = device.queue("q");
    return { device, job: () => queue.job({ module: kernels, export: "echo" }) };
  },
};

async function whyNone(open: Open): Promise<string | undefined> {
  try {
    await (await open("probe")).device.close();
    return undefined;
  } catch (error) {
    if (!(error instanceof SignalboxError) || error.code !== "ENODEV") throw error;
    return error.message;
  }
}

for (const [kind, open] of Object.entries(kinds)) {
  const none = await whyNone(open);
  if (none !== undefined) process.stderr.write(`SKIPPED, dropped devices, ${kind}: ${none}\n`);

  describe.skipIf(none !== undefined)(`a device that is dropped (${kind})`, () => {
    /** Submits a job behind a gate; of the device nothing is kept but what `keep` keeps. */
    async function drop<T>(name: string, keep: (opened: Opened, fence: Fence) => T): Promise<[DriverFence, T]> {
      const opened = await open(name);
      const gate = new Timeline("gate").fence();
      const [fence] = submit(opened.job().after(gate.fence));
      return [gate, keep(opened, fence)];
    }

    it("is told of by name, and its fences signal", async () => {
      const [gate, [fence]] = await drop("forgotten", (_, kept) => [kept] as const);
      expect(await found()).toEqual(['leak-device: [Device "forgotten"] was dropped and never closed']);
      expect(fence.signalled).toBe(false);
      gate.signal();
      await fence.wait();
      expect(fence.status).toBe(1);
    });

    it("is told of although the program has a queue of it, which goes on", async () => {
      const [gate, job] = await drop("forgotten", (opened) => opened.job);
      expect(await found()).toEqual(['leak-device: [Device "forgotten"] was dropped and never closed']);
      gate.signal();
      const [fence] = submit(job());
      await fence.wait();
      expect(fence.status).toBe(1);
    });

    it("is not told of while its close goes on, nor after it", async () => {
      const [gate, fence] = await drop("closing", ({ device }, kept) => {
        void device.close();
        return kept;
      });
      expect(await found()).toEqual([]);
      gate.signal();
      await fence.wait();
      expect(await found()).toEqual([]);
    });

    it("is not told of when it is held to be disposed of", async () => {
      const [gate, wait] = await drop("held", ({ device }, fence) => {
        return async () => {
          await using held = device;
          await fence.wait();
          return held.name;
        };
      });
      const ended = wait();
      expect(await found()).toEqual([]);
      gate.signal();
      expect(await ended).toBe("held");
      expect(await found()).toEqual([]);
    });
  });
}

it("a device that can't be opened has nothing to be closed", async () => {
  const open = openIsolatedWebGpu({ name: "never", requiredFeatures: ["no such feature" as GPUFeatureName] });
  await expect(open).rejects.toThrow(SignalboxError);
  expect(await found()).toEqual([]);
});
