/** Recovery by signalbox: a job with a timeout on one lane, its next job behind it, and neighbours on the other. */
import { submit } from "signalbox";
import { openWorkers } from "signalbox/workers";
import { Neighbours } from "./neighbours.js";
import { TIMEOUT, notes, takeSamples } from "./samples.js";
import type { Samples } from "./samples.js";

const module = new URL("./jobs.js", import.meta.url);

/** Lets jobs hang until that was seen `times` times, on a device with so many spare threads. */
export async function bySignalbox(times: number, spares: number): Promise<Samples> {
  const device = await openWorkers({ lanes: 2, spares });
  const queue = device.queue("hangs", { lane: 0 });
  const good = device.queue("neighbours", { lane: 1 });
  submit(queue.job({ module, export: "next", args: [notes()] }));
  await queue.drain();
  const neighbours = new Neighbours(good, module);
  const samples: Samples = { times: [], before: [], during: [], gaps: [], wrong: [] };
  const tries = await takeSamples(times, async () => {
    while (device.spares < spares) await pause(1);
    await pause(50); // Whatever was started has come to rest, and has imported what there is.
    const told = notes();
    const hung = queue.job({ module, export: "hang", args: [told], timeout: TIMEOUT });
    const next = queue.job({ module, export: "next", args: [told] });
    submit(hung, next);
    await next.wait();
    const [began, again] = told as unknown as readonly [number, number];
    // On a machine that is busy enough it was ended when it had not come to note that.
    if (began === 0) return false;
    const due = began + TIMEOUT;
    samples.times.push(again - due);
    samples.before.push(neighbours.endedIn(began, due) / TIMEOUT);
    samples.during.push(neighbours.endedIn(due, again) / (again - due));
    samples.gaps.push(neighbours.longestGap(due, again));
    if (hung.failure()?.code !== "ETIME") samples.wrong.push(`a job that hung ended with ${hung.error}`);
    return true;
  });
  await neighbours.stop();
  const [first, second] = device.lanes.map((lane) => lane.restarts);
  if (first !== tries || second !== 0) samples.wrong.push(`the lanes were restarted ${first} and ${second} times`);
  await device.close();
  return samples;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
