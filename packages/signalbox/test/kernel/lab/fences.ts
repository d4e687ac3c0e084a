/**
 * The adapter of the recorded fence operations: `k.*` without the reservations' `k.r*`.
 *
 * Slots hold fences, contexts are foreign timelines (the script numbers its fences and signals them in any order), callbacks
 * are `post` registrations. What the library has no notion of is modelled here, and marked: misuse that the kernel only
 * warns of, and references (fences-put.ts).
 */
import { chainFence, FenceChain } from "../../../src/fence/chain.ts";
import { fenceArray } from "../../../src/fence/array.ts";
import type { Fence } from "../../../src/fence/fence.ts";
import type { FenceOps } from "../../../src/fence/ops-fence.ts";
import { isContainer } from "../../../src/fence/kinds.ts";
import { isLater, laterOf } from "../../../src/fence/order.ts";
import { mergeFences } from "../../../src/fence/merge.ts";
import { Registration } from "../../../src/fence/registration.ts";
import { stubFence } from "../../../src/fence/stub.ts";
import { leaves, matchesContext } from "../../../src/fence/unwrap.ts";
import { SignalboxError } from "../../../src/errors.ts";
import type { Answer, Args } from "../format.ts";
import { References } from "./fences-put.ts";
import { registered, wait, waitAny } from "./fences-wait.ts";
import type { LabState } from "./state.ts";

type Operation = (args: Args) => Answer;

const DONE: Answer = { ret: 0 };
/** The stamp of the script's private stubs, in ns. */
const STUB_STAMP = 5n;

export class LabFences {
  readonly #lab: LabState;
  readonly #references: References;
  /** Fences whose device is past them. */
  readonly #past = new Set<Fence>();
  readonly #callbacks = new Map<number, Registration>();
  readonly #operations: ReadonlyMap<string, Operation>;

