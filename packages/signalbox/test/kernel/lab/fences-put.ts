/**
 * References: the library has none, since JavaScript collects what nobody can reach. The recordings drop theirs, and log
 * when that frees a plain fence; so a fence whose slot was emptied is looked for in what the other slots still reach.
 */
import { errno } from "../../../src/errors.ts";
import { FenceArray } from "../../../src/fence/array.ts";
import { FenceChain } from "../../../src/fence/chain.ts";
import type { Fence } from "../../../src/fence/fence.ts";
import type { Answer } from "../format.ts";
import type { LabState } from "./state.ts";

export class References {
  readonly #lab: LabState;

  constructor(lab: LabState) {
    this.#lab = lab;
  }

  /** Empties a slot. */
  put(slot: string): Answer {
    const fence = this.#lab.slots.get(slot);
    if (fence === undefined) return { ret: -1, errno: "ENOENT" };
    this.#lab.slots.delete(slot);
    const driver = this.#lab.drivers.get(fence);
    if (driver === undefined || this.#reaches(fence)) return { ret: 0 };
    // F17: whoever registered on a fence that is freed hears of it, with an error; here as if the issuer had failed it.
    if (fence.enabled && fence.state !== "signalled") driver.fail(errno.EDEADLK);
    this.#lab.note(`release ${this.#lab.nameOf(fence)}`);
    return { ret: 0 };
  }

  #reaches(wanted: Fence): boolean {
    const seen = new Set<Fence>(this.#lab.slots.values());
    // A set's iteration goes on to what is added meanwhile.
    for (const fence of seen) {
      if (fence instanceof FenceArray) for (const member of fence.fences) seen.add(member);
      if (!(fence instanceof FenceChain)) continue;
      seen.add(fence.contained);
      if (fence.previous !== null) seen.add(fence.previous);
    }
    return seen.has(wanted);
  }
}
