/** Defects that one order of many shows: of drivers, and of programs that go by what has always come first. */
import { defectOfOrder } from "./defect.ts";
import type { Defect } from "./defect.ts";

export const ofOrders: readonly Defect[] = [
  defectOfOrder(
    "P56",
    "A driver keeps one completion for its interrupt, and loses the one before",
    "drivers",
    `
    const given = new Set<object>();
    let finished: Job<unknown, JobSpec> | undefined;
    const driver = world.watch<JobSpec>({ name: "gpu", run: (job) => (given.add(job), "pending"), cancel() {} });
    const ring: Ring = new Ring(driver, { platform: world.platform });
    world.actor("interrupt", function* () {
      for (let told = 0; told < 2; told++) {
        yield until("tells of what is finished", () => finished !== undefined);
        const job = finished!;
        finished = undefined;
        job.queue.complete(job);
      }
    });
    for (const queue of [ring.queue("left"), ring.queue("right")]) {
      world.actor(\`unit of \${queue.name}\`, function* () {
        yield "is given a job";
        const job = queue.job({});
        submit(job);
        yield until("finishes it", () => given.has(job));
        finished = job;
      });
    }
    `,
  ),
  defectOfOrder(
    "P57",
    "A driver ends a job alone and gives its slot away, and the late completion completes the next one",
    "drivers",
    `
    let slot: Job<unknown, JobSpec> | undefined;
    const given: Job<unknown, JobSpec>[] = [];
    const finished = new Set<object>();
    const driver = world.watch<JobSpec>({
      name: "gpu",
      run(job) {
        slot = job;
        given.push(job);
        return "pending";
      },
      cancel() {},
      timedOut() {
        slot = undefined;
        return "recovered";
      },
    });
    const queue = new Ring(driver, { platform: world.platform, slots: 1 }).queue("work", { timeout: 10 });
    world.actor("program", function* () {
      yield "submits two jobs";
      submit(queue.job({}), queue.job({}));
    });
    world.actor("hardware", function* () {
      for (let count = 0; count < 2; count++) {
        yield until("finishes a job", () => given.length > count);
        finished.add(given[count]!);
        yield "says that the slot is done";
        if (slot === undefined) continue;
        world.check(finished.has(slot), "a job completes that the hardware has not finished");
        slot.queue.complete(slot);
      }
    });
    `,
  ),
  defectOfOrder(
    "P58",
    "A job is not told what it needs, since that has always come first",
    "GPU programs",
    `
    const gpu = world.device("gpu", { rings: 2 });
    const upload = gpu.queue("upload").job({ label: "upload" });
    const draw = gpu.queue("draw", { ring: 1 }).job({ label: "draw" });
    world.expects(draw, upload);
    world.actor("loader", function* () {
      yield "submits the upload";
      submit(upload);
    });
    world.actor("frame", function* () {
      yield "submits what draws it";
      submit(draw);
    });
    `,
  ),
  defectOfOrder(
    "P59",
    "A program asks whether a queue takes jobs, and submits a turn later",
    "programs",
    `
    const queue = world.device("gpu").queue("work");
    world.actor("program", function* () {
      yield "asks whether the queue takes jobs";
      const usable = queue.state === "usable";
      yield "submits";
      if (usable) submit(queue.job({}));
    });
    world.actor("owner", function* () {
      yield "destroys the queue";
      void queue.destroy();
    });
    `,
  ),
];