  constructor(lab: LabState) {
    this.#lab = lab;
    this.#references = new References(lab);
    this.#operations = new Map(
      Object.entries<Operation>({
        "k.fence": (args) => this.#makeFence(args),
        "k.stub": (args) => this.#bind(args, stubFence(args["private"] === 1 ? toMs(STUB_STAMP) : undefined)),
        "k.array": (args) => this.#makeArray(args),
        "k.chain": (args) => this.#makeChain(args),
        "k.merge": (args) => this.#merge(args),
        "k.put": (args) => this.#references.put(text(args, "f")),
        "k.signal": (args) => this.#signal(args),
        "k.signalts": (args) => this.#signalAt(args),
        "k.err": (args) => this.#setError(args),
        "k.hw": (args) => this.#devicePast(args),
        "k.ensig": (args) => this.#enable(args),
        "k.deadline": (args) => this.#setDeadline(args),
        "k.cb": (args) => this.#addCallback(args),
        "k.rmcb": (args) => this.#removeCallback(args),
        "k.wait": (args) => value(wait(this.#fence(args, "f"), number(args, "t"))),
        "k.waitany": (args) => ({ ret: 0, out: waitAny(this.#fences(args), number(args, "t")) }),
        "k.issig": (args) => value(this.#fence(args, "f").signalled),
        "k.status": (args) => value(this.#fence(args, "f").status),
        "k.ts": (args) => ({ ret: 0, out: { ts: String(toNs(this.#fence(args, "f").timestamp ?? 0)) } }),
        "k.info": (args) => this.#info(args),
        "k.kind": (args) => this.#kind(args),
        "k.later": (args) => this.#compare(args),
        "k.match": (args) => value(this.#matches(args)),
        "k.find": (args) => this.#find(args),
        "k.walk": (args) => this.#walk(args),
        "k.unwrap": (args) => this.#unwrap(args),
      }),
    );
  }

  handles(op: string): boolean {
    return this.#operations.has(op);
  }

  step(op: string, args: Args): Answer {
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

  #makeFence(args: Args): Answer {
    const kind = number(args, "k");
    const name = text(args, "f");
    const ops: FenceOps = { setDeadline: (_, time) => this.#lab.note(`deadline ${name} ${toNs(time)}`) };
    if ((kind & 3) !== 0) {
      ops.enableSignalling = () => {
        this.#lab.note(`enable ${name}`);
        return (kind & 2) === 0;
      };
    }
    if ((kind & 4) !== 0) ops.poll = (fence) => this.#past.has(fence);
    const timeline = this.#lab.timeline(number(args, "c"), args["w"] === 64 ? 64 : 32);
    const driver = timeline.fence(u64(args, "s"), ops);
    this.#lab.drivers.set(driver.fence, driver);
    return this.#bind(args, driver.fence);
  }

  #makeArray(args: Args): Answer {
    const array = fenceArray(this.#fences(args), {
      any: Boolean(args["any"]),
      on: this.#lab.timeline(number(args, "c")),
      seqno: u64(args, "s"),
      nested: "keep",
    });
    return this.#bind(args, array);
  }

  #makeChain(args: Args): Answer {
    const previous = "prev" in args ? this.#fence(args, "prev") : null;
    const chain = chainFence(previous, this.#fence(args, "fence"), u64(args, "s"), { outOfOrder: "lift" });
    this.#bind(args, chain);
    const { point, previousPoint } = chain;
    const sameCtx = previous !== null && previous.context === chain.context;
    return { ret: 0, out: { seqno: String(point), prevSeqno: String(previousPoint), sameCtx } };
  }

  #merge(args: Args): Answer {
    const merged = mergeFences(this.#fences(args));
    const is = this.#lab.named(merged);
    this.#bind(args, merged);
    return { ret: 0, out: { is } };
  }

  #signal(args: Args): Answer {
    const was = this.#driver(args).signal();
    return { ret: 0, out: { was: !was } };
  }

  #signalAt(args: Args): Answer {
    this.#driver(args).signal(toMs(u64(args, "ts")));
    return DONE;
  }

  #setError(args: Args): Answer {
    const driver = this.#driver(args);
    const error = number(args, "e");
    try {
      driver.setError(error);
    } catch (wrong) {
      if (!(wrong instanceof RangeError || wrong instanceof SignalboxError)) throw wrong;
      // F9: the kernel warns of such misuse, and stores the number nevertheless; what follows in the script depends on it.
      driver.fence._setError(error, undefined);
    }
    return DONE;
  }

  #devicePast(args: Args): Answer {
    this.#past.add(this.#fence(args, "f"));
    return DONE;
  }

  #enable(args: Args): Answer {
    this.#fence(args, "f").enableSignalling();
    return DONE;
  }

  #setDeadline(args: Args): Answer {
    this.#fence(args, "f").setDeadline(toMs(u64(args, "ns")));
    return DONE;
  }

  #addCallback(args: Args): Answer {
    const fence = this.#fence(args, "f");
    const n = number(args, "n");
    const other = "sig" in args ? this.#lab.drivers.get(this.#fence(args, "sig")) : undefined;
    const callback = Registration.post({
      postMessage: ({ error }) => {
        this.#lab.note(`cb${n} ${error === 0 ? 1 : error}`);
        other?.signal();
      },
    });
    if (!registered(fence, callback)) return { ret: -1, errno: "ENOENT" };
    this.#callbacks.set(n, callback);
    return DONE;
  }

  #removeCallback(args: Args): Answer {
    this.#fence(args, "f");
    return value(this.#callbacks.get(number(args, "n"))?.cancel() ?? false);
  }

  #info(args: Args): Answer {
    const fence = this.#fence(args, "f");
    const ctx = fence.kind === "stub" ? "0" : (this.#lab.contextOf(fence) ?? "new");
    // The error as it is stored: others see it after the signal only.
    const { point, state, enabled, _error: error } = fence;
    return { ret: 0, out: { seqno: String(point), ctx, signaledFlag: state === "signalled", enabled, error } };
  }

  #kind(args: Args): Answer {
    const fence = this.#fence(args, "f");
    return {
      ret: 0,
      out: { array: fence.kind === "array", chain: fence.kind === "chain", container: isContainer(fence) },
    };
  }

  #compare(args: Args): Answer {
    const [a, b] = [this.#fence(args, "a"), this.#fence(args, "b")];
    // F8: of two contexts the kernel says no, and warns.
    if (a.context !== b.context) return { ret: 0, out: { later: false, laterOrSame: false, pick: null } };
    const later = isLater(a, b);
    // Of equals, and of two that are both not later, the kernel takes the second.
    const pick = this.#lab.named(laterOf(b, a) ?? null);
    return { ret: 0, out: { later, laterOrSame: a === b || later, pick } };
  }

  #matches(args: Args): boolean {
    return matchesContext(this.#fence(args, "f"), this.#lab.timeline(number(args, "c")).context);
  }

  #find(args: Args): Answer {
    const fence = this.#fence(args, "f");
    const point = u64(args, "s");
    if (point === 0n) return { ret: 0, out: { is: this.#lab.named(fence) } };
    try {
      if (fence instanceof FenceChain) return { ret: 0, out: { is: this.#lab.named(fence.find(point)) } };
    } catch (error) {
      if (!(error instanceof SignalboxError)) throw error;
    }
    return { ret: -1, errno: "EINVAL", out: { is: this.#lab.named(fence) } };
  }

  #walk(args: Args): Answer {
    const nodes: string[] = [];
    for (let node: Fence | null = this.#fence(args, "f"); node !== null;) {
      nodes.push(this.#lab.nameOf(node));
      node = node instanceof FenceChain ? node.previous : null;
    }
    return { ret: 0, out: { nodes } };
  }

  #unwrap(args: Args): Answer {
    return { ret: 0, out: { leaves: leaves(this.#fence(args, "f")).map((leaf) => this.#lab.nameOf(leaf)) } };
  }

  #bind(args: Args, fence: Fence): Answer {
    this.#lab.bind(text(args, "f"), fence);
    return DONE;
  }

  #fence(args: Args, key: string): Fence {
    const fence = this.#lab.slots.get(text(args, key));
    if (fence === undefined) throw new NoFence(`There is no fence in slot ${text(args, key)}`);
    return fence;
  }

  #fences(args: Args): readonly Fence[] {
    return (args["fs"] as readonly string[]).map((slot) => this.#fence({ slot }, "slot"));
  }

  #driver(args: Args) {
    const fence = this.#fence(args, "f");
    const driver = this.#lab.drivers.get(fence);
    if (driver === undefined) throw new Error(`${this.#lab.nameOf(fence)} is no plain fence`);
    return driver;
  }
}

/** A slot is empty. */
class NoFence extends Error {}

function value(found: number | boolean): Answer {
  return { ret: 0, out: { value: found } };
}

function number(args: Args, key: string): number {
  return Number(args[key] ?? 0);
}

function text(args: Args, key: string): string {
  const found = args[key];
  return typeof found === "string" || typeof found === "number" ? String(found) : "0";
}

function u64(args: Args, key: string): bigint {
  return BigInt.asUintN(64, BigInt(text(args, key)));
}

function toMs(ns: bigint): number {
  return Number(ns) / 1e6;
}

function toNs(ms: number): bigint {
  return BigInt(Math.round(ms * 1e6));
}
