import { describe, expect, test } from "vitest";
import { Ring, Timeline, submit } from "../../src/index.ts";
import { EventLog } from "../../src/trace/event-log.ts";
import { RECORD } from "../../src/trace/record.ts";
import { summarize, writePerfetto, readPerfetto } from "../../src/trace/index.ts";
import { brief, traced } from "./support.ts";

describe("the bound on memory", () => {
  test("drops the oldest, in blocks, and counts them", () => {
    const trace = traced({ maxEvents: 100 });
    const timeline = new Timeline("frames");
    for (let index = 0; index < 1000; index++) timeline.fence();
    expect(trace.length).toBeLessThanOrEqual(100);
    expect(trace.length).toBeGreaterThan(75 - 1);
    expect(trace.dropped + trace.length).toBe(1000);
    const events = trace.events().map(brief);
    expect(events.at(-1)).toBe("fenceCreated frames:1000");
    expect(events[0]).toBe(`fenceCreated frames:${trace.dropped + 1}`);
  });

  test("drops the newest, if asked to, and counts them", () => {
    const trace = traced({ maxEvents: 100, drop: "newest" });
    const timeline = new Timeline("frames");
    for (let index = 0; index < 1000; index++) timeline.fence();
    expect(trace.length).toBe(100);
    expect(trace.dropped).toBe(900);
    expect(trace.events().map(brief).slice(-1)).toEqual(["fenceCreated frames:100"]);
  });

  test("holds for one event too", () => {
    for (const drop of ["oldest", "newest"] as const) {
      const trace = traced({ maxEvents: 1, drop });
      const timeline = new Timeline("frames");
      for (let index = 0; index < 5; index++) timeline.fence();
      expect([trace.length, trace.dropped]).toEqual([1, 4]);
      trace.stop();
    }
  });

  test("lets go of the words with the events that they belong to", () => {
    const log = new EventLog(new Float64Array(1), 8, "oldest", () => {});
    for (let index = 0; index < 100; index++) {
      const place = log.add(0, 0, 0);
      log.cells[place + 5] = log.text(`word ${index}`);
    }
    const words: (string | undefined)[] = [];
    log.forEach((cells, place, texts) => words.push(texts[cells[place + 5]! - 1]));
    expect(words).toEqual(Array.from({ length: log.length }, (_, index) => `word ${100 - log.length + index}`));
  });

  test("lets go of names that only dropped events spoke of", () => {
    const trace = traced({ maxEvents: 400 });
    for (let index = 0; index < 20_000; index++) new Timeline(`timeline ${index}`).fence();
    expect(trace.timelines.length).toBeLessThan(2500);
    // Every name that an event needs is there.
    expect(new Set(trace.events().map(brief)).size).toBe(trace.length);
    expect(trace.events().map(brief).at(-1)).toBe("fenceCreated timeline 19999:1");
  });

  test("keeps a queue's ring known as long as the queue speaks", async () => {
    const trace = traced({ maxEvents: 400 });
    const queue = new Ring({ name: "steady", run: () => "done", cancel: () => {} }).queue("work");
    for (let index = 0; index < 3000; index++) {
      new Timeline(`timeline ${index}`).fence();
      submit(queue.job({}));
      if (index % 50 === 0) await queue.drain();
    }
    expect(trace.timelines.find(({ name }) => name === "work")?.ring?.name).toBe("steady");
    expect(summarize(trace)).toMatchObject([{ queue: "work", ring: "steady" }]);
  });

  test("is told in the file, and a file of half a story is still sound", async () => {
    const trace = traced({ maxEvents: 300 });
    const ring = new Ring({ name: "steady", run: () => "done", cancel: () => {} });
    const [first, second] = [ring.queue("first", { credits: 3 }), ring.queue("second", { credits: 3 })];
    for (let index = 0; index < 100; index++) {
      const job = first.job({});
      submit(job, second.job({ after: job }));
    }
    await ring.drain();
    expect(trace.dropped).toBeGreaterThan(0);
    const { slices, problems } = readPerfetto(writePerfetto(trace));
    expect(problems).toEqual([]);
    expect(slices.find(({ name }) => name === "trace")?.facts).toEqual({
      events: trace.length,
      "events dropped": trace.dropped,
    });
  });
});

test("a record begins empty, though its chunk was used before", () => {
  const time = new Float64Array(1);
  const log = new EventLog(time, 4, "oldest", () => {});
  for (let index = 0; index < 20; index++) {
    time[0] = index;
    const place = log.add(1, 2, 3);
    expect(Array.from(log.cells.subarray(place, place + RECORD))).toEqual([1, index, 2, 3, 0, 0, 0, 0]);
    log.cells.fill(9, place + 4, place + RECORD);
  }
});
