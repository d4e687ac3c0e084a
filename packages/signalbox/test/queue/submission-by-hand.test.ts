import { describe, expect, it } from "vitest";
import { Registration } from "../../src/fence/registration.ts";
import { submission, submit } from "../../src/queue/submission.ts";
import type { Submission } from "../../src/queue/submission.ts";
import type { DestroyedQueue } from "../../src/queue/teardown.ts";
import { bench, jobs } from "../support/bench.ts";
import { reported } from "../support/reports.ts";
import { nameOf, thrownBy } from "../support/notes.ts";
import { pathEvents, expectUntouched } from "../support/submissions.ts";

describe("Q7: a submission by hand", () => {
  it("arms and pushes with its token, in any interleaving that keeps each queue's order", () => {
    const { ring, driver, work } = bench();
    const [a, b] = jobs(ring.queue("x"), "a b");
    const [c] = jobs(ring.queue("y"), "c");
    const events = pathEvents(() => {
      submission((section) => {
        const armedA = section.arm(a!);
        const armedC = section.arm(c!);
        section.push(armedC);
        section.push(armedA);
        section.push(section.arm(b!));
        expect([a!.state, b!.state, c!.state]).toEqual(["armed", "armed", "armed"]);
      });
    });
    expect(events.filter((event) => event.startsWith("pushed"))).toEqual(["pushed c", "pushed a", "pushed b"]);
    expect([a!, b!, c!].map((job) => job.state)).toEqual(["published", "published", "published"]);
    work();
    expect(driver.called("run")).toHaveLength(3);
  });

  it("an armed fence is a dependency of jobs that are armed after it, and of nobody else", () => {
    const { ring } = bench();
    const [a, b] = [ring.queue("x").job({ label: "a" }), ring.queue("y").job({ label: "b" })];
    submission((section) => {
      const armedA = section.arm(a);
      expect(thrownBy(() => a.wait()).code).toBe("EINVAL");
      expect(thrownBy(() => a.register(Registration.post({ postMessage: () => {} }))).code).toBe("EINVAL");
      expect(thrownBy(() => a.after(b)).code).toBe("EINVAL");
      b.after(a);
      section.push(section.arm(b));
      section.push(armedA);
    });
    expect([a.state, b.state]).toEqual(["published", "published"]);
  });

  it("Q7 (a), (b): leaving with a job armed and not pushed is an error, and rolls back all", () => {
    const { ring, driver, work } = bench();
    const [a, b] = jobs(ring.queue("q"), "a b");
    const error = thrownBy(() => {
      submission((section) => {
        const armedA = section.arm(a!);
        section.arm(b!);
        section.push(armedA);
      });
    });
    expect(error).toMatchObject({ code: "EINVAL", message: '[Job "b"] was armed and never pushed' });
    expectUntouched([a!, b!]);
    work();
    expect(driver.calls).toEqual([]);
    expect(reported()).toEqual(["leak-armed-job"]);
  });

  it("Q7 (b): an exception passes through, and rolls back all", () => {
    const { ring } = bench();
    const job = ring.queue("q").job({});
    const error = thrownBy(() => {
      submission((section) => {
        section.push(section.arm(job));
        throw new Error("changed my mind");
      });
    });
    expect(error.message).toBe("changed my mind");
    expectUntouched([job]);
    submit(job);
    expect(job.seqno).toBe(1);
  });

  it("Q7 (c): a second arm is an error that can be caught, and the first stays", () => {
    const { ring } = bench();
    const [a, b] = jobs(ring.queue("q"), "a b");
    submission((section) => {
      const armedA = section.arm(a!);
      expect(thrownBy(() => section.arm(a!)).code).toBe("EINVAL");
      section.push(armedA);
      section.push(section.arm(b!));
    });
    expect([a!.seqno, b!.seqno]).toEqual([1, 2]);
  });

  it("Q7 (d): a push without an arm, a second push, and one out of the queue's order are errors", () => {
    const { ring } = bench();
    const [a, b] = jobs(ring.queue("q"), "a b");
    submission((section) => {
      // @ts-expect-error -- only what `arm` answered can be pushed
      expect(thrownBy(() => section.push(a!)).message).toBe('[Job "a"] is fresh: only an armed job can be pushed');
      const armedA = section.arm(a!);
      const armedB = section.arm(b!);
      expect(thrownBy(() => section.push(armedB)).message).toBe(
        '[Job "b"] can\'t be pushed before q:1, which was armed first on the same queue',
      );
      section.push(armedA);
      expect(thrownBy(() => section.push(armedA)).message).toBe('[Job "a"] was pushed already');
      section.push(armedB);
    });
    expect([a!, b!].map(nameOf)).toEqual(["q:1", "q:2"]);
    const late = ring.queue("q").job({});
    submission((section) => {
      // @ts-expect-error -- the same
      expect(thrownBy(() => section.push(a!)).message).toBe('[Job "a"] is published: only an armed job can be pushed');
      section.push(section.arm(late));
    });
  });

  it("an async callback is an error, and rolls back all; what it does later is refused", async () => {
    const { ring } = bench();
    const [a, b] = jobs(ring.queue("q"), "a b");
    const later: unknown[] = [];
    const body = async (section: Submission): Promise<void> => {
      const armed = section.arm(a!);
      section.push(armed);
      await Promise.resolve();
      later.push(
        thrownBy(() => section.arm(b!)),
        thrownBy(() => section.push(armed)),
      );
    };
    // @ts-expect-error -- a submission is synchronous
    expect(thrownBy(() => submission(body))).toMatchObject({
      code: "EINVAL",
      message: expect.stringMatching(/must not be async/),
    });
    expectUntouched([a!, b!]);
    await Promise.resolve();
    await Promise.resolve();
    expect(later).toMatchObject([{ code: "EINVAL" }, { code: "EINVAL" }]);
    expect(reported()).toEqual(["section-await"]);
  });

  it("the token is worth nothing outside its callback, also while another submission is open", () => {
    const { ring } = bench();
    const job = ring.queue("q").job({});
    let stolen: Submission | undefined;
    submission((section) => {
      stolen = section;
    });
    expect(thrownBy(() => stolen?.arm(job))).toMatchObject({
      code: "EINVAL",
      message: expect.stringMatching(/is over/),
    });
    submission(() => {
      expect(thrownBy(() => stolen?.arm(job))).toMatchObject({
        code: "EINVAL",
        message: expect.stringMatching(/is over/),
      });
    });
    expectUntouched([job]);
  });

  it("promise 8: ending a queue after arming a job of it is ENODEV, and rolls back all", async () => {
    const { ring, driver, work } = bench();
    for (const end of ["destroy", "kill", "stop"] as const) {
      const rings = bench();
      const [queue, other] = [rings.ring.queue("q"), ring.queue("other")];
      const [job, mate] = [queue.job({}), other.job({})];
      let ended: DestroyedQueue | undefined;
      const error = thrownBy(() => {
        submission((section) => {
          const armedMate = section.arm(mate);
          const armedJob = section.arm(job);
          if (end === "destroy") ended = queue.destroy();
          else if (end === "kill") queue.kill();
          else rings.ring.stop();
          section.push(armedJob);
          section.push(armedMate);
        });
      });
      expect([end, error.code]).toEqual([end, "ENODEV"]);
      await ended;
      expectUntouched([job, mate]);
      expect([queue.state, rings.driver.calls]).toEqual(["inactive", []]);
    }
    work();
    expect(driver.calls).toEqual([]);
  });

  it("5000 jobs pushed one by one are no trouble", () => {
    const { ring, driver, work } = bench();
    const queue = ring.queue("q");
    const all = Array.from({ length: 5000 }, () => queue.job({}));
    submission((section) => {
      const armed = all.map((job) => section.arm(job));
      for (const job of armed) section.push(job);
    });
    work();
    expect(driver.called("run")).toHaveLength(5000);
  });
});
