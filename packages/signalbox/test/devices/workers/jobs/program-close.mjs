/**
 * A program that opens a device, has all kinds of work in flight, and closes: 20 times. It says what became of the fences and
 * ends by itself: nothing calls `process.exit`.
 */
import { Timeline, submit } from "signalbox";
import { openWorkers } from "signalbox/workers";

const module = new URL("./basic.mjs", import.meta.url);
const call = (queue, name, ...args) => queue.job({ module, export: name, args });
/** @type {Record<string, number>} */
const tally = {};

for (let round = 0; round < 20; round++) {
  const gently = round % 2 === 0;
  const device = await openWorkers({ lanes: 2, slots: 4 });
  const pool = device.queue("pool");
  const pinned = device.queue("pinned", { lane: 1, jobs: 2 });
  const jobs = [];
  for (let i = 0; i < 30; i++) {
    jobs.push(
      call(pool, "add", i, 1),
      call(pinned, "later", i, 1),
      call(pool, "spin", 0.5),
      call(pinned, "fill", 1000, i),
    );
    jobs.push(pool.job({ module: new URL("./throws.mjs", module), export: "own" }));
  }
  const never = new Timeline("never").fence();
  if (!gently) {
    jobs.push(call(pool, "spinForEver"), call(pinned, "later", 0, 1e6), call(pinned, "add", 1, 1));
    jobs.push(call(device.queue("stuck"), "add", 1, 1).after(never.fence));
  }
  submit(...jobs);
  for (let turns = 0; turns < round; turns++) await new Promise(setImmediate);
  await device.close(gently ? {} : { timeout: round });
  if (!jobs.every((job) => job.signalled)) throw new Error(`Round ${round}: a fence has not signalled`);
  for (const job of jobs) {
    const code = job.failure()?.code ?? "ok";
    const key = `${gently ? "gently" : "in time"} ${code}`;
    tally[key] = (tally[key] ?? 0) + 1;
  }
  never.signal(); // Kept so long: dropped, it would be told of.
}
process.stdout.write(JSON.stringify(tally));
