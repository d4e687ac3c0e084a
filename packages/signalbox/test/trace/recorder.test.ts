import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { Registration, Ring, Timeline, errno, publish, submission, submit } from "../../src/index.ts";
import { hooks } from "../../src/hooks.ts";
import { disableLockdep } from "../../src/signalling/lockdep/lockdep.ts";
import { readPerfetto, startTrace, writePerfetto } from "../../src/trace/index.ts";
import { brief, manualSim, ofType, traced } from "./support.ts";

describe("the path of a job", () => {
  test("is told step by step, in order", () => {
    const trace = traced();
    const sim = manualSim({ latency: 2 });
    const queue = sim.queue("work", { credits: 4 });
    const gate = new Timeline("gate", { platform: sim.platform }).fence();
    submit(queue.job({ label: "bake", cost: 3, after: gate.fence }));
    sim.platform.setTimer(() => gate.signal(), 5);
    sim.platform.run();
    trace.stop();
    expect(trace.events().map(brief)).toEqual([
      "ringOpened sim.0",
      "queueOpened work",
      "fenceCreated gate:1",
      "jobMade work bake",
      "jobArmed work:1",
      "jobDependency work:1",
      "jobPushed work:1",
      "jobPublished work:1",
      "jobBlocked work:1",
      "fenceSignalled gate:1",
      "jobStarted work:1",
      "jobCompleted work:1",
      "fenceSignalled work:1",
      "jobReleased work:1",
    ]);
    const context = queue.job({}).context;
    expect(ofType(trace, "jobArmed")).toEqual([
      { type: "jobArmed", time: 0, job: { context, timeline: "work", seqno: 1 }, label: "bake", cost: 3 },
    ]);
    expect(ofType(trace, "jobDependency")[0]?.dependency).toEqual({
      context: gate.fence.context,
      timeline: "gate",
      seqno: 1,
    });
    expect(ofType(trace, "jobBlocked")[0]?.blocker).toMatchObject({ timeline: "gate", seqno: 1 });
    expect(ofType(trace, "jobStarted")).toMatchObject([{ time: 5, credits: 3 }]);
    expect(ofType(trace, "jobCompleted")).toMatchObject([{ time: 7, credits: 0, error: 0 }]);
  });

  test("names credits as what a head was blocked on", () => {
    const trace = traced();
    const sim = manualSim();
    const queue = sim.queue("work", { credits: 1 });
    submit(queue.job({}), queue.job({}));
    sim.platform.run();
    expect(ofType(trace, "jobBlocked")).toMatchObject([{ job: { seqno: 2 }, blocker: null }]);
  });

  test("ends with an error and its words when it failed", () => {
    const trace = traced();
    const sim = manualSim();
    submit(sim.queue("work").job({ error: errno.ENOMEM }));
    sim.platform.run();
    expect(ofType(trace, "jobCompleted")).toMatchObject([{ error: errno.ENOMEM }]);
    expect(ofType(trace, "fenceSignalled")).toMatchObject([
      { error: errno.ENOMEM, cause: "The simulated job was to fail with -12 (-5 is EIO)" },
    ]);
  });

  test("whose failure is another fence's tells that one's words", () => {
    const trace = traced();
    const timeline = new Timeline("frames");
    const [source, sink] = [timeline.fence(), new Timeline("sink").fence()];
    source.fence.register(Registration.signal(sink));
    source.fail(errno.EIO, new Error("the lamp broke"));
    expect(ofType(trace, "fenceSignalled").map(({ cause }) => cause)).toEqual(["the lamp broke", "the lamp broke"]);
  });

  test("that was cancelled tells why", () => {
    const trace = traced();
    const sim = manualSim();
    const first = sim.queue("first");
    const second = sim.queue("second");
    const third = sim.queue("third");
    const failing = first.job({ error: errno.EIO });
    submit(failing, second.job({ after: failing }), third.job({ label: "late" }), third.job({}));
    third.kill(new Error("no time left"));
    sim.platform.run();
    const path = trace.events().filter((event) => brief(event).endsWith(" second:1"));
    expect(path.map(({ type }) => type)).toEqual([
      "jobArmed",
      "jobDependency",
      "jobPushed",
      "jobPublished",
      "jobBlocked",
      "jobCancelled",
      "fenceSignalled",
      "jobReleased",
    ]);
    expect(ofType(trace, "jobCancelled").map(({ job, reason }) => [job.timeline, reason])).toEqual(
      expect.arrayContaining([
        ["second", { kind: "dependency", fence: { context: failing.context, timeline: "first", seqno: 1 } }],
        ["third", { kind: "killed", cause: "no time left" }],
      ]),
    );
  });

  test("that a lost device ended tells so", () => {
    const trace = traced();
    const sim = manualSim();
    const queue = sim.queue("work", { jobs: 1 });
    submit(queue.job({}), queue.job({}));
    sim.platform.run(0);
    sim.lose("unplugged");
    expect(ofType(trace, "jobCancelled")).toMatchObject([
      { job: { seqno: 2 }, reason: { kind: "lost", cause: "unplugged" } },
    ]);
    expect(ofType(trace, "jobCompleted")).toMatchObject([{ job: { seqno: 1 }, error: errno.EIO }]);
  });

  test("of a submission that was rolled back ends where it was made", () => {
    const trace = traced();
    const sim = manualSim();
    const queue = sim.queue("work");
    expect(() =>
      submission((section) => {
        section.arm(queue.job({ label: "undone" }));
        throw new Error("changed my mind");
      }),
    ).toThrow("changed my mind");
    submit(queue.job({ label: "done" }));
    sim.platform.run();
    expect(ofType(trace, "jobMade").map(({ label }) => label)).toEqual(["undone", "done"]);
    expect(ofType(trace, "jobArmed").map(({ job, label }) => [job.seqno, label])).toEqual([[1, "done"]]);
  });

  test("has what the device measured of it", () => {
    const trace = traced();
    const sim = manualSim();
    const queue = sim.queue("work");
    const job = queue.job({});
    submit(job);
    sim.platform.run(0.5);
    hooks.tracer?.deviceSpan({ ring: queue.ring, job, name: "pass", start: 0.25, end: 0.75 });
    sim.platform.run();
    expect(ofType(trace, "deviceSpan")).toMatchObject([
      { job: { timeline: "work", seqno: 1 }, ring: { name: "sim.0" }, name: "pass", start: 0.25, end: 0.75 },
    ]);
  });
});

