/** Defects of GPU programs: buffers, uploads, frames and their ends, as they are seen in the field. */
import { defect } from "./defect.ts";
import type { Defect } from "./defect.ts";

const gpu = "WebGPU programs";

export const ofGpuPrograms: readonly Defect[] = [
  defect(
    "P1",
    "A buffer is written again before the GPU has read it",
    gpu,
    `
    const staging = new Uint8Array(4);
    let uploaded = -1;
    const upload = queue.job({ duration: 5, run: () => setTimeout(() => (uploaded = staging[0]!), 5) });
    staging[0] = 1;
    submit(upload);
    staging[0] = 2; // Nobody asked whether the device is done with it.
    await upload.wait();
    await turn();
    `,
  ),
  defect(
    "P2",
    "Two jobs use one buffer, and neither names the other",
    gpu,
    `
    const buffer = { reservation: new Reservation("buffer"), bytes: new Uint8Array(1) };
    let seen = -1;
    const fill = (): void => void device.platform.setTimer(() => (buffer.bytes[0] = 7), 5);
    const write = queue.job({ run: fill, duration: 5 });
    const read = other.job({ run: () => void (seen = buffer.bytes[0]!) });
    const [, done] = submit(write, read); // Neither \`writes: [buffer]\` nor \`reads: [buffer]\`, nor \`after: write\`.
    await done.wait();
    if (seen !== 7) throw new Error(\`the reader saw \${seen} where the writer wrote 7\`);
    `,
  ),
  defect(
    "P3",
    "A pool of buffers is awaited inside a submission",
    gpu,
    `
    const free: Promise<number>[] = [Promise.resolve(1)];
    const job = queue.job({});
    submission(async (section) => {
      await free.pop();
      section.push(section.arm(job));
    });
    `,
  ),
  defect(
    "P4",
    "A fence of one's own batch is waited for before the batch is submitted",
    gpu,
    `
    const job = queue.job({});
    await job.wait();
    submit(job);
    `,
  ),
  defect(
    "P5",
    "The same from inside the submission",
    gpu,
    `
    const job = queue.job({});
    submission((section) => {
      const armed = section.arm(job);
      void armed.wait();
      section.push(armed);
    });
    `,
  ),
  defect(
    "P6",
    "A failed upload is read as if it had come",
    gpu,
    `
    const upload = queue.job({ error: errno.EIO });
    const draw = other.job({ result: "garbage" }).after(upload);
    submit(upload, draw);
    await draw.wait();
    `,
  ),
  defect(
    "P7",
    "A wait that floats: nobody hears of its failure, and the program goes on without it",
    gpu,
    `
    const [done] = submit(queue.job({ error: errno.EIO }));
    done.wait();
    `,
  ),
  defect(
    "P8",
    "A result is read before the job is done",
    gpu,
    `
    const job = queue.job<number>({ result: 7 });
    submit(job);
    void job.result;
    `,
  ),
  defect(
    "P9",
    "The device's end is awaited in the middle of a frame's section",
    gpu,
    `
    const owed = timeline.fence();
    signallingSection(async () => {
      await device.close();
      owed.signal();
    });
    `,
  ),
  defect(
    "P10",
    "A frame is submitted on a queue that was destroyed with its surface",
    gpu,
    `
    const surface = device.queue("surface");
    await surface.destroy();
    submit(surface.job({}));
    `,
  ),
  defect(
    "P11",
    "A command list is submitted twice",
    gpu,
    `
    const draw = queue.job({});
    submit(draw);
    submit(draw);
    `,
  ),
  defect(
    "P12",
    "A dependency is added to what runs already",
    gpu,
    `
    const [draw, upload] = [queue.job({}), other.job({})];
    submit(draw, upload);
    draw.after(upload);
    `,
  ),
  defect(
    "P13",
    "A lock is held while a pool is waited for, which is refilled under that lock",
    "a buffer pool with credits",
    `
    const [table, pool] = [declareLock("table"), declarePool("buffers", { refilledByFences: true })];
    const locked = async (body: () => void): Promise<void> => {
      table.wanted();
      await turn();
      table.taken();
      body();
      table.released();
    };
    await pool.refilling(() => locked(() => {}));
    await locked(() => pool.taking());
    `,
  ),
];
