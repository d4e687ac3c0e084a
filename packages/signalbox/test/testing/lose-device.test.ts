/** Losing devices on purpose; those of WebGPU and of threads have their own tests of what follows. */
import { expect, it } from "vitest";
import { submit } from "signalbox";
import { openSim } from "signalbox/sim";
import { loseDevice } from "signalbox/testing";
import { openWorkers } from "signalbox/workers";
import { thrownBy } from "../support/notes.ts";

it("of a simulated device ends everything with EIO, and says why", async () => {
  const sim = openSim({ latency: 1_000 });
  const [fence] = submit(sim.queue("q").job({}));
  loseDevice(sim, "a cable");
  expect([sim.state, fence.failure()?.code]).toEqual(["lost", "EIO"]);
  expect((fence.failure()?.cause as Error).message).toBe('[Device "sim"] was lost: a cable');
  await sim.close();
});

it("of worker threads costs each lane the job that it was at; the others run on threads that are new", async () => {
  const device = await openWorkers({ lanes: 1 });
  const queue = device.queue("q");
  const url = `data:text/javascript,${encodeURIComponent("export const wait = () => new Promise(() => {}); export const one = () => 1;")}`;
  const hung = queue.job({ module: url, export: "wait" });
  submit(hung);
  while (hung.stage !== "running") await new Promise((resolve) => setTimeout(resolve, 5));
  await new Promise((resolve) => setTimeout(resolve, 100)); // Until the thread has begun it.
  loseDevice(device);
  await expect(hung.wait()).rejects.toMatchObject({ code: "EIO" });
  const next = queue.job<number>({ module: url, export: "one" });
  await submit(next)[0].wait();
  expect([next.result, device.lanes[0]?.restarts]).toEqual([1, 1]);
  await device.close();
});

it("is EINVAL for what can't be lost", () => {
  expect(thrownBy(() => loseDevice({ name: "rock" }))).toMatchObject({
    code: "EINVAL",
    message: '[Device "rock"] can\'t be lost',
  });
});
