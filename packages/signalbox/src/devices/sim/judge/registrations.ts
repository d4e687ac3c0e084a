/** Watched registrations: promise 10. One that was cancelled with `true` never runs; with `false`, it has run. */
import { insideDelivery } from "../../../fence/delivery.ts";
import type { Fence } from "../../../fence/fence.ts";
import { Registration } from "../../../fence/registration.ts";
import type { Notes } from "./verdict.ts";

/** A registration that somebody watches. Made by `world.register`. */
export class WatchedRegistration {
  /** @internal */ _runs = 0;
  /** @internal What `cancel` answered; true as well for one that came too late. */ _cancelled: boolean | undefined;
  readonly #notes: Notes;
  readonly #name: string;
  readonly #fence: Fence;
  readonly #registration: Registration;

  /** @internal */
  constructor(notes: Notes, name: string, fence: Fence, then: () => void) {
    this.#notes = notes;
    this.#name = name;
    this.#fence = fence;
    this.#registration = Registration.post({
      postMessage: () => {
        this.#acts();
        then();
      },
    });
    // As `register` does it, without the validator's look for who called it, which takes longer than the rest of a step.
    if (!fence._register(this.#registration)) this._cancelled = true;
  }

  /** Takes it back; answers as the registration does. */
  cancel(): boolean {
    const answer = this.#registration.cancel();
    if (this._cancelled !== undefined) {
      if (answer) this.#notes.broken(10, `${this.#name} is cancelled twice`);
      return answer;
    }
    this._cancelled = answer;
    this.#notes.tell?.(`${this.#name} is ${answer ? "taken back" : "too late to be taken back"}`);
    if (answer ? this._runs !== 0 : this._runs !== 1)
      this.#notes.broken(10, `${this.#name} answers ${answer} to its cancelling, and has run ${this._runs} times`);
    return answer;
  }

  /** @internal When nothing is left to happen. */
  _checkEnd(): void {
    const expected = this.#fence.state === "signalled" && this._cancelled !== true ? 1 : 0;
    if (this._runs !== expected) this.#notes.broken(10, `${this.#name} has run ${this._runs} times`);
  }

  #acts(): void {
    this._runs++;
    this.#notes.tell?.(`${this.#name} acts`);
    if (this._runs > 1) this.#notes.broken(10, `${this.#name} runs ${this._runs} times`);
    if (this._cancelled === true) this.#notes.broken(10, `${this.#name} runs, and was taken back`);
    if (this.#fence.state !== "signalled") this.#notes.broken(10, `${this.#name} runs before its fence signals`);
    if (!insideDelivery()) this.#notes.broken(6, `${this.#name} runs outside a delivery`);
  }
}
