/**
 * A GPU that is none: what a WebGPU device needs of one to open, run jobs that do nothing, and be lost when a test says so, to the turn.
 * For what no real one can be brought to on time.
 */
import type { OpenedGpu } from "../../../src/devices/webgpu/generation.ts";
import { WebGpuDevice } from "../../../src/devices/webgpu/webgpu-device.ts";
import { realPlatform } from "../../../src/platform/real.ts";
import type { RecoveryOptions } from "../../../src/queue/recovery/recovery-options.ts";

class Answer<T> {
  resolve!: (value: T) => void;
  readonly promise = new Promise<T>((resolve) => {
    this.resolve = resolve;
  });
}

/** One GPUDevice: its answers come when the test gives them, or at once. */
export class FakeGpu {
  readonly name: string;
  readonly opened: OpenedGpu;
  readonly #lost = new Answer<GPUDeviceLostInfo>();
  /** Holds back what `onSubmittedWorkDone` answers, until {@link workDone}. */
  readonly #held = new Answer<undefined>();
  destroyed = false;

  constructor(name: string, holds = false) {
    this.name = name;
    const device = {
      features: new Set(),
      lost: this.#lost.promise,
      destroy: () => {
        this.destroyed = true;
        this.lose("destroyed");
      },
      pushErrorScope: () => undefined,
      popErrorScope: () => Promise.resolve(null),
      queue: { submit: () => undefined, onSubmittedWorkDone: () => (holds ? this.#held.promise : Promise.resolve()) },
    };
    this.opened = {
      device: device as unknown as GPUDevice,
      adapterInfo: {} as GPUAdapterInfo,
      unpin: () => undefined,
    };
  }

  /** The GPU takes it: who waits for that is told in the next microtask. */
  lose(message: string): void {
    this.#lost.resolve({ reason: "unknown", message } as GPUDeviceLostInfo);
  }

  workDone(): void {
    this.#held.resolve(undefined);
  }
}

/** A device on fakes: the first, and those that are opened in its place, in their order. `holds` says which hold their answers back. */
export function openFake(
  recover?: RecoveryOptions,
  holds: (count: number) => boolean = () => false,
): { readonly gpu: WebGpuDevice; readonly fakes: readonly FakeGpu[] } {
  const fakes: FakeGpu[] = [];
  const open = (): OpenedGpu => {
    const fake = new FakeGpu(`fake ${fakes.length}`, holds(fakes.length));
    fakes.push(fake);
    return fake.opened;
  };
  const gpu = new WebGpuDevice({
    name: "fake",
    first: open(),
    reopen: () => Promise.resolve(open()),
    slots: 64,
    platform: realPlatform,
    recover,
  });
  return { gpu, fakes };
}