describe("fences and waits", () => {
  test("a plain fence is told from its making to its signal", () => {
    const trace = traced();
    const timeline = new Timeline("frames");
    const [first, second] = [timeline.fence(), timeline.fence()];
    first.signal();
    second.fail(errno.ETIME, "too slow");
    expect(trace.events().map(brief)).toEqual([
      "fenceCreated frames:1",
      "fenceCreated frames:2",
      "fenceSignalled frames:1",
      "fenceSignalled frames:2",
    ]);
    expect(ofType(trace, "fenceSignalled")[1]).toMatchObject({ error: errno.ETIME, cause: "too slow" });
  });

  test("a wait is told from its beginning to its end, with the outcome", async () => {
    const trace = traced();
    const timeline = new Timeline("frames");
    const slow = timeline.fence();
    const abort = new AbortController();
    const waits = [slow.fence.wait(), slow.fence.wait({ timeout: 1 }), slow.fence.wait({ signal: abort.signal })];
    abort.abort(new Error("enough"));
    await Promise.allSettled(waits.slice(1));
    slow.fail(errno.EIO);
    await Promise.allSettled(waits);
    expect(ofType(trace, "waitStarted")).toHaveLength(3);
    expect(ofType(trace, "waitEnded").map(({ outcome }) => outcome)).toEqual(["aborted", "timeout", "failed"]);
  });
});

