import { describe, expect, it } from "vitest";
import { FenceError, errno } from "../../src/errors.ts";
import { Registration } from "../../src/fence/registration.ts";
import { Timeline } from "../../src/fence/timeline.ts";
import { SimPlatform } from "../../src/platform/simulated.ts";
import { submit } from "../../src/queue/submission.ts";
import { bench } from "../support/bench.ts";
import type { AnyJob } from "../support/manual-driver.ts";

const platform = new SimPlatform({ auto: false });

describe("a failure that passes from fence to fence", () => {
  it("leads to the fence that failed by itself, past all between", () => {
    const fences = ["a", "b", "c", "d"].map((name) => new Timeline(name, { platform }).fence());
    fences.reduce((before, after) => {
      before.fence.register(Registration.signal(after));
      return after;
    });
    const cause = new Error("no carrier");
    fences[0]!.fail(errno.EIO, cause);
    for (const { fence } of fences.slice(1)) {
      const failure = fence.failure();
      expect(failure?.cause).toBeInstanceOf(FenceError);
      expect(failure?.cause).toMatchObject({ timeline: "a", code: "EIO", cause });
    }
  });

  it("goes through jobs that were cancelled and hardware fences alike", () => {
    const { ring, driver, finish, gates, platform: clock } = bench();
    const hardware = new Timeline("hardware", { platform: clock }).fence();
    const first = ring.queue("first").job({ label: "first", run: hardware.fence });
    const second = ring.queue("second").job({ label: "second", after: first });
    const third = ring.queue("third").job({ label: "third", after: second });
    submit(first, second, third);
    const follower = gates.fence();
    third.register(Registration.signal(follower));
    finish();
    hardware.fail(errno.ENODATA, "ring test failed");
    finish();
    expect(driver.called("cancel")).toEqual(["second dependency", "third dependency"]);
    expect(first.failure()).toMatchObject({
      code: "ENODATA",
      cause: { timeline: "hardware", cause: "ring test failed" },
    });
    const whole = { code: "ENODATA", timeline: "hardware" };
    expect(second.failure()).toMatchObject({ code: "ECANCELED", job: "second", cause: whole });
    expect(third.failure()).toMatchObject({ code: "ECANCELED", job: "third", cause: whole });
    expect(third.failure()?.message).toContain("its dependency second:1 failed");
    expect(follower.fence.failure()).toMatchObject({ code: "ECANCELED", timeline: "gate", cause: whole });
  });

  it("100 000 jobs that were cancelled, each for the one before, still tell why", () => {
    const { ring, driver, finish, work } = bench();
    const queues = [ring.queue("even"), ring.queue("odd")];
    const chain: AnyJob[] = [];
    for (let count = 0; count < 100_000; count++) {
      const job = queues[count % 2]!.job(count === 0 ? {} : { after: chain[count - 1]! });
      submit(job);
      chain.push(job);
    }
    work();
    driver.complete(chain[0], errno.EIO, new Error("the first failed"));
    finish();
    const failure = chain.at(-1)!.failure();
    expect(failure).toMatchObject({ code: "ECANCELED", cause: { code: "EIO", queue: "even", seqno: 1 } });
    expect(failure?.message.length).toBeLessThan(300);
  });

  it("keeps the first of a row alive and none of those between", () => {
    const { ring, driver, finish, work } = bench();
    const queues = [ring.queue("even"), ring.queue("odd")];
    const first = queues[0]!.job({});
    submit(first);
    const last = Array.from({ length: 10 }).reduce<AnyJob>((before, _, index) => {
      const job = queues[(index + 1) % 2]!.job({ after: before });
      submit(job);
      return job;
    }, first);
    work();
    driver.complete(first, errno.EIO);
    finish();
    // What the last one refers to, however deep: of fences, itself and the first alone.
    const seen = new Set<unknown>();
    const look = (value: unknown): void => {
      if (typeof value !== "object" || value === null || seen.has(value)) return;
      seen.add(value);
      for (const key of Reflect.ownKeys(value)) look(Reflect.get(value, key));
    };
    look(last._cause);
    look(last._next);
    look(last._dependency);
    expect([...seen].filter((value) => value instanceof first.constructor)).toEqual([first]);
  });
});
