import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Ring, Timeline, errno, submit } from "../../src/index.ts";
import { hooks } from "../../src/hooks.ts";
import { readPerfetto, startTrace, summarize, writePerfetto } from "../../src/trace/index.ts";
import type { FileSlice, FileTrack, PerfettoTrace, Trace } from "../../src/trace/index.ts";
import { frames, perform, randomProgram } from "./programs.ts";
import { manualSim, ofType, traced } from "./support.ts";

function read(trace: Trace, lanes = 10_000): PerfettoTrace {
  return readPerfetto(writePerfetto(trace, { lanes }));
}

/** A track's name and those of the tracks above it. */
function pathOf(track: FileTrack): string {
  return track.parent === undefined ? track.name : `${pathOf(track.parent)}/${track.name}`;
}

function ofCategory({ slices }: PerfettoTrace, category: string): FileSlice[] {
  return slices.filter((slice) => slice.category === category);
}

/** Fails unless each slice is inside the slice that it began in. */
function expectNesting({ slices }: PerfettoTrace): void {
  const open = new Map<FileTrack, FileSlice[]>();
  for (const slice of slices) {
    const stack = open.get(slice.track) ?? [];
    stack.length = slice.depth;
    const outer = stack.at(-1);
    if (outer !== undefined) {
      expect(slice.start).toBeGreaterThanOrEqual(outer.start);
      expect(slice.end).toBeLessThanOrEqual(outer.end);
    }
    expect(slice.end).toBeGreaterThanOrEqual(slice.start);
    stack.push(slice);
    open.set(slice.track, stack);
  }
}

describe("480 jobs over three queues", () => {
  const trace = startTrace();
  frames();
  trace.stop();
  const bytes = writePerfetto(trace);
  const file = readPerfetto(bytes);

  test("make a sound file", () => {
    expect(file.problems).toEqual([]);
    expect(file.brokenFlows).toBe(0);
    expectNesting(file);
  });

  test("have a track for each ring, queue and timeline, with lanes and counters below", () => {
    expect([...new Set(file.tracks.map(pathOf))].sort()).toEqual(
      [
        "signalbox",
        "ring gpu.0 (gpu)",
        "ring gpu.0 (gpu)/hardware",
        "ring gpu.0 (gpu)/queue upload",
        "ring gpu.0 (gpu)/queue upload/running",
        "ring gpu.0 (gpu)/queue upload/waiting",
        "ring gpu.0 (gpu)/queue upload/credits in flight of 12",
        "ring gpu.0 (gpu)/queue upload/queued",
        "ring gpu.0 (gpu)/queue readback",
        "ring gpu.0 (gpu)/queue readback/running",
        "ring gpu.0 (gpu)/queue readback/waiting",
        "ring gpu.0 (gpu)/queue readback/waits",
        "ring gpu.0 (gpu)/queue readback/credits in flight of 4",
        "ring gpu.0 (gpu)/queue readback/queued",
        "ring gpu.1 (gpu)",
        "ring gpu.1 (gpu)/hardware",
        "ring gpu.1 (gpu)/queue compute",
        "ring gpu.1 (gpu)/queue compute/running",
        "ring gpu.1 (gpu)/queue compute/waiting",
        "ring gpu.1 (gpu)/queue compute/credits in flight of 3",
        "ring gpu.1 (gpu)/queue compute/queued",
        "timelines",
        "timelines/timeline vsync",
        "timelines/timeline vsync/fences",
      ].sort(),
    );
    const lanes = file.tracks.filter((track) => pathOf(track).endsWith("queue compute/running"));
    expect(lanes).toHaveLength(3); // What credits let overlap.
    expect(lanes.every(({ merges }) => merges)).toBe(true);
    expect(file.tracks.filter(({ isCounter }) => isCounter).map(({ unit }) => unit)).toEqual([
      "credits",
      "jobs",
      "credits",
      "jobs",
      "credits",
      "jobs",
    ]);
  });

  test("have a slice for each wait and each run, an instant for each end", () => {
    const [upload, compute, readback] = summarize(trace).sort((a, b) => a.context - b.context);
    expect([upload?.jobs, compute?.jobs, readback?.jobs]).toEqual([120, 240, 120]);
    expect([upload?.failed, compute?.cancelled, readback?.cancelled]).toEqual([1, 2, 1]);
    expect(ofCategory(file, "waiting")).toHaveLength(480);
    expect(ofCategory(file, "running")).toHaveLength(477);
    expect(ofCategory(file, "hardware")).toHaveLength(477);
    expect(ofCategory(file, "cancelled")).toHaveLength(3);
    expect(ofCategory(file, "signalled")).toHaveLength(480);
    expect(ofCategory(file, "fence")).toHaveLength(120);
    expect(ofCategory(file, "wait")).toHaveLength(120);
  });

  test("have an arrow for each dependency, from its run to its dependent's", () => {
    expect(file.flows).toHaveLength(ofType(trace, "jobDependency").length);
    const named = file.flows.map(({ from, to }) => `${from.name} -> ${to.name}`);
    expect(named).toContain("put 7 -> blur 7");
    expect(named).toContain("vsync:8 -> blur 7");
    expect(named).toContain("compute:16 -> readback:8"); // Edges have no label.
    expect(named).toContain("put 40 -> cancelled");
    for (const { from, to } of file.flows) {
      expect(from.start).toBeLessThanOrEqual(to.start);
      expect(from.end).toBeLessThanOrEqual(to.start);
      expect(["running", "fence", "cancelled"]).toContain(from.category);
      expect(to.category).toBe(from.category === "cancelled" || to.name === "cancelled" ? "cancelled" : "running");
    }
  });

  test("have counters that follow the credits", () => {
    const of = (name: string): number[] =>
      file.samples.filter(({ track }) => pathOf(track).endsWith(name)).map(({ value }) => value);
    const credits = of("queue upload/credits in flight of 12");
    expect(credits).toHaveLength(240);
    expect(Math.max(...credits)).toBe(summarize(trace)[0]?.peakCredits);
    expect(credits.at(-1)).toBe(0);
    expect(of("queue compute/queued").at(-1)).toBe(0);
    expect(Math.min(...of("queue compute/queued"))).toBe(0);
  });

  test("say what they are", () => {
    const running = ofCategory(file, "running").find(({ name }) => name === "put 40");
    const upload = trace.timelines.find(({ name }) => name === "upload");
    expect(running?.facts).toEqual({
      "fence context": upload?.context,
      "fence seqno": 41,
      queue: "upload",
      cost: 1,
      error: "EIO",
      cause: "The simulated job was to fail with -5 (-5 is EIO)",
    });
    const blur = ofCategory(file, "running").find(({ name }) => name === "blur 7");
    expect(blur?.facts).toMatchObject({ queue: "compute", dependencies: "upload:8, vsync:8" });
    const cancelled = ofCategory(file, "cancelled").find(({ facts }) => facts["job"] === "blur 40");
    expect(cancelled?.facts).toMatchObject({ reason: "its dependency upload:41 failed" });
  });

  test("give all marks of one job one number", () => {
    const running = ofCategory(file, "running").find(({ name }) => name === "put 8")!;
    const same = file.slices.filter(({ job }) => job === running.job);
    expect(same.map(({ category }) => category).sort()).toEqual(["hardware", "running", "signalled", "waiting"]);
    expect(new Set(ofCategory(file, "running").map(({ job }) => job)).size).toBe(477);
  });

  test("take about 30 bytes an event", () => {
    const marks = file.slices.length * 2 + file.samples.length;
    expect(bytes.length / marks).toBeLessThan(45);
  });
});

