/**
 * Who listens to the discipline of signalling beside the validator: passes everything on to it, if it is on, for a judge to listen in.
 * It overrides what it cares for, and passes that on first.
 */
import { hooks } from "../../../hooks.ts";
import type { HandedOn, LockdepHooks } from "../../../hooks.ts";

type Told<Step extends keyof LockdepHooks> = Parameters<LockdepHooks[Step]>;

export class PassingLockdep implements LockdepHooks {
  readonly #next: LockdepHooks | null = hooks.lockdep;

  entered(...told: Told<"entered">): void {
    this.#next?.entered(...told);
  }

  left(...told: Told<"left">): void {
    this.#next?.left(...told);
  }

  answeredPromise(...told: Told<"answeredPromise">): void {
    this.#next?.answeredPromise(...told);
  }

  threw(...told: Told<"threw">): void {
    this.#next?.threw(...told);
  }

  waits(...told: Told<"waits">): void {
    this.#next?.waits(...told);
  }

  waitsFor(...told: Told<"waitsFor">): void {
    this.#next?.waitsFor(...told);
  }

  blocks(...told: Told<"blocks">): void {
    this.#next?.blocks(...told);
  }

  jobMade(...told: Told<"jobMade">): void {
    this.#next?.jobMade(...told);
  }

  submits(...told: Told<"submits">): void {
    this.#next?.submits(...told);
  }

  arms(...told: Told<"arms">): void {
    this.#next?.arms(...told);
  }

  refused(...told: Told<"refused">): void {
    this.#next?.refused(...told);
  }

  leftArmed(...told: Told<"leftArmed">): void {
    this.#next?.leftArmed(...told);
  }

  made(...told: Told<"made">): void {
    this.#next?.made(...told);
  }

  signalled(...told: Told<"signalled">): void {
    this.#next?.signalled(...told);
  }

  signalledByHandle(...told: Told<"signalledByHandle">): void {
    this.#next?.signalledByHandle(...told);
  }

  swept(...told: Told<"swept">): void {
    this.#next?.swept(...told);
  }

  dependsOn(...told: Told<"dependsOn">): void {
    this.#next?.dependsOn(...told);
  }

  registered(...told: Told<"registered">): void {
    this.#next?.registered(...told);
  }

  unregistered(...told: Told<"unregistered">): void {
    this.#next?.unregistered(...told);
  }

  opened(...told: Told<"opened">): void {
    this.#next?.opened(...told);
  }

  closed(...told: Told<"closed">): void {
    this.#next?.closed(...told);
  }

  ticketDrawn(...told: Told<"ticketDrawn">): void {
    this.#next?.ticketDrawn(...told);
  }

  ticketLeft(...told: Told<"ticketLeft">): void {
    this.#next?.ticketLeft(...told);
  }

  ticketOver(...told: Told<"ticketOver">): void {
    this.#next?.ticketOver(...told);
  }

  transferred(...told: Told<"transferred">): void {
    this.#next?.transferred(...told);
  }

  sends(to: string): HandedOn {
    return this.#next?.sends(to) ?? { to, stack: [] };
  }

  received(...told: Told<"received">): void {
    this.#next?.received(...told);
  }

  promised(...told: Told<"promised">): void {
    this.#next?.promised(...told);
  }

  wrongProof(...told: Told<"wrongProof">): void {
    this.#next?.wrongProof(...told);
  }
}
