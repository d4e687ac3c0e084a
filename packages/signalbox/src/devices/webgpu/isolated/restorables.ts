/**
 * Restorables of an isolated device: what is on the GPU for jobs to name, made by functions of modules, and made again in each
 * process that takes over.
 *
 * States of a restorable: asked for -> made -> made again ... ; -> forgotten.
 *
 * Invariants:
 * - They are made in the order in which they were asked for, so that one may be made from those before it; and jobs run in a
 *   process only when all of them are.
 * - A first making that a reset interrupts begins again when the device is back; one that fails is its caller's error, and
 *   nobody else's.
 */
import { SignalboxError } from "../../../errors.ts";
import type { GpuProcess } from "./gpu-process.ts";
import { checkCall, recordOf } from "./isolated-job.ts";
import type { RestorableCall } from "./isolated-job.ts";
import { IsolatedRestorable } from "./isolated-restorable.ts";
import type { IsolatedRestorableOwner } from "./isolated-restorable.ts";

/** Who has restorables. */
export interface RestorablesOwner {
  /** The process where jobs run; undefined if none will any more. Waits until no reset is under way. */
  settledProcess(): Promise<GpuProcess | undefined>;
  /** The process where jobs run now. */
  readonly process: GpuProcess | undefined;
  /** The standby, if it is ready. */
  readonly standby: GpuProcess | undefined;
}

const WHAT = "A restorable's";
/** In how many processes a first making is tried. */
const TRIES = 4;

/** All of one device. */
export class Restorables implements IsolatedRestorableOwner {
  readonly #owner: RestorablesOwner;
  readonly #all = new Set<IsolatedRestorable>();
  #ids = 0;

  constructor(owner: RestorablesOwner) {
    this.#owner = owner;
  }

  /** Makes one, for the first time. */
  async add(call: RestorableCall): Promise<IsolatedRestorable> {
    checkCall(WHAT, call, this);
    if (call.early === true) checkEarly(call);
    const restorable = new IsolatedRestorable(this, ++this.#ids, call);
    this.#all.add(restorable);
    try {
      await this.#makeFirst(restorable);
    } catch (error) {
      this.#remove(restorable);
      throw error;
    }
    if (this.#owner.standby !== undefined) this.warmUp(this.#owner.standby);
    return restorable;
  }

  forget(restorable: IsolatedRestorable): void {
    for (const { _call: call } of this.#all) {
      if (Object.values(call.resources ?? {}).includes(restorable))
        throw new SignalboxError("EBUSY", "Another restorable is made from this one, and needs it to be made again");
    }
    this.#remove(restorable);
  }

  /** Makes in a standby what may be made ahead. What fails there is made again when the standby takes over, and heard of then. */
  warmUp(process: GpuProcess): void {
    for (const restorable of this.#all) {
      if (restorable._made && restorable._call.early === true) make(restorable, process).catch(() => {});
    }
  }

  /** Makes all that there were in this process. Rejects with what the first that fails was rejected with. */
  async restore(process: GpuProcess): Promise<void> {
    await Promise.all([...this.#all].filter(({ _made }) => _made).map((restorable) => make(restorable, process)));
  }

  #remove(restorable: IsolatedRestorable): void {
    restorable._forgotten = true;
    if (!this.#all.delete(restorable)) return;
    this.#owner.process?.forget(restorable._id);
    this.#owner.standby?.forget(restorable._id);
  }

  async #makeFirst(restorable: IsolatedRestorable): Promise<void> {
    for (let tries = 1; ; tries++) {
      const process = await this.#owner.settledProcess();
      if (process === undefined) throw new SignalboxError("ENODEV", "Nothing can be made: the device is gone");
      try {
        await make(restorable, process);
      } catch (error) {
        // The process that it was made in is none of the device's any more: that is no fault of the function's.
        if (process !== this.#owner.process && tries < TRIES) continue;
        throw error;
      }
      if (process !== this.#owner.process) continue;
      restorable._made = true;
      return;
    }
  }
}

function make({ _id: id, _call: call }: IsolatedRestorable, process: GpuProcess): Promise<void> {
  return process.make(id, () => recordOf(WHAT, id, `restorable ${id}`, call));
}

function checkEarly({ resources = {} }: RestorableCall): void {
  for (const [name, thing] of Object.entries(resources)) {
    if (thing._call.early !== true)
      throw new SignalboxError("EINVAL", `${WHAT} resource "${name}" is not made early, and this one is to be`);
  }
}
