/** The defects of the kernel's job queues in drafts, and of the discussions about them (kernel-semantics 11.3, 13; decisions Q7-Q28). */
import { defect } from "./defect.ts";
import type { Defect } from "./defect.ts";

export const ofTheKernel: readonly Defect[] = [
  defect(
    "11.3.1",
    "A callback that takes a lock runs where the fence signals",
    "a job queue in Rust: callbacks run under the fence's lock, and take the queue's",
    `
    const table = new Reservation("table");
    const { fence } = timeline.fence();
    fence.register({ called: () => withReservations([table], () => {}) });
    `,
  ),
  defect(
    "11.3.2",
    "What a job's start does re-enters its own queue",
    "the same: a done fence is signalled under the lock that its waiter takes",
    `
    const ring: Ring = new Ring({
      name: "echo",
      run() {
        submit(echo.job({}));
        return "done";
      },
      cancel() {},
    });
    const echo = ring.queue("echo");
    const [done] = submit(echo.job({}));
    await done.wait();
    `,
  ),
  defect(
    "11.3.3",
    "Memory is taken on the way to a signal",
    "the same: the waker allocates its work item with GFP_KERNEL",
    `
    const buffers = declarePool("buffers", { refilledByFences: true });
    const owed = timeline.fence();
    signallingSection(() => {
      buffers.taking();
      owed.signal();
    });
    `,
  ),
  defect(
    "11.3.4",
    "A job that costs more than its queue's credits waits for ever",
    "the same; drm_sched truncates",
    `
    const narrow = device.queue("narrow", { credits: 4 });
    const [done] = submit(narrow.job({ cost: 5 }));
    await done.wait();
    `,
  ),
  defect(
    "11.3.5",
    "A device's fence has signalled before the job is on the list",
    "the same: a raced job is put on the running list and never removed",
    `
    const ring: Ring = new Ring({ name: "raced", run: () => stubFence(), cancel() {} });
    const raced = ring.queue("raced");
    submit(raced.job({}), raced.job({}));
    await raced.drain();
    if (ring.inFlight !== 0) throw new Error("a job is left on the ring");
    return { "left on the ring": ring.inFlight };
    `,
    { harmless: "a device's fence that has signalled completes the job as any other does" },
  ),
  defect(
    "11.3.6",
    "A device's fences are of several timelines, so that jobs would signal out of order",
    "the same: done fences out of seqno order",
    `
    const [left, right] = [new Timeline("left"), new Timeline("right")];
    const handles: DriverFence[] = [];
    const ring: Ring = new Ring({
      name: "two-lanes",
      run(job) {
        const handle = (job.seqno % 2 === 1 ? left : right).fence();
        handles.push(handle);
        return handle.fence;
      },
      cancel() {},
    });
    const lanes = ring.queue("lanes");
    const done = submit(lanes.job({}), lanes.job({}));
    await turn();
    const seen: boolean[][] = [];
    for (const handle of [handles[1], handles[0]]) {
      handle?.signal();
      seen.push(done.map(({ signalled }) => signalled));
    }
    if (seen[0]?.[1] === true) throw new Error("out of order");
    await done[1].wait();
    return { "signalled when the second is complete": seen[0], "when the first is, too": seen[1] };
    `,
    { harmless: "a job that is complete before an older one of its queue is held back" },
  ),
  defect(
    "11.3.7",
    "Something fails after half of a batch was armed",
    "the same: dangling pointers when an allocation fails late",
    `
    const [a, b] = [queue.job({}), queue.job({})];
    const allocate = (): void => {
      throw new RangeError("no memory");
    };
    try {
      submission((section) => {
        const first = section.arm(a);
        const second = section.arm(b);
        allocate();
        section.push(first);
        section.push(second);
      });
    } catch (error) {
      if (!(error instanceof RangeError) || error.message !== "no memory") throw error;
    }
    if (a.state !== "fresh" || b.seqno !== 0) throw new Error("something is left of the batch");
    return { states: [a.state, b.state], seqnos: [a.seqno, b.seqno] };
    `,
    { harmless: "a submission that throws is rolled back, all of it" },
  ),
  defect(
    "11.3.8a",
    "A queue is dropped with jobs on it, and its driver with it",
    "the same: its done fences never signal (L1)",
    `
    const warmUp = (): void => {
      const ring: Ring = new Ring({ name: "cache", run: () => "pending", cancel() {} });
      submit(ring.queue("dropped").job({}));
    };
    warmUp();
    await turn();
    collect();
    await turn();
    `,
  ),
  defect(
    "11.3.8b",
    "A queue is dropped whose jobs others wait for",
    "the same",
    `
    const upload = new Timeline("upload").fence();
    const start = (): readonly [WeakRef<JobQueue>, Fence] => {
      const ring: Ring = new Ring({ name: "gpu", run: () => "done", cancel() {} });
      const dropped = ring.queue("dropped");
      return [new WeakRef(dropped), submit(dropped.job({ after: upload.fence }))[0]];
    };
    const [dropped, done] = start();
    await turn();
    collect();
    const kept = dropped.deref() !== undefined;
    upload.signal();
    await turn();
    if (!done.signalled) throw new Error("nobody is left to signal it");
    return { "the queue is kept": kept, "its job has signalled": done.signalled };
    `,
    { harmless: "a job that waits, or is waited for, keeps its queue; dropped is what nobody can hear of any more" },
  ),
  defect(
    "11.3.8c",
    "A device is dropped while a queue of it is at work",
    "the same: a scheduler that is freed with jobs on it (X3)",
    `
    const start = (): JobQueue => openSim({ name: "camera" }).queue("frames");
    const frames = start();
    await turn();
    collect();
    await submit(frames.job({}))[0].wait();
    await turn();
    `,
  ),
  defect(
    "J1",
    "A job is made, and its submission is forgotten",
    "hidden drops: jobs that were initialised and never armed, whose cleanup is mandatory all the same",
    `
    const save = (): Fence => {
      const write = queue.job({ label: "write" });
      other.job({ label: "flush" }).after(write);
      return submit(write)[0];
    };
    await save().wait();
    await turn();
    collect();
    await turn();
    `,
  ),
  defect(
    "11.3.9a",
    "A device's failure is not passed on to the job",
    "the same: errors of hardware fences are never copied",
    `
    const hardware = timeline.fence();
    const ring: Ring = new Ring({ name: "failing", run: () => hardware.fence, cancel() {} });
    const [done] = submit(ring.queue("failing").job({}));
    await turn();
    hardware.fail(errno.EIO);
    if (done.error !== errno.EIO) throw new Error("a failed job looks like a good one");
    return { "the device's error": hardware.fence.error, "the job's": done.error };
    `,
    { harmless: "the job takes over the error of the device's fence" },
  ),
  defect(
    "11.3.9b",
    "Two submitters get seqnos in one order, and queue in another",
    "the same: the seqno is taken before the queue's lock",
    `
    const [a, b] = [queue.job({}), queue.job({})];
    submission((section) => {
      const first = section.arm(a);
      const second = section.arm(b);
      section.push(second);
      section.push(first);
    });
    `,
  ),
  defect(
    "Q7a",
    "Between arm and push of one job another one's section is over, and something is waited for",
    "arm and push with cookies: sections nest, batches don't",
    `
    const [a, b] = [queue.job({}), other.job({})];
    submission((section) => {
      const first = section.arm(a);
      const second = section.arm(b);
      section.push(first);
      void first.wait();
      section.push(second);
    });
    `,
  ),
  defect(
    "Q7b",
    "A path leaves between arm and push",
    "the same: the section stays open, and nothing disarms",
    `
    const job = queue.job({});
    submission((section) => {
      const armed = section.arm(job);
      if (queue.creditsInFlight >= 0) return;
      section.push(armed);
    });
    `,
  ),
  defect(
    "Q7c",
    "A job is armed twice",
    "the same: a live fence is initialised again",
    `
    const job = queue.job({});
    submission((section) => {
      section.arm(job);
      const armed = section.arm(job);
      section.push(armed);
    });
    `,
  ),
  defect(
    "Q7d",
    "A job is pushed that was never armed",
    "the same: an unbalanced release",
    `
    const job = queue.job({});
    submission((section) => {
      section.push(job);
    });
    `,
  ),
  defect(
    "Q9",
    "A place that was kept for a dependency is never filled",
    "drm_dep: the job runs too early, without a warning",
    `
    const job = queue.job({});
    job.reserveSlot();
    submit(job);
    `,
  ),
  defect(
    "Q10a",
    "A callback's last reference is dropped in the signaller's stack, and with it everything that it held",
    "hidden drops: they take sleeping locks, or free, sometimes for the last owner only",
    `
    const { fence } = timeline.fence();
    const held = new Array<number>(1_000_000).fill(1);
    fence.register(() => void held.splice(0));
    `,
  ),
  defect(
    "Q10b",
    "One lock of a class is taken under another one",
    "nested locking, of which nothing in the types tells",
    `
    const [a, b] = [new Reservation("a"), new Reservation("b")];
    await withReservations([a], async () => {
      await turn();
      await withReservations([b], () => {});
    });
    `,
  ),
  defect(
    "Q15a",
    "A job waits for a younger one of its own queue",
    "job queues that drop, skip or deadlock on such a dependency",
    `
    const [first, second] = [queue.job({}), queue.job({})];
    first.after(second);
    submit(first, second);
    `,
  ),
  defect(
    "Q15b",
    "A job waits for itself",
    "the same",
    `
    const job = queue.job({});
    submit(job.after(job));
    `,
  ),
  defect(
    "Q28a",
    "A promise is dropped, and nobody signals it",
    "fences that are freed unsignalled (F17)",
    `
    const owed = timeline.fence();
    const [done] = submit(queue.job({ after: owed.fence }));
    await Promise.race([done.wait(), turn()]);
    `,
  ),
  defect(
    "Q28b",
    "A promise is put where it is forgotten",
    "the same, where no compiler can follow it",
    `
    const pending = new Map<number, DriverFence>();
    const ask = (id: number): Fence => {
      const owed = timeline.fence();
      pending.set(id, owed);
      return owed.fence;
    };
    const answers = [ask(1), ask(2)];
    pending.get(1)?.signal();
    pending.clear(); // The connection is gone, and so is the second answer.
    await turn();
    collect();
    await answers[1]?.wait();
    `,
  ),
  defect(
    "F11",
    "An error is stored with the wrong sign, and reads as success",
    "a job queue in Rust, in the path that was to tell of dropped fences",
    `
    timeline.fence().fail(125);
    `,
  ),
  defect(
    "L4a",
    "A wait inside a signalling section",
    "the kernel's own lockdep doesn't see it",
    `
    const [owed, late] = [timeline.fence(), new Timeline("late").fence()];
    signallingSection(() => {
      void late.fence.wait().then(() => {});
      owed.signal();
    });
    late.signal();
    `,
  ),
  defect(
    "L4b",
    "The same through an object that could be anything",
    "the same, where no linter can follow it",
    `
    const late = new Timeline("late").fence();
    const steps: Record<string, () => unknown> = { settle: () => late.fence.wait().catch(() => {}) };
    const step = steps[["sett", "le"].join("")];
    signallingSection(() => {
      step?.();
    });
    late.signal();
    `,
  ),
  defect(
    "L6",
    "A callback registers on more fences, which may share the lock that is held",
    "a scheduler's kill path, that went through the dependencies from a callback",
    `
    const [a, b] = [new Timeline("a").fence(), new Timeline("b").fence()];
    const ran: string[] = [];
    const second = Registration.post({ postMessage: () => ran.push("b") });
    a.fence.register(Registration.post({ postMessage: () => void b.fence.register(second) }));
    a.signal();
    b.signal();
    if (ran.length !== 1) throw new Error("a registration was lost");
    return { "registrations that ran": ran };
    `,
    { harmless: "no lock is held, and what registrations set off runs after them, in constant stack" },
  ),
  defect(
    "L5",
    "Fences that wait for one another are published",
    "fence cycles, which no kernel checks for",
    `
    const owed = timeline.fence();
    const [done] = submit(queue.job({ after: owed.fence }));
    done.register(Registration.signal(owed));
    await Promise.race([done.wait(), turn()]);
    `,
  ),
];
