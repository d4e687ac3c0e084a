/**
 * The operations that wait for sync objects: `wait`, and `twait`, which has points.
 */
import { waitAll, waitAny } from "../../../src/sync/sync-wait.ts";
import type { SyncWaitOptions } from "../../../src/sync/sync-wait.ts";
import { checkFlags } from "./call.ts";
import type { Call, Operations, Result } from "./call.ts";
import { withOut } from "./errno.ts";
import { msOf } from "./world.ts";

const ALL = 1;
const FOR_SUBMIT = 2;
const AVAILABLE = 4;
const DEADLINE = 8;

/** What `first_signaled` is when all were waited for, and none had signalled at the start. */
const NONE = 0xffff_ffff;
const FOREVER = 2n ** 63n - 1n;

function wait(call: Call): Promise<Result> {
  return answered(() => {
    call.device("S").needSyncObjects();
    checkFlags(call.number("flags"), ALL | FOR_SUBMIT | DEADLINE);
    return waitFor(call, () => Array.from({ length: call.count }, () => 0n));
  });
}

function twait(call: Call): Promise<Result> {
  return answered(() => {
    call.device("S").needTimelines();
    checkFlags(call.number("flags"), ALL | FOR_SUBMIT | AVAILABLE | DEADLINE);
    return waitFor(call, () => call.points());
  });
}

// Nothing is waited for without handles, and the pointers aren't looked at.
async function waitFor(call: Call, pointsOf: () => readonly bigint[]): Promise<number | "unchanged"> {
  if (call.count === 0) return "unchanged";
  const { objects } = call.device("S");
  const found = call.handles().map((handle) => objects.get(handle));
  const points = pointsOf();
  const wanted = found.map((object, index) => object.at(points[index]));
  const all = (call.number("flags") & ALL) !== 0;
  const first = await (all ? waitAll : waitAny)(wanted, optionsOf(call));
  return first < 0 ? NONE : first;
}

function optionsOf(call: Call): SyncWaitOptions {
  const flags = call.number("flags");
  return {
    ...limitOf(call),
    signal: call.interrupted,
    forSubmit: (flags & FOR_SUBMIT) !== 0,
    available: (flags & AVAILABLE) !== 0,
    // The older, shorter struct ends before the deadline, which reads as 0 then.
    ...((flags & DEADLINE) === 0 ? {} : { deadline: call.number("old") === 1 ? 0 : msOf(call.ns("deadline")) }),
  };
}

// SY12: an absolute time; one that has passed, or is negative, only looks.
function limitOf(call: Call): SyncWaitOptions {
  const text = call.text("timeout");
  const until = absolute(text === "" ? "0" : text, call.world.now);
  if (until <= call.world.now) return { timeout: 0 };
  return until === FOREVER ? {} : { until: msOf(until) };
}

function absolute(text: string, now: bigint): bigint {
  if (text === "past") return 1n;
  if (text === "max") return FOREVER;
  if (text === "min") return -FOREVER - 1n;
  if (text.startsWith("rel:")) return now + BigInt(text.slice("rel:".length));
  return BigInt.asIntN(64, BigInt(text));
}

// The kernel writes `first_signaled` back when it succeeds, and else leaves it alone.
async function answered(body: () => Promise<number | "unchanged">): Promise<Result> {
  try {
    return { out: { first: await body() } };
  } catch (error) {
    throw withOut(error, { first: "unchanged" });
  }
}

export const syncobjWaitOperations: Operations = { wait, twait };
