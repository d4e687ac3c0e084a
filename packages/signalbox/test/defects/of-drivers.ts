/** Defects of drivers: of what they do in an interrupt, and of what they answer. */
import { defect } from "./defect.ts";
import type { Defect } from "./defect.ts";

export const ofDrivers: readonly Defect[] = [
  defect(
    "P18",
    "An interrupt handler submits the next job",
    "drivers",
    `
    deliver(() => void submit(queue.job({})));
    `,
  ),
  defect(
    "P19",
    "The same from a message port that a fence posts to",
    "drivers",
    `
    const owed = timeline.fence();
    owed.fence.register(Registration.post({ postMessage: () => void submit(queue.job({})) }));
    owed.signal();
    await turn();
    `,
  ),
  defect(
    "P20",
    "An interrupt handler is async",
    "drivers",
    `
    const owed = timeline.fence();
    deliver(async () => {
      await turn();
      owed.signal();
    });
    `,
  ),
  defect(
    "P21",
    "A driver's run is async",
    "drivers",
    `
    const ring: Ring = new Ring({
      name: "async",
      run: async () => {
        await turn();
        return "done";
      },
      cancel() {},
    });
    const [done] = submit(ring.queue("async").job({}));
    await done.wait();
    `,
  ),
  defect(
    "P22",
    "A driver answers nothing",
    "drivers",
    `
    const ring: Ring = new Ring({
      name: "silent",
      run(job) {
        void job.spec;
      },
      cancel() {},
    });
    const [done] = submit(ring.queue("silent").job({}));
    await done.wait();
    `,
  ),
  defect(
    "P23",
    "A driver throws out of run",
    "drivers",
    `
    const ring: Ring = new Ring({
      name: "throwing",
      run() {
        throw new Error("out of descriptors");
      },
      cancel() {},
    });
    const [done] = submit(ring.queue("throwing").job({}));
    await done.wait();
    `,
  ),
  defect(
    "P53",
    "A device's fence waits for what waits for its job",
    "drivers",
    `
    const hardware = new Timeline("hardware").fence();
    const ring: Ring = new Ring({ name: "ring", run: () => hardware.fence, cancel() {} });
    const [first] = submit(ring.queue("ring").job({}));
    const [second] = submit(queue.job({ after: first }));
    second.register(Registration.signal(hardware));
    await Promise.race([second.wait(), turn()]);
    `,
  ),
];
