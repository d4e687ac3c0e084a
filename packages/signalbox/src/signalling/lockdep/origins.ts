/**
 * Origins: where the obligations came from that were handed on. The section of whoever owed a fence before ended there, and the one
 * that owes it now goes on with it: a report from the second shows the place in the first, be that in another thread.
 *
 * Invariant: nothing here keeps a fence, or anything of the program, alive.
 */
import type { Fence } from "../../fence/fence.ts";
import { describe } from "../../fence/words.ts";
import type { HandedOn } from "../../hooks.ts";
import { KeptSites } from "./kept-sites.ts";
import type { OrderClass } from "./order-class.ts";
import { step } from "./report.ts";
import type { Step } from "./report.ts";
import { Site } from "./site.ts";

/** How many frames go to another thread with a handle. */
const FRAMES = 8;

interface Origin {
  readonly what: string;
  readonly site: Site | null;
}

export class Origins {
  readonly #sites = new KeptSites();
  readonly #here = new WeakMap<Fence, Origin>();
  readonly #elsewhere = new WeakMap<Fence, Step>();

  /** The obligation for a fence was handed on here, to a worker or a thread. */
  handedOn(fence: Fence, to: OrderClass): void {
    const what = `the obligation for fence ${describe(fence)} was handed on to ${to.toString()}`;
    this.#here.set(fence, { what, site: this.#sites.take() });
  }

  /** It is handed on to another thread: what goes there with the handle. */
  sent(to: string): HandedOn {
    return { to, stack: Site.here().frames.slice(0, FRAMES) };
  }

  /** It came from another thread, which may be of any version, or say anything. Answers what is shown of it. */
  received(fence: Fence, { to, stack }: Partial<HandedOn>): Step {
    const what = `the obligation for fence ${describe(fence)} was handed on to thread "${String(to)}", in the thread that sent it`;
    const origin = { what, stack: Array.isArray(stack) ? stack.map(String) : [] };
    this.#elsewhere.set(fence, origin);
    return origin;
  }

  signalled(fence: Fence): void {
    const origin = this.#here.get(fence);
    if (origin === undefined) return;
    this.#sites.drop(origin.site);
    this.#here.delete(fence);
  }

  /** How a fence came to be owed where it is owed now: one step for each time that it was handed on. */
  of(fence: Fence): readonly Step[] {
    const [elsewhere, here] = [this.#elsewhere.get(fence), this.#here.get(fence)];
    const steps = elsewhere === undefined ? [] : [elsewhere];
    return here === undefined ? steps : [...steps, step(here.what, here.site)];
  }
}
