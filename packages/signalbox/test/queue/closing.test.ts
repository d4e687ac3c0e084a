import { describe, expect, it } from "vitest";
import { checkCloseOptions, closeRings } from "../../src/queue/closing.ts";
import { submit } from "../../src/queue/submission.ts";
import { bench, jobs } from "../support/bench.ts";
import { thrownBy } from "../support/notes.ts";

describe("closing the rings of a device", () => {
  it("stops them at once, lets what was pushed run, and leaves no timer", async () => {
    const { ring, another, driver, finish, platform } = bench();
    const other = another();
    const all = [...jobs(ring.queue("x"), "a b"), ...jobs(other.ring.queue("y"), "c")];
    submit(...all);
    const closed = closeRings("device", [ring, other.ring], platform, { timeout: 1000 });
    for (const each of [ring, other.ring]) expect(thrownBy(() => each.queue("z"))).toMatchObject({ code: "ENODEV" });
    finish();
    // The timer of the timeout is pending until the rings have said that they are drained.
    expect(await closed).toBe("drained");
    expect([all.map((job) => job.status), platform.idle, driver.called("cancel")]).toEqual([[1, 1, 1], true, []]);
  });

  it("without a timeout, or with one of Infinity, waits for ever", async () => {
    for (const options of [{}, { timeout: Infinity }]) {
      const { ring, finish, platform, work } = bench();
      const [job] = jobs(ring.queue("q"), "j");
      submit(job!);
      const closed = closeRings("device", [ring], platform, options);
      work();
      expect([platform.idle, job!.stage]).toEqual([true, "running"]);
      finish();
      expect([await closed, job!.status]).toEqual(["drained", 1]);
    }
  });

  it("promise 1: when the time is up, ends what is left with ETIME and says so, and every fence has signalled", async () => {
    const { ring, driver, gates, platform, work } = bench();
    const queue = ring.queue("q", { jobs: 1 });
    const all = [...jobs(queue, "running queued"), ...jobs(ring.queue("r"), "blocked", { after: gates.fence().fence })];
    submit(...all);
    const closed = closeRings("device", [ring], platform, { timeout: 50 });
    work();
    platform.run(49);
    expect(all.map((job) => job.stage)).toEqual(["running", "queued", "queued"]);
    platform.run(50);
    await Promise.resolve();
    await Promise.resolve();
    work();
    expect(await closed).toBe("expired");
    for (const job of all) {
      expect(job.failure()).toMatchObject({
        code: "ETIME",
        cause: { code: "ETIME", message: expect.stringMatching(/within 50 ms/) },
      });
    }
    expect([driver.called("cancel"), ring.queues]).toEqual([["queued lost", "blocked lost"], []]);
  });

  it("rings without work are closed at once", async () => {
    const { ring, platform } = bench();
    ring.queue("q");
    expect(await closeRings("device", [ring], platform)).toBe("drained");
    expect(ring.queues).toEqual([]);
  });

  it("a timeout that makes no sense is a RangeError that names it", () => {
    for (const timeout of [-1, NaN]) {
      expect(() => checkCloseOptions({ timeout })).toThrow(RangeError);
      expect(() => checkCloseOptions({ timeout })).toThrow(`got ${timeout}`);
    }
    checkCloseOptions({});
    checkCloseOptions({ timeout: 0 });
    checkCloseOptions({ timeout: Infinity });
  });
});
