/**
 * The private fence: a promise that nobody has heard of yet.
 *
 * States: private -> publishing (a `publish` is open for it) -> published, or back to private where that came to nothing.
 *
 * Invariants: it has no seqno, no place on its timeline and no read side before its obligation is discharged (Q8), so that giving it
 * up costs nothing and needs no rollback. Only `publish` (signalling/obligation.ts) moves it.
 */
import { SignalboxError } from "../errors.ts";
import type { DriverFence } from "./driver-fence.ts";

/** What a private fence needs of its timeline. */
export interface PrivateIssuer {
  /** @internal */ readonly name: string;
  /** @internal Throws EINVAL if it makes no more fences. */ check(): void;
  /** @internal Makes the next fence; can't fail where `check` didn't. */ make(): DriverFence;
}

/** A fence that is made and not promised yet. Made by `timeline.privateFence()`, promised by `publish`. */
export class PrivateFence {
  readonly #issuer: PrivateIssuer;
  #state: "private" | "publishing" | "published" = "private";

  /** @internal Use `timeline.privateFence()`. */
  constructor(issuer: PrivateIssuer) {
    this.#issuer = issuer;
  }

  /** The name of the timeline that it will be on. */
  get timelineName(): string {
    return this.#issuer.name;
  }

  /** Whether it was published. */
  get published(): boolean {
    return this.#state === "published";
  }

  /** @internal Throws EINVAL unless it is private, and its timeline makes fences. */
  _begin(): void {
    if (this.#state !== "private") {
      const how = this.#state === "published" ? "was published already" : "is being published";
      throw new SignalboxError("EINVAL", `The private fence of "${this.timelineName}" ${how}`);
    }
    this.#issuer.check();
    this.#state = "publishing";
  }

  /** @internal It came to nothing: the fence is as it was. */
  _giveUp(): void {
    if (this.#state === "publishing") this.#state = "private";
  }

  /** @internal Throws EINVAL where `_arm` would. */
  _check(): void {
    this.#issuer.check();
  }

  /** @internal Gives it its seqno: from now on it must signal. */
  _arm(): DriverFence {
    const handle = this.#issuer.make();
    this.#state = "published";
    return handle;
  }
}
