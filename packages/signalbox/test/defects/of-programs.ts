/** Defects of programs: of GPU programs in the field, of worker pools, and of whoever uses this package in a hurry. */
import { defect } from "./defect.ts";
import type { Defect } from "./defect.ts";

const gpu = "WebGPU programs";
const workers = "worker pools";
const anybody = "anybody";

export const ofPrograms: readonly Defect[] = [
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
    const buffer = { reservation: new Reservation("buffer") };
    const order: string[] = [];
    const write = queue.job({ duration: 5, writes: [buffer], run: () => void order.push("write") });
    const read = other.job({ reads: [buffer], run: () => void order.push("read") });
    const [, done] = submit(write, read);
    await done.wait();
    if (order.join(" ") !== "write read") throw new Error("read before it was written");
    `,
    "jobs that say what they read and write wait for one another by themselves",
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
  defect(
    "P14",
    "Two async mutexes are taken in two orders",
    anybody,
    `
    const [a, b] = [declareLock("a"), declareLock("b")];
    for (const [outer, inner] of [
      [a, b],
      [b, a],
    ] as const) {
      outer.wanted();
      outer.taken();
      await turn();
      inner.wanted();
      inner.taken();
      inner.released();
      outer.released();
    }
    `,
  ),
  defect(
    "P15",
    "An async mutex is taken by who has it already",
    anybody,
    `
    const cache = declareLock("cache");
    cache.wanted();
    cache.taken();
    await turn();
    cache.wanted();
    `,
  ),
  defect(
    "P16",
    "A lock that is held over waits is taken where a fence is owed",
    anybody,
    `
    const table = declareLock("table");
    const owed = timeline.fence();
    signallingSection(() => {
      table.wanted();
      owed.signal();
      table.released();
    });
    `,
  ),
  defect(
    "P17",
    "Reservations are locked inside a section",
    anybody,
    `
    const buffer = new Reservation("buffer");
    deliver(() => void withReservations([buffer], () => {}));
    `,
  ),
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
    "P24",
    "A body that owes a fence forgets it",
    anybody,
    `
    publish(timeline.privateFence(), () => {});
    `,
  ),
  defect(
    "P25",
    "It forgets it on one path",
    anybody,
    `
    publish(timeline.privateFence(), (must) => {
      if (queue.state === "usable") return must.signal();
    });
    `,
  ),
  defect(
    "P26",
    "It is async",
    anybody,
    `
    publish(timeline.privateFence(), async (must) => must.signal());
    `,
  ),
  defect(
    "P27",
    "It answers another fence's proof",
    anybody,
    `
    let kept: WillBeSignalled<unknown> | undefined;
    publish(timeline.privateFence(), (must) => {
      const proof = must.signal();
      kept = proof;
      return proof;
    });
    publish(timeline.privateFence(), () => kept!);
    `,
  ),
  defect(
    "P28",
    "It answers the proof of the one around it",
    "what the types can't hold: an inner body sees the outer one's names",
    `
    const inner = new Timeline("inner").privateFence();
    publish(timeline.privateFence(), (must) => {
      const proof = must.signal();
      publish(inner, () => proof);
      return proof;
    });
    `,
  ),
  defect(
    "P29",
    "It keeps its obligation for later",
    anybody,
    `
    const kept: MustBeSignalled<unknown>[] = [];
    publish(timeline.privateFence(), (must) => {
      kept.push(must);
      return must.signal();
    });
    kept[0]?.signal();
    `,
  ),
  defect(
    "P30",
    "It discharges its obligation twice",
    anybody,
    `
    publish(timeline.privateFence(), (must) => {
      must.signal();
      return must.signal();
    });
    `,
  ),
  defect(
    "P31",
    "It gives its word without a reason",
    anybody,
    `
    publish(timeline.privateFence(), (must) => must.promise("", (fence) => void fence.signal()));
    `,
  ),
  defect(
    "P32",
    "It hands the obligation to a work item which waits before it signals",
    workers,
    `
    const work = new WorkQueue(realPlatform);
    const late = new Timeline("late").fence();
    publish(timeline.privateFence(), (must) =>
      must.transferTo(work, (there) => {
        void late.fence.wait().then(() => {});
        return there.signal();
      }),
    );
    await turn();
    late.signal();
    `,
  ),
  defect(
    "P33",
    "Something else on that work queue waits for fences",
    workers,
    `
    const work = new WorkQueue(realPlatform);
    const late = new Timeline("late").fence();
    const flush = new WorkItem(work, () => {
      late.fence.wait().catch(() => {});
      return false;
    });
    flush.schedule();
    publish(timeline.privateFence(), (must) => must.transferTo(work, (there) => there.signal()));
    await turn();
    late.signal();
    `,
  ),
  defect(
    "P34",
    "A thread blocks for a fence that is its own to signal",
    workers,
    `
    const owed = timeline.fence();
    waitBlocking(owed.fence, { timeout: 10 });
    owed.signal();
    `,
  ),
  defect(
    "P35",
    "A submission's token is used after its callback",
    anybody,
    `
    let kept: Submission | undefined;
    submission((section) => {
      kept = section;
    });
    kept?.arm(queue.job({}));
    `,
  ),
  defect(
    "P36",
    "A submission is opened inside another",
    anybody,
    `
    submission((section) => {
      const job = queue.job({});
      const armed = section.arm(job);
      submit(other.job({}));
      section.push(armed);
    });
    `,
  ),
  defect(
    "P37",
    "Whoever only waits signals",
    anybody,
    `
    const { fence } = timeline.fence();
    fence.signal();
    `,
  ),
  defect(
    "P38",
    "Fences of one timeline are signalled in another order",
    anybody,
    `
    const [first, second] = [timeline.fence(), timeline.fence()];
    second.signal();
    first.signal();
    `,
  ),
  defect(
    "P39",
    "Which of two fences is later is found out by their numbers",
    "32-bit seqnos wrap",
    `
    const wrapping = new Timeline("wrapping", { bits: 32 });
    const [a, b] = [wrapping.fence(), wrapping.fence()];
    const later = a.fence.seqno > b.fence.seqno ? a : b;
    wrapping.signalThrough(b.fence.seqno);
    void later;
    `,
  ),
  defect(
    "P40",
    "An error is stored when the fence has signalled",
    anybody,
    `
    const owed = timeline.fence();
    owed.signal();
    owed.setError(errno.EIO);
    `,
  ),
  defect(
    "P41",
    "One registration is put on two fences",
    anybody,
    `
    const [a, b] = [timeline.fence(), timeline.fence()];
    const registration = Registration.complete(new Completion());
    a.fence.register(registration);
    b.fence.register(registration);
    timeline.signalThrough(b.fence.seqno);
    `,
  ),
  defect(
    "P42",
    "A registration's port throws",
    anybody,
    `
    const owed = timeline.fence();
    owed.fence.register(
      Registration.post({
        postMessage() {
          throw new Error("the port is closed");
        },
      }),
    );
    owed.signal();
    await turn();
    `,
  ),
  defect(
    "P43",
    "A registration takes longer than a frame",
    anybody,
    `
    const owed = timeline.fence();
    owed.fence.register(
      Registration.post({
        postMessage() {
          for (const end = Date.now() + 150; Date.now() < end;);
        },
      }),
    );
    owed.signal();
    `,
  ),
  defect(
    "P44",
    "A timeline is dropped with fences that others wait for",
    anybody,
    `
    const ask = (): Fence => new Timeline("session").fence().fence;
    const answer = ask();
    const [done] = submit(queue.job({ after: answer }));
    await turn();
    collect();
    await done.wait();
    `,
  ),
  defect(
    "P45",
    "A wait for a fence that nobody can signal any more is left behind",
    anybody,
    `
    const forget = (): void => void new Timeline("once").fence().fence.wait().catch(() => {});
    forget();
    await turn();
    collect();
    `,
  ),
  defect(
    "P46",
    "A fence is added to a reservation without room for it",
    "buffer managers",
    `
    const buffer = new Reservation("buffer");
    await withReservations([buffer], (locks) => {
      locks.of(buffer).add(submit(queue.job({}))[0], "write");
    });
    `,
  ),
  defect(
    "P47",
    "A reservation is changed after its lock was released",
    "buffer managers",
    `
    const buffer = new Reservation("buffer");
    await withReservations([buffer], (locks) => {
      locks.release();
      locks.of(buffer).reserve(1);
    });
    `,
  ),
  defect(
    "P48",
    "Two tasks lock reservations inside of one another, in two orders",
    "buffer managers",
    `
    const [a, b] = [new Reservation("a"), new Reservation("b")];
    const nested = (outer: Reservation, inner: Reservation): Promise<void> =>
      withReservations([outer], (locks) => turn().then(() => withReservations([inner], () => {}, { within: locks })));
    await Promise.all([nested(a, b), nested(b, a)]);
    `,
  ),
  defect(
    "P49",
    "A point is waited for that nobody has submitted",
    "timeline semaphores",
    `
    const frames = new SyncObject();
    await frames.at(7n).wait();
    `,
  ),
  defect(
    "P50",
    "Points are signalled out of order",
    "timeline semaphores",
    `
    const frames = new SyncObject({ ordered: true });
    frames.signalPoint(7n);
    frames.signalPoint(3n);
    `,
  ),
  defect(
    "P51",
    "An obligation is handed to a job of another queue",
    anybody,
    `
    publish(timeline.privateFence(), (must) => must.transferTo(queue as JobQueue, other.job({}) as Job));
    `,
  ),
  defect(
    "P52",
    "A private fence is published twice",
    anybody,
    `
    const fence = timeline.privateFence();
    publish(fence, (must) => must.signal());
    publish(fence, (must) => must.signal());
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
  defect(
    "P54",
    "A section's body is a generator, and is left at a yield",
    anybody,
    `
    const owed = timeline.fence();
    const steps = signallingSection(function* () {
      yield owed.fence;
      owed.signal();
    });
    steps.next();
    owed.signal();
    `,
  ),
  defect(
    "P55",
    "A callback reaches into a private fence for its read side",
    anybody,
    `
    const ready = timeline.privateFence();
    await ready.fence.wait();
    `,
  ),
];