describe("what is on the hardware", () => {
  test("is derived for an in-order ring: from the end of the job before", () => {
    const trace = traced();
    const sim = manualSim({ latency: 10 });
    const queue = sim.queue("work");
    submit(queue.job({}), queue.job({}), queue.job({}));
    sim.platform.run(25);
    trace.stop();
    const file = read(trace);
    const ms = ({ name, start, end, facts }: FileSlice) => [name, start / 1e6, end / 1e6, facts["unfinished"]];
    expect(ofCategory(file, "running").map(ms)).toEqual([
      ["work:1", 0, 10, undefined],
      ["work:2", 0, 20, undefined],
      ["work:3", 0, 25, true],
    ]);
    expect(ofCategory(file, "hardware").map(ms)).toEqual([
      ["work:1", 0, 10, undefined],
      ["work:2", 10, 20, undefined],
      ["work:3", 20, 25, true],
    ]);
  });

  test("is what the device measured, where it did, on the ring that it names", () => {
    const trace = traced();
    const sim = manualSim({ rings: 2, latency: 10 });
    const [queue, other] = [sim.queue("work"), sim.queue("other", { ring: 1 })];
    const job = queue.job({ label: "blur" });
    submit(job);
    sim.platform.run();
    for (const [name, start, end] of [
      ["horizontal", 1, 4],
      ["vertical", 3, 6],
    ] as const) {
      hooks.tracer?.deviceSpan({ ring: other.ring, job, name, start, end });
    }
    const hardware = ofCategory(read(trace), "hardware");
    expect(hardware.map(({ name, start, end, track }) => [name, start / 1e6, end / 1e6, pathOf(track)])).toEqual([
      ["horizontal", 1, 4, "ring sim.1 (sim)/hardware"],
      ["vertical", 3, 6, "ring sim.1 (sim)/hardware"],
    ]);
    expect(new Set(hardware.map(({ track }) => track)).size).toBe(2); // They overlap.
  });

  test("is in order on a lane, though the later span was told first and began in the same nanosecond", () => {
    const trace = traced();
    const sim = manualSim();
    const { ring } = sim.queue("work");
    const job = sim.queue("other").job({});
    submit(job);
    sim.platform.run();
    hooks.tracer?.deviceSpan({ ring, job, name: "second", start: 2.000_000_1, end: 3 });
    hooks.tracer?.deviceSpan({ ring, job, name: "first", start: 1, end: 2 });
    const hardware = ofCategory(read(trace), "hardware");
    expect(hardware.map(({ name, start, end, depth }) => [name, start / 1e6, end / 1e6, depth])).toEqual([
      ["first", 1, 2, 0],
      ["second", 2, 3, 0],
    ]);
  });

  test("is not guessed for a driver that runs jobs at once", async () => {
    const trace = traced();
    const ring = new Ring({ name: "pool", overlaps: true, run: () => "done", cancel: () => {} });
    submit(ring.queue("work").job({}));
    await ring.drain();
    const file = read(trace);
    expect(ofCategory(file, "running")).toHaveLength(1);
    expect(ofCategory(file, "hardware")).toHaveLength(0);
  });
});

