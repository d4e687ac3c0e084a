/**
 * The operations on sync files, and on the timelines of sw_sync that fences for them come from.
 */
import type { Fence } from "../../../src/fence/fence.ts";
import { leaves } from "../../../src/fence/unwrap.ts";
import { SoftwareTimeline } from "../../../src/sync/software-timeline.ts";
import { SyncFile } from "../../../src/sync/sync-file.ts";
import { checkZero } from "./call.ts";
import type { Call, Operations, Result } from "./call.ts";
import { Failure } from "./errno.ts";
import { FenceFile, TimelineFile } from "./files.ts";
import { msOf, nsOf } from "./world.ts";
import type { World } from "./world.ts";

/** How long the kernel's names are at the most. */
const NAME_LENGTH = 31;
/** How many fences the recorder had room for if it doesn't say. */
const ROOM = 64;

function swnew(call: Call): Result {
  const timeline = new SoftwareTimeline(call.as ?? "sw_sync", { platform: call.world.platform });
  return { made: call.world.files.open(new TimelineFile(timeline)) };
}

function swfence(call: Call): Result {
  const { timeline } = call.fileOf("t", TimelineFile);
  const fence = timeline.fence(call.u32("v"));
  return { made: call.world.files.open(new FenceFile(SyncFile.of(fence))) };
}

function swinc(call: Call): Result {
  call.fileOf("t", TimelineFile).timeline.advance(call.u32("v"));
  return {};
}

// The timeline is asked, but any timeline's fence will do.
function swdl(call: Call): Result {
  call.fileOf("t", TimelineFile);
  checkZero(call, "ns", "pad");
  const file = call.world.files.get(call.fd("fd"));
  if (!(file instanceof FenceFile)) throw new Failure("EINVAL");
  return { out: { deadline: String(nsOf(SoftwareTimeline.deadlineOf(file.file.fence))) } };
}

function merge(call: Call): Result {
  const { file } = call.fileOf("fd", FenceFile);
  checkZero(call, "flags", "pad");
  const other = call.world.files.get(call.fd("fd2"));
  if (!(other instanceof FenceFile)) throw new Failure("ENOENT");
  const merged = file.merge(other.file, call.text("name").slice(0, NAME_LENGTH));
  return { made: call.world.files.open(new FenceFile(merged)) };
}

function setdl(call: Call): Result {
  const { file } = call.fileOf("fd", FenceFile);
  checkZero(call, "pad");
  file.setDeadline(msOf(call.ns("ns")));
  return {};
}

// SF3: without room for fences only the count, and the status of the whole, are asked for.
function finfo(call: Call): Result {
  const { file } = call.fileOf("fd", FenceFile);
  checkZero(call, "flags", "pad");
  const room = call.number("n", ROOM);
  const inside = leaves(file.fence);
  if (room === 0) {
    const { status } = file;
    return { out: { name: nameOf(file, call.world), status, num: inside.length } };
  }
  if (room < inside.length) throw new Failure("EINVAL");
  // The names are those from before anybody asked whether it has signalled.
  const names = inside.map(shownNames);
  const info = file.info();
  if (call.pointer("ptr") !== undefined) throw new Failure("EFAULT");
  const fences = info.fences.map(({ status, timestamp }, index) => {
    return { status, ts: call.world.timestamp(status === 0 ? undefined : timestamp), ...names[index] };
  });
  return { out: { name: nameOf(file, call.world), status: info.status, num: fences.length, fences } };
}

// F29: the kernel forgets who issued a fence that has signalled. Only the flag counts: nobody is asked.
function shownNames(fence: Fence): { driver: string; timeline: string } {
  if (fence.state === "signalled") return { driver: "detached-driver", timeline: "signaled-timeline" };
  return { driver: fence.driverName, timeline: fence.timelineName };
}

function nameOf(file: SyncFile, world: World): string {
  const { fence } = file;
  const own = `${fence.driverName}-${fence.timelineName}${fence.context}-${fence.point}`;
  if (file.name !== own) return file.name;
  if (fence.state === "signalled") return "detached-driver-signaled-timeline".slice(0, NAME_LENGTH);
  return `${fence.driverName}-${fence.timelineName}${world.contextName(fence.context)}-${BigInt.asIntN(64, fence.point)}`;
}

export const fenceFileOperations: Operations = { swnew, swfence, swinc, swdl, merge, setdl, finfo };
