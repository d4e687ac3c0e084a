/**
 * What the adapters of the kernel's in-kernel operations (`k.*`) share: slots, contexts, and the log of a step's events.
 *
 * In the recordings the kernel's deferred work (irq_work) runs at the next tick, when the operation is over. So a step holds
 * containers back while it runs, and what then happens is marked `@irq`.
 */
import { holdContainers, releaseContainers } from "../../../src/fence/delivery.ts";
import type { DriverFence } from "../../../src/fence/driver-fence.ts";
import type { Fence } from "../../../src/fence/fence.ts";
import { FenceArray } from "../../../src/fence/array.ts";
import { ForeignTimeline } from "../../../src/fence/foreign-timeline.ts";
import type { SeqnoBits } from "../../../src/fence/timeline-core.ts";
import { SimPlatform } from "../../../src/platform/simulated.ts";
import type { Answer } from "../format.ts";

const CONTEXTS = 12;

/** How the recordings name a fence that a step found or made: by its slot, or by what it is. */
export type Named = string | { readonly array: readonly string[] } | { readonly chain: string } | null;

export class LabState {
  readonly platform = new SimPlatform({ auto: false });
  /** The fence in each slot that is in use. */
  readonly slots = new Map<string, Fence>();
  /** The write side of the plain fences. */
  readonly drivers = new Map<Fence, DriverFence>();
  /** For each context, its timeline as the kernel compares seqnos of 32 and of 64 bits. In order: merges sort by them. */
  readonly #timelines: readonly Record<SeqnoBits, ForeignTimeline>[];
  readonly #names = new Map<Fence, string>();
  #log: string[] = [];
  #irq = false;

  constructor() {
    this.#timelines = Array.from({ length: CONTEXTS }, (_, c) => ({
      32: new ForeignTimeline(`c${c}`, { platform: this.platform, bits: 32 }),
      64: new ForeignTimeline(`c${c}`, { platform: this.platform, bits: 64 }),
    }));
  }

  timeline(c: number, bits: SeqnoBits = 32): ForeignTimeline {
    const timelines = this.#timelines[c];
    if (timelines === undefined) throw new RangeError(`There are ${CONTEXTS} contexts (got ${c})`);
    return timelines[bits];
  }

  /** Which of the contexts a fence is of; undefined for one that was made on the way. */
  contextOf(fence: Fence): number | undefined {
    const index = this.#timelines.findIndex(
      (timelines) => timelines[32].context === fence.context || timelines[64].context === fence.context,
    );
    return index < 0 ? undefined : index;
  }

  /** Puts a fence into a slot. It keeps the name of the first slot that it was in. */
  bind(slot: string, fence: Fence): void {
    this.slots.set(slot, fence);
    if (!this.#names.has(fence)) this.#names.set(fence, slot);
  }

  nameOf(fence: Fence): string {
    return this.#names.get(fence) ?? fence.kind;
  }

  named(fence: Fence | null): Named {
    if (fence === null) return null;
    const name = this.#names.get(fence);
    if (name !== undefined) return name;
    if (fence instanceof FenceArray) return { array: fence.fences.map((member) => this.nameOf(member)) };
    return fence.kind === "chain" ? { chain: String(fence.point) } : fence.kind;
  }

  /** Something happened: an event of the present step. */
  note(event: string): void {
    this.#log.push(this.#irq ? `${event}@irq` : event);
  }

  /** Runs a step; its answer has the events, if there were any. */
  perform(body: () => Answer): Answer {
    this.#log = [];
    holdContainers();
    let answer: Answer;
    try {
      answer = body();
    } finally {
      this.tick();
    }
    return this.#log.length === 0 ? answer : { ...answer, out: { ...answer.out, log: this.#log } };
  }

  /** The kernel's deferred work runs. */
  tick(): void {
    this.#irq = true;
    releaseContainers();
    this.#irq = false;
  }
}