describe("a file", () => {
  test("closes what had not ended, and points from where a dependency waits to where its dependent waits", () => {
    const trace = traced();
    const sim = manualSim({ latency: 10 });
    const queue = sim.queue("work", { jobs: 1 });
    const blocked = sim.queue("blocked");
    const gate = new Timeline("gate", { platform: sim.platform }).fence();
    const jobs = [queue.job({}), queue.job({})];
    submit(...jobs, blocked.job({ after: [jobs[1]!, gate.fence] }));
    sim.platform.run(5);
    const file = read(trace);
    expect(file.problems).toEqual([]);
    expect(
      file.slices.filter(({ facts }) => facts["unfinished"] === true).map(({ name, category }) => [name, category]),
    ).toEqual([
      ["gate:1", "fence"],
      ["work:2", "waiting"],
      ["blocked:1", "waiting"],
      ["work:1", "hardware"],
      ["work:1", "running"],
    ]);
    expect(file.flows.map(({ from, to }) => [from.name, from.category, to.name, to.category])).toEqual([
      ["work:2", "waiting", "blocked:1", "waiting"],
      ["gate:1", "fence", "blocked:1", "waiting"],
    ]);
  });

  test("shows what a head was blocked on, inside its wait", () => {
    const trace = traced();
    const sim = manualSim({ latency: 10 });
    const queue = sim.queue("work", { credits: 1 });
    const gate = new Timeline("gate", { platform: sim.platform }).fence();
    sim.platform.setTimer(() => gate.signal(), 4);
    submit(queue.job({}), queue.job({ after: gate.fence }));
    sim.platform.run();
    const blocked = ofCategory(read(trace), "blocked");
    expect(blocked.map(({ name, start, end, depth }) => [name, start / 1e6, end / 1e6, depth])).toEqual([
      ["blocked on gate:1", 0, 4, 1], // Until 10 it waited for its credit, which the core didn't tell.
    ]);
  });

  test("shows one thing after the other that a head was blocked on", () => {
    const trace = traced();
    const sim = manualSim({ latency: 10 });
    const queue = sim.queue("work", { credits: 1 });
    const gate = new Timeline("gate", { platform: sim.platform }).fence();
    const job = queue.job({ after: gate.fence });
    submit(queue.job({}), job);
    sim.platform.run(4);
    hooks.tracer?.jobBlocked(job, null);
    sim.platform.setTimer(() => gate.signal(), 1);
    sim.platform.run();
    const blocked = ofCategory(read(trace), "blocked");
    expect(blocked.map(({ name, start, end }) => [name, start / 1e6, end / 1e6])).toEqual([
      ["blocked on gate:1", 0, 4],
      ["blocked on credits", 4, 10],
    ]);
  });

  test("shows an end when it was, though a later job's came first", () => {
    const trace = traced();
    const sim = manualSim({ latency: 10 });
    const [queue, failing] = [sim.queue("work"), new Timeline("gate", { platform: sim.platform }).fence()];
    submit(queue.job({}), queue.job({ after: failing.fence }));
    sim.platform.setTimer(() => failing.fail(errno.EIO), 2);
    sim.platform.run();
    const ends = ["cancelled", "signalled"].flatMap((category) => ofCategory(read(trace), category));
    expect(ends.map(({ category, start, facts }) => [category, start / 1e6, facts["fence seqno"]])).toEqual([
      ["cancelled", 2, 2],
      ["signalled", 10, 1],
      ["signalled", 10, 2],
    ]);
  });

  test("is of the same length for lanes that are not enough, and says what it left out", () => {
    const trace = traced();
    const sim = manualSim({ latency: 1 });
    const queue = sim.queue("work", { jobs: 1 });
    submit(...Array.from({ length: 10 }, () => queue.job({})));
    sim.platform.run();
    const file = read(trace, 4);
    expect(file.problems).toEqual([]);
    expect(file.tracks.filter(({ name }) => name === "waiting")).toHaveLength(4);
    const notes = ofCategory(file, "trace").map(({ name }) => name);
    const drawn = ofCategory(file, "waiting").length;
    expect(notes).toEqual(["trace", `not drawn: ${10 - drawn} of "waiting"`]);
    expect(() => writePerfetto(trace, { lanes: 0 })).toThrow(RangeError);
  });

  test("of an empty trace is sound, and so is one that is written while the trace runs", () => {
    const trace = traced();
    expect(read(trace).problems).toEqual([]);
    const sim = manualSim();
    submit(sim.queue("work").job({}));
    sim.platform.run(0.5);
    expect(read(trace).problems).toEqual([]);
    expect(ofCategory(read(trace), "running")).toHaveLength(1);
  });

  test("keeps rings and queues of one name apart", () => {
    const trace = traced();
    for (let count = 0; count < 2; count++) {
      const ring = new Ring({ name: "twin", run: () => "done", cancel: () => {} });
      ring.queue("work");
      ring.queue("work");
    }
    const { tracks } = read(trace);
    expect(
      tracks.filter(({ name }) => name === "ring twin").map(({ merges, children }) => [merges, children.length]),
    ).toEqual([
      [false, 2],
      [false, 2],
    ]);
  });

  test("carries any words, and is read from the middle of a buffer too", () => {
    const trace = traced();
    const sim = manualSim();
    const label = `${"ä".repeat(200)} \u{1f6a6} "<&>"`;
    submit(sim.queue(label).job({ label }));
    sim.platform.run();
    const bytes = writePerfetto(trace);
    const inside = new Uint8Array(bytes.length + 20).fill(255);
    inside.set(bytes, 10);
    const file = readPerfetto(inside.subarray(10, 10 + bytes.length));
    expect(ofCategory(file, "running").map(({ name }) => name)).toEqual([label]);
    expect(file.tracks.map(({ name }) => name)).toContain(`queue ${label}`);
  });
});

