/**
 * The operations on sync objects but waiting: handles, descriptors, signal, reset, points, query, transfer, eventfd.
 *
 * The order of the checks is the kernel's: what the device can do, flags and padding, the count, the handles, the fence.
 */
import { Registration } from "../../../src/fence/registration.ts";
import { SyncFile } from "../../../src/sync/sync-file.ts";
import { SyncObject } from "../../../src/sync/sync-object.ts";
import { checkFlags, checkZero } from "./call.ts";
import type { Call, Operations, Result } from "./call.ts";
import { Failure } from "./errno.ts";
import { EventFile, FenceFile, SyncObjectFile } from "./files.ts";

const CREATE_SIGNALED = 1;
const SYNC_FILE = 1;
const TIMELINE = 2;
const LAST_SUBMITTED = 1;
const FOR_SUBMIT = 2;
const AVAILABLE = 4;

/** What drmGetCap answers: 19 is SYNCOBJ, 20 SYNCOBJ_TIMELINE. */
function cap(call: Call): Result {
  const device = call.device("S");
  switch (call.number("cap")) {
    case 19:
      return { out: { value: Number(device.syncObjects) } };
    case 20:
      return { out: { value: Number(device.timelines) } };
    default:
      throw new Failure("EINVAL");
  }
}

function create(call: Call): Result {
  const device = call.device("S");
  device.needSyncObjects();
  checkFlags(call.number("flags"), CREATE_SIGNALED);
  const { platform } = call.world;
  const object = new SyncObject({ name: call.as ?? "unnamed", signalled: call.number("flags") !== 0, platform });
  const handle = device.objects.add(object);
  return { made: handle, out: { handle } };
}

function destroy(call: Call): Result {
  const device = call.device("S");
  device.needSyncObjects();
  checkZero(call, "pad");
  if (!device.objects.remove(call.handle("h"))) throw new Failure("EINVAL");
  return {};
}

function h2fd(call: Call): Result {
  const { device, flags, point } = handleCall(call);
  if ((flags & SYNC_FILE) !== 0) {
    const object = device.objects.get(call.handle("h"));
    const file = SyncFile.of(object.find((flags & TIMELINE) === 0 ? 0n : point));
    return { made: call.world.files.open(new FenceFile(file)) };
  }
  if (point !== 0n) throw new Failure("EINVAL");
  const object = device.objects.get(call.handle("h"), "EINVAL");
  return { made: call.world.files.open(new SyncObjectFile(object)) };
}

function fd2h(call: Call): Result {
  const { device, flags, point } = handleCall(call);
  const file = call.world.files.get(call.fd("fd"));
  if ((flags & SYNC_FILE) !== 0) {
    if (!(file instanceof FenceFile)) throw new Failure("EINVAL");
    const handle = call.handle("h");
    const object = device.objects.get(handle);
    object.at((flags & TIMELINE) === 0 ? 0n : point).put(file.file.fence);
    return { out: { handle } };
  }
  if (point !== 0n || !(file instanceof SyncObjectFile)) throw new Failure("EINVAL");
  const handle = device.objects.add(file.object);
  return { made: handle, out: { handle } };
}

function handleCall(call: Call): { device: ReturnType<Call["device"]>; flags: number; point: bigint } {
  const device = call.device("S");
  device.needSyncObjects();
  checkZero(call, "pad");
  const flags = call.number("flags");
  checkFlags(flags, SYNC_FILE | TIMELINE);
  return { device, flags, point: call.point("point") };
}

function reset(call: Call): Result {
  call.device("S").needSyncObjects();
  checkZero(call, "pad");
  for (const object of objectsOf(call)) object.reset();
  return {};
}

function signal(call: Call): Result {
  call.device("S").needSyncObjects();
  checkZero(call, "pad");
  for (const object of objectsOf(call)) object.signal();
  return {};
}

function tsignal(call: Call): Result {
  call.device("S").needTimelines();
  checkZero(call, "flags");
  const objects = objectsOf(call);
  const points = call.points();
  for (const [index, object] of objects.entries()) object.signalPoint(points[index] ?? 0n);
  return {};
}

// The answers are written as they are found, unless there is nowhere to write them.
function query(call: Call): Result {
  const nowhere = call.pointer("ps") !== undefined;
  const unwritten = nowhere ? {} : { points: Array.from({ length: call.count }, () => "unwritten") };
  try {
    call.device("S").needTimelines();
    const flags = call.number("flags");
    checkFlags(flags, LAST_SUBMITTED);
    const objects = objectsOf(call);
    if (nowhere) throw new Failure("EFAULT");
    const last = flags === LAST_SUBMITTED;
    const points = objects.map(({ lastSubmitted, lastSignalled }) => String(last ? lastSubmitted : lastSignalled));
    return { out: { points } };
  } catch (error) {
    if (error instanceof Failure) throw new Failure(error.errno, unwritten);
    throw error;
  }
}

async function transfer(call: Call): Promise<Result> {
  const device = call.device("S");
  device.needTimelines();
  checkZero(call, "pad");
  const target = device.objects.get(call.handle("dst")).at(call.u64("dp"));
  const source = device.objects.get(call.handle("src")).at(call.u64("sp"));
  const flags = call.number("flags");
  checkFlags(flags, FOR_SUBMIT);
  if (flags === 0) source.transferTo(target);
  else await source.transferWhenSubmitted(target, { signal: call.interrupted });
  return {};
}

function eventfd(call: Call): Result {
  const device = call.device("S");
  device.needTimelines();
  const flags = call.number("flags");
  checkFlags(flags, AVAILABLE);
  checkZero(call, "pad");
  const object = device.objects.get(call.handle("h"));
  const event = call.file("fd");
  if (!(event instanceof EventFile)) throw new Failure("EINVAL");
  const counting = Registration.post({ postMessage: () => event.signal() });
  object.notify(counting, call.u64("point"), { available: flags === AVAILABLE });
  return {};
}

/** The objects of a list of handles, all of them or none: an empty list is EINVAL, an unknown handle ENOENT. */
function objectsOf(call: Call): readonly SyncObject[] {
  if (call.count === 0) throw new Failure("EINVAL");
  const { objects } = call.device("S");
  return call.handles().map((handle) => objects.get(handle));
}

export const syncobjOperations: Operations = {
  cap,
  create,
  destroy,
  h2fd,
  fd2h,
  reset,
  signal,
  tsignal,
  query,
  transfer,
  eventfd,
};