describe("a trace", () => {
  test("costs nothing when none runs: nobody listens", () => {
    const trace = traced();
    expect(hooks.tracer).not.toBeNull();
    trace.stop();
    expect(hooks.tracer).toBeNull();
    expect(trace.running).toBe(false);
  });

  test("is alone: a second one can't begin before the first has stopped", () => {
    const first = traced();
    expect(() => startTrace()).toThrow(expect.objectContaining({ code: "EBUSY" }));
    first.stop();
    traced().stop();
  });

  test("takes nothing more once it has stopped, even from a listener that still passes events on", () => {
    const trace = traced();
    const recorder = hooks.tracer;
    new Timeline("before").fence().signal();
    trace.stop();
    hooks.tracer = recorder;
    new Timeline("after").fence().signal();
    expect(trace.events().map(brief)).toEqual(["fenceCreated before:1", "fenceSignalled before:1"]);
    expect(trace.dropped).toBe(0);
  });

  test("refuses bounds that make no sense", () => {
    for (const maxEvents of [0, -1, 1.5, NaN, Infinity]) expect(() => startTrace({ maxEvents })).toThrow(RangeError);
    expect(() => startTrace({ drop: "all" as never })).toThrow(expect.objectContaining({ code: "EINVAL" }));
    expect(() => startTrace({ clock: "quick" as never })).toThrow(expect.objectContaining({ code: "EINVAL" }));
    expect(hooks.tracer).toBeNull();
  });

  test("begun late knows the names of queues, rings and timelines that were there before", () => {
    const sim = manualSim({ name: "old" });
    const queue = sim.queue("work", { credits: 9 });
    const failing = sim.queue("failed");
    const failed = failing.job({ error: errno.EIO });
    submit(failed);
    sim.platform.run(); // Released: its queue is gone from it.
    const trace = traced();
    submit(queue.job({ after: failed }));
    sim.platform.run();
    expect(trace.rings).toEqual([{ id: 1, name: "old.0", driver: "old", overlaps: false }]);
    expect(trace.timelines.map(({ name, driver, isQueue, credits }) => ({ name, driver, isQueue, credits }))).toEqual([
      { name: "work", driver: "old", isQueue: true, credits: 9 },
      { name: "failed", driver: "old", isQueue: true, credits: Infinity },
    ]);
    expect(ofType(trace, "jobDependency")[0]?.dependency).toMatchObject({ timeline: "failed", seqno: 1 });
    // A released job doesn't know its ring any more; the next one of its queue does.
    expect(trace.timelines[1]?.ring).toBeUndefined();
    submit(failing.job({}));
    expect(trace.timelines[1]?.ring?.name).toBe("old.0");
  });

  test("tells rings of one name apart", () => {
    const trace = traced();
    const rings = [1, 2].map(() => new Ring({ name: "twin", run: () => "done", cancel: () => {} }));
    for (const ring of rings) ring.queue("work");
    expect(trace.rings.map(({ id, name }) => [id, name])).toEqual([
      [1, "twin"],
      [2, "twin"],
    ]);
    expect(trace.timelines.map(({ ring }) => ring?.id)).toEqual([1, 2]);
  });

  test("keeps no job, fence, queue or ring alive", async () => {
    setFlagsFromString("--expose-gc");
    const gc = runInNewContext("gc") as () => void;
    disableLockdep(); // It keeps a timeline's fences until it has seen to those that nobody signalled.
    const trace = traced();
    const refs = await (async () => {
      const ring = new Ring({ name: "brief", run: () => "done", cancel: () => {} });
      const queue = ring.queue("work");
      const fence = new Timeline("frames").fence();
      const job = queue.job({ after: fence.fence });
      submit(job);
      fence.signal();
      await queue.destroy();
      return [ring, queue, fence, fence.fence, job].map((object) => new WeakRef<object>(object));
    })();
    await new Promise((resolve) => setTimeout(resolve, 5));
    gc();
    expect(refs.map((ref) => ref.deref()?.constructor.name)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(trace.length).toBeGreaterThan(10);
  });
});

describe("a fence that is owed on somebody's word", () => {
  test("is told with the reason, which its slice shows", () => {
    const trace = traced();
    const fence = publish(new Timeline("replies").privateFence(), (must) =>
      must.promise("the peer answers or the socket closes", (handle) => void handle.signal()),
    );
    expect(trace.events().map(brief)).toEqual([
      "fenceCreated replies:1",
      "promised replies:1",
      "fenceSignalled replies:1",
    ]);
    const reason = "the peer answers or the socket closes";
    const id = { context: fence.context, timeline: "replies", seqno: 1 };
    expect(ofType(trace, "promised")).toEqual([{ type: "promised", time: trace.events()[0]?.time, fence: id, reason }]);
    const [slice] = readPerfetto(writePerfetto(trace)).slices.filter(({ category }) => category === "fence");
    expect(slice?.facts["promised"]).toBe(reason);
  });
});
