/**
 * Sites that are kept for as long as something lasts: an unsignalled fence, a registration on it, an edge between fences.
 *
 * States of a site: as it was taken -> text, in a later turn -> dropped; most are dropped before they become text, which is the
 * dear part. As text they keep nothing alive but themselves: what a leak is found by must not hold what is leaked.
 *
 * Invariants: no more than `SITES` at once: beyond that something is made in heaps, and a note of each place would take more than
 * the heap.
 */
import { realPlatform } from "../../platform/real.ts";
import { Site } from "./site.ts";

const SITES = 10_000;

/** How many become text in one turn: with source maps, each may take a good part of a millisecond. */
const AT_ONCE = 50;

export class KeptSites {
  /** As they were taken. */
  readonly #raw = new Set<Site>();
  #count = 0;
  #coming = false;

  /** Where the caller's program is now; null if too many are kept. To be dropped once. */
  take(depth?: number): Site | null {
    if (this.#count >= SITES) return null;
    this.#count++;
    const site = Site.here(depth);
    this.#raw.add(site);
    this.#comeBack();
    return site;
  }

  /** It is not needed any more. */
  drop(site: Site | null): void {
    if (site === null) return;
    this.#count--;
    this.#raw.delete(site);
  }

  #comeBack(): void {
    if (this.#coming) return;
    this.#coming = true;
    realPlatform.macrotask(() => {
      this.#coming = false;
      let left = AT_ONCE;
      for (const site of this.#raw) {
        if (left-- === 0) break;
        this.#raw.delete(site.kept());
      }
      if (this.#raw.size > 0) this.#comeBack();
    });
  }
}
