import { describe, expect, it } from "vitest";
import { bench } from "../support/bench.ts";
import { thrownBy } from "../support/notes.ts";

describe("opening a queue", () => {
  it("limits that make no sense are RangeErrors that name them", () => {
    const { ring } = bench();
    for (const credits of [0, -1, NaN]) {
      expect(() => ring.queue("q", { credits })).toThrow(RangeError);
      expect(() => ring.queue("q", { credits })).toThrow(`got ${credits}`);
    }
    for (const limit of [0, -1, 1.5, NaN]) {
      expect(() => ring.queue("q", { jobs: limit })).toThrow(RangeError);
      expect(() => ring.queue("q", { jobs: limit })).toThrow(`got ${limit}`);
    }
    expect(ring.queues).toEqual([]);
  });

  it("words that are none of the list are EINVAL", () => {
    const { ring } = bench();
    expect(thrownBy(() => ring.queue("q", { priority: "urgent" as "high" }))).toMatchObject({ code: "EINVAL" });
    expect(thrownBy(() => ring.queue("q", { onFailedDependency: "panic" as "ask" }))).toMatchObject({ code: "EINVAL" });
    expect(thrownBy(() => ring.queue(""))).toMatchObject({ code: "EINVAL" });
    expect(ring.queues).toEqual([]);
  });

  it("says what it was opened with", () => {
    const { ring } = bench();
    const [bounded, unbounded] = [ring.queue("bounded", { credits: 5 }), ring.queue("unbounded")];
    expect([bounded.name, bounded.credits, unbounded.credits, bounded.state]).toEqual([
      "bounded",
      5,
      Infinity,
      "usable",
    ]);
    expect([bounded.ring, ring.queues]).toEqual([ring, [bounded, unbounded]]);
    const zeros = { pushed: 0, done: 0, failed: 0, cancelled: 0, peakCredits: 0 };
    expect([bounded.creditsInFlight, bounded.stats]).toEqual([0, zeros]);
  });
});
