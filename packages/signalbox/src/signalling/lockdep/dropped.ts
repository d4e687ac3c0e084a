/**
 * What was opened, and dropped before it came to its end: found when the collector takes it. (Of jobs that were never submitted:
 * dropped-jobs.ts.)
 *
 * - A queue with jobs that have not ended: nobody is left who could say that they are done. (Whoever holds the fence of one of them holds
 *   the queue, its ring and its driver: then it isn't dropped, and a timeout ends it. Who only waits, and is held by nothing else, goes
 *   with it.)
 * - A device that was not closed, of whatever kind: what the program holds of it is held by nobody else (device-end.ts). What it runs
 *   on goes on without it, and so do its fences.
 *
 * Invariant: nothing here keeps what it watches alive.
 */
import type { Opened } from "../../hooks.ts";
import { KeptSites } from "./kept-sites.ts";
import type { Site } from "./site.ts";

/** What was found. */
export interface Dropped {
  readonly what: Opened;
  readonly name: string;
  /** How many of its jobs had not ended; 0 for a device. */
  readonly unended: number;
  readonly site: Site | null;
}

interface Notes {
  readonly what: Opened;
  readonly name: string;
  readonly unended: (() => number) | null;
  readonly site: Site | null;
}

export class DroppedThings {
  readonly #tell: (dropped: Dropped) => void;
  readonly #sites = new KeptSites();
  readonly #open = new WeakMap<object, Notes>();
  readonly #gone = new FinalizationRegistry<Notes>((notes) => this._collected(notes));
  #over = false;

  constructor(tell: (dropped: Dropped) => void) {
    this.#tell = tell;
  }

  /** Tells of nothing any more. */
  end(): void {
    this.#over = true;
  }

  opened(what: Opened, subject: object, name: string, unended: (() => number) | null): void {
    const notes: Notes = { what, name, unended, site: this.#sites.take() };
    this.#open.set(subject, notes);
    this.#gone.register(subject, notes, notes);
  }

  closed(subject: object): void {
    const notes = this.#open.get(subject);
    if (notes === undefined) return;
    this.#sites.drop(notes.site);
    this.#open.delete(subject);
    this.#gone.unregister(notes);
  }

  /** @internal For tests: what the collector would be given. */
  _collected({ what, name, unended, site }: Notes): void {
    const left = unended?.() ?? 0;
    this.#sites.drop(site);
    if (!this.#over && (what === "device" || left > 0)) this.#tell({ what, name, unended: left, site });
  }
}
