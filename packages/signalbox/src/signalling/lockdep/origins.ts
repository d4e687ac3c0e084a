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
  readonly #here = new WeakMap<Fence, Origin[]>();
  readonly #elsewhere = new WeakMap<Fence, Step>();
  /** By what carries the obligation on, the fence that it is for. */
  readonly #carried = new WeakMap<Fence, Fence>();

  /** The obligation for a fence was handed on here, to a worker or a thread. */
  handedOn(fence: Fence, to: OrderClass): void {
    const what = `the obligation for fence ${describe(fence)} was handed on to ${to.toString()}`;
    const origin = { what, site: this.#sites.take() };
    const before = this.#here.get(fence);
    if (before === undefined) this.#here.set(fence, [origin]);
    else before.push(origin);
  }

  /** It is handed on to another thread: what goes there with the handle. */
  sent(to: string): HandedOn {
    return { to, stack: Site.here().frames.slice(0, FRAMES) };
  }

  /** It came from another thread, which may be of any version, or say anything. Answers what is shown of it. */
  received(fence: Fence, from: unknown): Step {
    const { to, stack } = Object(from) as { readonly [K in keyof HandedOn]?: unknown };
    const name = typeof to === "string" ? `thread "${to}"` : "another thread";
    const frames = Array.isArray(stack) ? stack.filter((frame) => typeof frame === "string").slice(0, FRAMES) : [];
    const what = `the obligation for fence ${describe(fence)} was handed on to ${name}, in the thread that sent it`;
    const origin = { what, stack: frames };
    this.#elsewhere.set(fence, origin);
    return origin;
  }

  /** What signals a fence that was handed on is another one, such as the done fence of a job. */
  carried(fence: Fence, by: Fence): void {
    this.#carried.set(by, fence);
  }

  signalled(fence: Fence): void {
    for (const { site } of this.#here.get(fence) ?? []) this.#sites.drop(site);
    this.#here.delete(fence);
  }

  /** How a fence came to be owed where it is owed now: one step for each time that it was handed on. */
  of(owed: Fence): readonly Step[] {
    const fence = this.#carried.get(owed) ?? owed;
    const elsewhere = this.#elsewhere.get(fence);
    const here = (this.#here.get(fence) ?? []).map(({ what, site }) => step(what, site));
    return elsewhere === undefined ? here : [elsewhere, ...here];
  }
}
