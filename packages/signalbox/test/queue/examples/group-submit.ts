import { SyncObject, submit } from "../../../src/index.ts";
import type { Fence, JobQueue, SyncPoint } from "../../../src/index.ts";
import { openSim } from "../../../src/devices/sim/index.ts";
import type { SimJob } from "../../../src/devices/sim/index.ts";

/** One entry of a group submit: a job for one queue, with waits and signals of its own. */
interface QueueSubmit {
  readonly queue: JobQueue<SimJob>;
  readonly work: SimJob;
  readonly waits?: readonly SyncPoint[];
  readonly signals?: readonly SyncPoint[];
}

function groupSubmit(...submits: readonly QueueSubmit[]): readonly Fence[] {
  const jobs = submits.map(({ queue, work, waits = [], signals = [] }) =>
    queue.job({ ...work, after: waits, signals }),
  );
  return submit(...jobs);
}

export async function groupSubmitExample(print: (line: string) => void): Promise<void> {
  const gpu = openSim({ name: "gpu", rings: 3, slots: 1 });
  const note = (what: string) => print(`${gpu.platform.now().toFixed(0).padStart(2)} ms  ${what}`);
  const { platform } = gpu;
  const [tiler, fragment, compute] = ["tiler", "fragment", "compute"].map((name, ring) => gpu.queue(name, { ring }));
  const uploads = new SyncObject({ name: "uploads", platform });
  const tiled = new SyncObject({ name: "tiled", platform });
  const frames = new SyncObject({ name: "frames", platform });
  const task = (label: string, duration: number): SimJob => ({ label, duration, run: () => note(`${label} runs`) });
  const newest = () => `tiled ${tiled.lastSubmitted}, frames ${frames.lastSubmitted}`;

  // A compositor that waits for frame 7, before anybody has promised it.
  const shown = frames
    .at(7n)
    .wait({ forSubmit: true })
    .then(() => note("frame 7 is shown"));

  // Three queues in one call. The shading waits for a point that the tiling of the same call signals, and that nobody
  // outside can find before the call is over.
  const particles = groupSubmit({ queue: compute!, work: task("particles", 4), signals: [uploads.at(1n)] });
  note(`particles submitted as compute:${particles[0]!.seqno}`);
  groupSubmit(
    { queue: tiler!, work: task("tiling", 3), waits: [uploads.at(1n)], signals: [tiled.at(7n)] },
    { queue: fragment!, work: task("shading", 5), waits: [tiled.at(7n)], signals: [frames.at(7n)] },
    { queue: compute!, work: task("culling", 6) },
  );
  note(`submitted: ${newest()}`);
  await shown;

  // Entry 3 waits for an upload that nobody has submitted: the whole call fails, and its first two entries with it.
  const again: readonly QueueSubmit[] = [
    { queue: tiler!, work: task("tiling 8", 3), signals: [tiled.at(8n)] },
    { queue: fragment!, work: task("shading 8", 5), waits: [tiled.at(8n)], signals: [frames.at(8n)] },
    { queue: compute!, work: task("culling 8", 1), waits: [uploads.at(2n)] },
  ];
  try {
    groupSubmit(...again);
  } catch (error) {
    note(`not submitted: ${String(error)}`);
  }
  note(`rolled back: ${newest()}`);

  // Somebody promises the upload, and the same call succeeds, with the seqnos that the failed one gave back.
  uploads.signalPoint(2n);
  const fences = groupSubmit(...again);
  note(`submitted as ${fences.map((fence) => `${fence.timelineName}:${fence.seqno}`).join(", ")}: ${newest()}`);
  await frames.at(8n).wait();
  note(`frame ${frames.lastSignalled} is done`);
  await gpu.close();
}