test("any program gives a file whose slices nest and close and whose arrows have both ends", () => {
  fc.assert(
    fc.property(randomProgram, fc.integer({ min: 1, max: 3 }), (program, lanes) => {
      const trace = startTrace();
      try {
        perform(program);
      } finally {
        trace.stop();
      }
      const file = read(trace);
      expect(file.problems).toEqual([]);
      expectNesting(file);
      const count = (type: Parameters<typeof ofType>[1]): number => ofType(trace, type).length;
      expect(ofCategory(file, "waiting")).toHaveLength(count("jobPushed"));
      expect(ofCategory(file, "running")).toHaveLength(count("jobStarted"));
      expect(ofCategory(file, "blocked")).toHaveLength(count("jobBlocked"));
      expect(ofCategory(file, "cancelled")).toHaveLength(count("jobCancelled"));
      expect(ofCategory(file, "fence")).toHaveLength(count("fenceCreated"));
      expect(ofCategory(file, "wait")).toHaveLength(count("waitStarted"));
      expect(file.flows).toHaveLength(count("jobDependency"));
      for (const { from, to } of file.flows) expect(from.start).toBeLessThanOrEqual(to.start);
      // Few lanes lose slices, never sense.
      expect(read(trace, lanes).problems).toEqual([]);
    }),
    { numRuns: 300 },
  );
}, 60_000);

test("any program gives a sound file, though only a part of its events was kept, or the trace began late", () => {
  fc.assert(
    fc.property(
      randomProgram,
      fc.nat(20),
      fc.integer({ min: 1, max: 60 }),
      fc.constantFrom("oldest", "newest"),
      (program, late, maxEvents, drop) => {
        let trace: Trace | undefined;
        try {
          perform(program, (step) => {
            if (step === late) trace = startTrace({ maxEvents, drop });
          });
        } finally {
          trace?.stop();
        }
        if (trace === undefined) return;
        const file = read(trace);
        expect(file.problems).toEqual([]);
        expectNesting(file);
        for (const { jobs, done, failed, cancelled, unfinished } of summarize(trace)) {
          expect(done + failed + cancelled + unfinished).toBe(jobs);
        }
      },
    ),
    { numRuns: 300 },
  );
}, 60_000);
