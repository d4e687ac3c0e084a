/**
 * The operations on descriptors and device files as such: open and close, dup, poll, eventfds, and letting time pass.
 */
import type { Call, Operations, Result } from "./call.ts";
import { Failure } from "./errno.ts";
import { EventFile } from "./files.ts";
import type { OpenFile, PollEvent } from "./files.ts";

/** How long the recorder waits before it reads an eventfd, in ms. */
const BEFORE_READING = 30;

function open(call: Call): Result {
  const name = call.text("d");
  call.world.devices.open(name, call.text("kind") === "" ? name : call.text("kind"));
  return {};
}

function closeDevice(call: Call): Result {
  if (!call.world.devices.close(call.text("d"))) throw new Failure("EBADF");
  return {};
}

function close(call: Call): Result {
  const closed = call.world.files.close(call.fd("fd"));
  call.world.unbind(call.text("fd"));
  if (!closed) throw new Failure("EBADF");
  return {};
}

function dup(call: Call): Result {
  return { made: call.world.files.open(call.file("fd")) };
}

function evnew(call: Call): Result {
  return { made: call.world.files.open(new EventFile()) };
}

async function evread(call: Call): Promise<Result> {
  await call.world.sleep(BEFORE_READING);
  const file = call.file("fd");
  if (!(file instanceof EventFile)) throw new Failure("EINVAL");
  const value = file.take();
  if (value === 0) throw new Failure("EAGAIN");
  return { out: { value } };
}

// A negative descriptor is passed over; one that stands for nothing is ready, and says so.
async function poll(call: Call): Promise<Result> {
  const wanted = new Set((call.has("ev") ? call.text("ev") : "in").split(",")) as ReadonlySet<PollEvent>;
  const fd = call.fd("fd");
  const file = call.world.files.get(fd);
  if (file !== undefined) return revents(await ready(call, file, wanted));
  return fd < 0 ? revents([]) : revents(["nval"]);
}

async function ready(call: Call, file: OpenFile, wanted: ReadonlySet<PollEvent>): Promise<readonly PollEvent[]> {
  const { platform } = call.world;
  const until = platform.now() + call.number("ms");
  for (;;) {
    const found = file.poll(wanted).filter((event) => wanted.has(event));
    const left = until - platform.now();
    if (found.length > 0 || left <= 0) return found;
    await call.world.block((signal) => file.changed(signal), left, call.interrupted);
  }
}

function revents(events: readonly string[]): Result {
  return { ret: events.length > 0 ? 1 : 0, out: { revents: events.map((event) => `${event},`).join("") } };
}

async function sleep(call: Call): Promise<Result> {
  await call.world.sleep(call.number("ms"));
  return {};
}

export const descriptorOperations: Operations = {
  open,
  close_dev: closeDevice,
  close,
  dup,
  evnew,
  evread,
  poll,
  sleep,
};
