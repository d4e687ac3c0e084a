/**
 * The operations on buffers: vgem's buffers and fences, and what a dma-buf does with the fences of its reservation.
 */
import { leaves } from "../../../src/fence/unwrap.ts";
import { stubFence } from "../../../src/fence/stub.ts";
import { usageToWaitFor } from "../../../src/sync/reservation/usage.ts";
import { SyncFile } from "../../../src/sync/sync-file.ts";
import { BufferFile } from "./buffer.ts";
import { checkFlags, checkZero } from "./call.ts";
import type { Call, Operations, Result } from "./call.ts";
import { Failure } from "./errno.ts";
import { FenceFile } from "./files.ts";

const READ = 1;
const WRITE = 2;
const END = 4;
const VGEM_WRITE = 1;

function bufnew(call: Call): Result {
  const handle = call.device("V").buffers.add(new BufferFile());
  return { made: handle, out: { handle } };
}

function bufexport(call: Call): Result {
  const buffer = call.device("V").buffers.get(call.handle("h"));
  return { made: call.world.files.open(buffer) };
}

function vattach(call: Call): Result {
  const { buffers, fences } = call.device("V");
  const flags = call.number("flags");
  checkFlags(flags, VGEM_WRITE);
  checkZero(call, "pad");
  const buffer = buffers.get(call.handle("h"));
  const fence = fences.make();
  const write = flags === VGEM_WRITE;
  if (!buffer.reservation.test(usageToWaitFor(write))) {
    fences.drop(fence);
    throw new Failure("EBUSY");
  }
  buffer.add([fence.driver.fence], write ? "write" : "read");
  const id = fences.add(fence);
  return { made: id, out: { fence: id } };
}

function vsignal(call: Call): Result {
  checkZero(call, "flags");
  call.device("V").fences.signal(call.handle("f"));
  return {};
}

function dexport(call: Call): Result {
  const { reservation } = call.fileOf("buf", BufferFile);
  const fence = reservation.singleton(usageToWaitFor(writes(call, READ | WRITE))) ?? stubFence();
  return { made: call.world.files.open(new FenceFile(SyncFile.of(fence))) };
}

function dimport(call: Call): Result {
  const buffer = call.fileOf("buf", BufferFile);
  const write = writes(call, READ | WRITE);
  const file = call.world.files.get(call.fd("fd"));
  if (!(file instanceof FenceFile)) throw new Failure("EINVAL");
  buffer.add(leaves(file.file.fence), write ? "write" : "read");
  return {};
}

async function dsync(call: Call): Promise<Result> {
  const { reservation } = call.fileOf("buf", BufferFile);
  const write = writes(call, READ | WRITE | END);
  const begins = (call.number("flags") & END) === 0;
  if (begins) await reservation.wait(usageToWaitFor(write), { signal: call.interrupted });
  return {};
}

/** Whether the flags speak of writing; EINVAL if they speak of neither, or of more than is allowed. */
function writes(call: Call, allowed: number): boolean {
  const flags = call.number("flags");
  checkFlags(flags, allowed);
  checkFlags((flags & (READ | WRITE)) === 0 ? 1 : 0, 0);
  return (flags & WRITE) !== 0;
}

export const bufferOperations: Operations = { bufnew, bufexport, vattach, vsignal, dexport, dimport, dsync };
