/** Jobs behind what other threads signal: an opened fence and an opened point are dependencies like any other. */
import { expect, test } from "vitest";
import type { JobSpec } from "../../src/driver.ts";
import { errno } from "../../src/errors.ts";
import { Timeline } from "../../src/fence/timeline.ts";
import { Ring } from "../../src/queue/ring.ts";
import { submit } from "../../src/queue/submission.ts";
import { DriverSyncObject } from "../../src/shared/driver-sync-object.ts";
import { openFence, shareFence } from "../../src/shared/share-fence.ts";
import { openSyncObject } from "../../src/shared/shared-sync-object.ts";

function echo() {
  const ran: string[] = [];
  const ring = new Ring<JobSpec>({
    name: "echo",
    run(job) {
      ran.push(job.label);
      return "done";
    },
    cancel() {},
  });
  return { ran, queue: ring.queue("lines") };
}

test("a job runs when the fence of another thread has signalled, and not before", async () => {
  const { ran, queue } = echo();
  const original = new Timeline("camera").fence();
  const job = queue.job({ label: "show", after: openFence(structuredClone(shareFence(original.fence))) });
  submit(job);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(ran).toEqual([]);
  original.signal();
  await job.wait({ timeout: 5_000 });
  expect(ran).toEqual(["show"]);
});

test("a job is cancelled when the fence of another thread fails", async () => {
  const { ran, queue } = echo();
  const original = new Timeline("camera").fence();
  const job = queue.job({ label: "show", after: openFence(structuredClone(shareFence(original.fence))) });
  submit(job);
  original.fail(errno.EIO, new Error("no light"));
  await expect(job.wait({ timeout: 5_000 })).rejects.toMatchObject({
    code: "ECANCELED",
    cause: { code: "EIO", timeline: "camera" },
  });
  expect(ran).toEqual([]);
});

test("a job runs when a point of another thread's sync object has signalled", async () => {
  const { ran, queue } = echo();
  const owner = new DriverSyncObject("frames");
  const seen = openSyncObject(structuredClone(owner.handle));
  const third = new Timeline("camera").fence();
  owner.addPoint(3n, third.fence);
  const job = queue.job({ label: "show", after: seen.at(2n) });
  submit(job);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(ran).toEqual([]);
  third.signal();
  await job.wait({ timeout: 5_000 });
  expect(ran).toEqual(["show"]);
});
