/**
 * The adapter of the recorded reservation operations: `k.r*`.
 *
 * The script locks the reservation for each operation that changes it, or iterates with the lock, and unlocks it behind it;
 * adding reserves one slot first. What the library has no notion of is marked: misuse that the kernel only warns of.
 */
import { SignalboxError } from "../../../src/errors.ts";
import type { Fence } from "../../../src/fence/fence.ts";
import type { LockedReservation } from "../../../src/sync/reservation/locked.ts";
import { Reservation } from "../../../src/sync/reservation/reservation.ts";
import type { Usage } from "../../../src/sync/reservation/usage.ts";
import { tryLockAll } from "../../../src/sync/reservation/with-reservations.ts";
import type { Answer, Args } from "../format.ts";
import type { LabState } from "./state.ts";

type Operation = (args: Args) => Answer;

const DONE: Answer = { ret: 0 };
const RESERVATIONS = 4;
const usages: readonly Usage[] = ["kernel", "write", "read", "bookkeep"];

export class LabReservations {
  readonly #lab: LabState;
  readonly #reservations = Array.from({ length: RESERVATIONS }, (_, r) => new Reservation(`r${r}`));
  readonly #operations: ReadonlyMap<string, Operation>;

  constructor(lab: LabState) {
    this.#lab = lab;
    this.#operations = new Map(
      Object.entries<Operation>({
        "k.radd": (args) => this.#locked(args, (locked) => this.#add(locked, args)),
        "k.rreplace": (args) => this.#locked(args, (locked) => this.#replace(locked, args)),
        "k.rcopy": (args) => this.#locked(args, (locked) => this.#copy(locked, args), "dst"),
        "k.rlist": (args) => this.#locked(args, (locked) => this.#list(locked.entries(queried(args)))),
        "k.rlistu": (args) => this.#list(this.#reservation(args).entries(queried(args))),
        "k.rget": (args) => this.#get(args),
        "k.rsingle": (args) => this.#single(args),
        "k.rtest": (args) => ({ ret: 0, out: { value: this.#reservation(args).test(queried(args)) } }),
        "k.rdl": (args) => this.#hurry(args),
      }),
    );
  }

  handles(op: string): boolean {
    return op === "k.rwait" || this.#operations.has(op);
  }

  step(op: string, args: Args): Answer | Promise<Answer> {
    if (op === "k.rwait") return this.#wait(args);
    const operation = this.#operations.get(op);
    if (operation === undefined) throw new Error(`Unknown operation ${op}`);
    return this.#lab.perform(() => {
      try {
        return operation(args);
      } catch (error) {
        if (error instanceof NoFence) return { ret: -1, errno: "ENOENT" };
        throw error;
      }
    });
  }

  #add(locked: LockedReservation, args: Args): Answer {
    const fence = this.#fence(args);
    locked.reserve(1);
    // A6: the kernel warns of a container, and adds it.
    locked.add(fence, usage(args), { containers: "keep" });
    return DONE;
  }

  #replace(locked: LockedReservation, args: Args): Answer {
    const fence = this.#fence(args);
    for (const bits of [32, 64] as const) {
      const { context } = this.#lab.timeline(number(args, "c"), bits);
      // A6: of a container the kernel doesn't even warn here.
      locked.replace(context, fence, usage(args), { containers: "keep" });
    }
    return DONE;
  }

  #copy(locked: LockedReservation, args: Args): Answer {
    locked.copyFrom(this.#reservation(args, "src"));
    return DONE;
  }

  #list(entries: Iterable<{ readonly fence: Fence; readonly usage: Usage }>): Answer {
    const fences = Array.from(entries, (entry) => [this.#lab.nameOf(entry.fence), entry.usage]);
    return { ret: 0, out: { fences } };
  }

  #get(args: Args): Answer {
    const fences = this.#reservation(args).fences(queried(args));
    return { ret: 0, out: { fences: fences.map((fence) => this.#lab.nameOf(fence)) } };
  }

  #single(args: Args): Answer {
    const fence = this.#reservation(args).singleton(queried(args));
    const is = this.#lab.named(fence);
    if (fence !== null) this.#lab.bind(String(args["f"]), fence);
    return { ret: 0, out: { is } };
  }

  #hurry(args: Args): Answer {
    this.#reservation(args).setDeadline(queried(args), Number(args["ns"] ?? 0) / 1e6);
    return DONE;
  }

  // R9: in ticks, of which none passes but in vain; what is left of them, and 1 where there were none to begin with.
  async #wait(args: Args): Promise<Answer> {
    const ticks = number(args, "t");
    let wait = Promise.resolve();
    const begun = this.#lab.perform(() => {
      wait = this.#reservation(args).wait(queried(args), { timeout: ticks });
      return DONE;
    });
    this.#lab.platform.run(this.#lab.platform.now() + ticks);
    const idle = await wait.then(
      () => true,
      (error: unknown) => {
        if (error instanceof SignalboxError && error.code === "ETIMEDOUT") return false;
        throw error;
      },
    );
    return { ...begun, out: { ...begun.out, value: idle ? Math.max(1, ticks) : 0 } };
  }

  #locked(args: Args, body: (locked: LockedReservation) => Answer, key?: string): Answer {
    const reservation = this.#reservation(args, key);
    const locks = tryLockAll([reservation]);
    if (locks === null) throw new Error(`${reservation.name} is locked by ${reservation.holder ?? "nobody"}`);
    try {
      return body(locks.of(reservation));
    } finally {
      locks.release();
    }
  }

  #reservation(args: Args, key = "r"): Reservation {
    const reservation = this.#reservations[number(args, key)];
    if (reservation === undefined)
      throw new RangeError(`There are ${RESERVATIONS} reservations (got ${number(args, key)})`);
    return reservation;
  }

  #fence(args: Args): Fence {
    const fence = this.#lab.slots.get(String(args["f"]));
    if (fence === undefined) throw new NoFence(`There is no fence in slot ${String(args["f"])}`);
    return fence;
  }
}

/** A slot is empty. */
class NoFence extends Error {}

function usage(args: Args): Usage {
  return usages[number(args, "u")]!;
}

/** What a query is about: everything, where the script doesn't say. */
function queried(args: Args): Usage {
  return "u" in args ? usage(args) : "bookkeep";
}

function number(args: Args, key: string): number {
  return Number(args[key] ?? 0);
}
