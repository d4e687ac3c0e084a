/**
 * The firmware of a simulated device: what it is asked for it answers when the run chooses, late, or never.
 *
 * States of a request: open -> answered, or never: a run may be over with one that is open, and who asked must not depend on it.
 * A lane of its own; the answers come in any order.
 */
import { SignalboxError } from "../../../errors.ts";
import { CORE } from "../explore/footprint.ts";
import type { FaultSite } from "../explore/scenario.ts";
import type { Lane } from "../explore/lane.ts";

interface Request {
  readonly what: string;
  readonly refusal: FaultSite;
  resolve: () => void;
  reject: (reason: unknown) => void;
}

/** What a firmware needs of the run. */
export interface FirmwareWatcher {
  choose(what: string, count: number): number;
  fault(site: FaultSite): boolean;
}

export class Firmware implements Lane {
  readonly name: string;
  readonly touches: number = CORE;
  readonly optional = true;
  readonly #watcher: FirmwareWatcher;
  readonly #open: Request[] = [];

  constructor(name: string, watcher: FirmwareWatcher) {
    this.name = name;
    this.#watcher = watcher;
  }

  /**
   * Asks it for something. What comes back is like a promise, but settles within the lane's step, so that no turn of the real event
   * loop is needed; it may be listened to once, by two functions.
   */
  ask(what: string, refusal: FaultSite): Promise<void> {
    const nothing = (): void => {};
    const request: Request = { what, refusal, resolve: nothing, reject: nothing };
    this.#open.push(request);
    const answer: Pick<PromiseLike<void>, "then"> = {
      then(resolved, rejected) {
        request.resolve = () => void resolved?.();
        request.reject = (reason) => void rejected?.(reason);
        return answer as never;
      },
    };
    return answer as Promise<void>;
  }

  enabled(): boolean {
    return this.#open.length > 0;
  }

  describe(): string {
    return `answers: ${this.#open.map(({ what }) => what).join(", or ")}`;
  }

  take(): void {
    const place = this.#open.length === 1 ? 0 : this.#watcher.choose("which answer", this.#open.length);
    const [request] = this.#open.splice(place, 1) as [Request];
    if (this.#watcher.fault(request.refusal)) request.reject(new Refused(request.what));
    else request.resolve();
  }
}

/** The firmware doesn't do what it was asked for. */
export class Refused extends SignalboxError {
  constructor(what: string) {
    super("EIO", `The simulated firmware refuses: ${what}`);
  }
}
