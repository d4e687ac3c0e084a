import { describe, expect, it } from "vitest";
import { Timeline } from "../../src/fence/timeline.ts";
import { submission, submit } from "../../src/queue/submission.ts";
import type { Submission } from "../../src/queue/submission.ts";
import { bench, jobs } from "../support/bench.ts";
import { nameOf, thrownBy } from "../support/notes.ts";
import type { AnyJob } from "../support/manual-driver.ts";
import { pathEvents, expectUntouched } from "../support/submissions.ts";

describe("submit", () => {
  it("answers the done fences, which are the jobs, in order", () => {
    const { ring } = bench();
    const [a, b] = [ring.queue("a").job({}), ring.queue("b").job({})];
    const fences = submit(a, b);
    expect(fences[0]).toBe(a);
    expect(fences[1]).toBe(b);
    expect(fences).toHaveLength(2);
  });

  it("Q29: takes seqnos in the order of the pushes on each queue", () => {
    const { ring } = bench();
    const [x, y] = [ring.queue("x"), ring.queue("y")];
    const all = [x.job({}), y.job({}), x.job({}), x.job({}), y.job({})];
    submit(...all);
    expect(all.map(nameOf)).toEqual(["x:1", "y:1", "x:2", "x:3", "y:2"]);
    const [next] = submit(x.job({}));
    expect(next.seqno).toBe(4);
  });

  it("Q8: arms all, then pushes all, and publishes after the last push", () => {
    const { ring } = bench();
    const [a, b] = jobs(ring.queue("q"), "a b");
    const c = ring.queue("r").job({ label: "c", after: [a!, b!] });
    expect(pathEvents(() => submit(a!, b!, c))).toEqual([
      "armed a",
      "armed b",
      "armed c",
      "c after q:2",
      "pushed a",
      "pushed b",
      "pushed c",
      "published a",
      "published b",
      "published c",
    ]);
  });

  it("nothing runs inside it, and nothing before the next microtask", () => {
    const { ring, driver, work } = bench();
    submit(ring.queue("q").job({ label: "j" }));
    expect(driver.calls).toEqual([]);
    work();
    expect(driver.calls).toEqual(["run j", "flush"]);
  });

  it("of nothing is nothing", () => {
    expect(submit()).toEqual([]);
  });

  it("promise 4: a mate may depend on those before it in the batch, on any queue", () => {
    const { ring, driver, work } = bench();
    const [x, y] = [ring.queue("x"), ring.queue("y")];
    const [a] = jobs(x, "a");
    const [b] = jobs(y, "b", { after: a! });
    const [c] = jobs(x, "c", { after: b! });
    submit(a!, b!, c!);
    for (const label of ["a", "b", "c"]) {
      work();
      expect(driver.called("run").at(-1)).toBe(label);
      driver.complete();
    }
  });

  it("20 000 jobs in one batch, each after the one before, are no trouble", () => {
    const { ring, driver, finish } = bench();
    const queues = [ring.queue("x"), ring.queue("y")];
    const all: AnyJob[] = [];
    for (let index = 0; index < 20_000; index++) {
      const job = queues[index % 2]!.job({ run: "done" });
      all.push(index === 0 ? job : job.after(all[index - 1]!));
    }
    submit(...all);
    finish();
    expect(all.every((job) => job.status === 1)).toBe(true);
    expect(driver.called("run")).toHaveLength(20_000);
  });
});

describe("Q8: a submission that fails", () => {
  it("promise 11: a mate that comes later, or nobody submitted, is an error at arm; nothing happened", () => {
    const { ring, driver, work } = bench();
    const queue = ring.queue("q");
    const [a, b, stranger] = jobs(queue, "a b stranger");
    a!.after(b!);
    const c = ring.queue("r").job({ label: "c" });
    const events = pathEvents(() => {
      const error = thrownBy(() => submit(c, a!, b!));
      expect(error.code).toBe("EINVAL");
      expect(error.message).toBe(
        '[Job "a"] depends on [Job "b"], which was not submitted and is not earlier in this batch',
      );
    });
    expect(events).toEqual([]);
    expectUntouched([a!, b!, c]);
    // Wherever it is among the dependencies.
    const gates = Array.from({ length: 20 }, (_, index) => new Timeline(`t${index}`).fence().fence);
    b!.after(...gates, stranger!);
    expect(thrownBy(() => submit(b!)).message).toContain('[Job "stranger"]');
    work();
    expect(driver.calls).toEqual([]);
    submit(c);
    expect(c.seqno).toBe(1);
  });

  it("gives the seqnos back: the next submission takes the same ones", () => {
    const { ring } = bench();
    const [x, y] = [ring.queue("x"), ring.queue("y")];
    submit(x.job({}));
    const all = [x.job({}), y.job({}), x.job({})];
    const bad = y.job({ after: x.job({}) });
    thrownBy(() => submit(...all, bad));
    expectUntouched([...all, bad]);
    submit(...all);
    expect(all.map(nameOf)).toEqual(["x:2", "y:1", "x:3"]);
  });

  it("a job that is in the batch twice, or was submitted before, or was released, is an error", () => {
    const { ring, finish } = bench();
    const queue = ring.queue("q");
    const [a, b] = jobs(queue, "a b");
    expect(thrownBy(() => submit(a!, b!, a!)).code).toBe("EINVAL");
    expectUntouched([a!, b!]);
    submit(a!);
    expect(thrownBy(() => submit(b!, a!)).message).toContain("it is queued");
    expectUntouched([b!]);
    finish();
    expect(thrownBy(() => submit(a!)).message).toContain("it is released");
  });

  it("a job whose queue was destroyed since is ENODEV, and takes the batch with it", () => {
    const { ring } = bench();
    const [x, y] = [ring.queue("x"), ring.queue("y")];
    const [a, b] = [x.job({}), y.job({})];
    void y.destroy();
    expect(thrownBy(() => submit(a, b))).toMatchObject({ code: "ENODEV" });
    expectUntouched([a, b]);
  });

  it("what is no job is EINVAL", () => {
    const { ring } = bench();
    const job = ring.queue("q").job({});
    const plain = new Timeline("t").fence().fence;
    for (const wrong of [plain, {}, null, undefined, "job"]) {
      expect(thrownBy(() => submit(job, wrong as AnyJob)).code).toBe("EINVAL");
    }
    expectUntouched([job]);
  });

  it("keeps the jobs' dependencies as they were: submitted in another order they are still waited for", () => {
    const { ring, driver, work } = bench();
    const x = ring.queue("x");
    const [first, second, third] = jobs(x, "first second third");
    const dependent = ring.queue("y").job({ label: "dependent", after: [first!, second!] });
    const own = x.job({ label: "own", after: third! });
    const bad = x.job({ after: x.job({}) });
    thrownBy(() => submit(first!, second!, third!, dependent, own, bad));
    // The later of the two is the other one now, and a mate of the own queue may not come later.
    submit(second!, first!, dependent);
    work();
    driver.complete(second);
    work();
    expect(driver.called("run")).toEqual(["second", "first"]);
    driver.complete(first);
    work();
    expect(driver.called("run")).toEqual(["second", "first", "dependent"]);
    expect(thrownBy(() => submit(own)).message).toContain('[Job "third"]');
  });
});

describe("Q8: dependencies on jobs whose seqnos are taken back", () => {
  /** Two jobs of a queue, and one that is put behind both inside a submission that is rolled back. */
  function rolledBack() {
    const set = bench({ overlaps: true });
    const [a1, a2] = jobs(set.ring.queue("a"), "a1 a2") as [AnyJob, AnyJob];
    const [b] = jobs(set.ring.queue("b"), "b") as [AnyJob];
    const wrong = new Error("rolled back");
    const body = (section: Submission): void => {
      section.arm(a1);
      section.arm(a2);
      b.after(a1, a2);
      throw wrong;
    };
    expect(thrownBy(() => submission(body))).toBe(wrong);
    return { ...set, a1, a2, b };
  }

  it("bug: both are waited for, though they come in another order later", () => {
    const { driver, work, a1, a2, b } = rolledBack();
    submit(a2, a1, b);
    work();
    driver.complete(a2);
    work();
    expect(driver.called("run")).toEqual(["a2", "a1"]);
    driver.complete(a1);
    work();
    expect(driver.called("run")).toEqual(["a2", "a1", "b"]);
  });

  it("bug: one that is not submitted later is missed (promise 4)", () => {
    const { a2, b } = rolledBack();
    expect(thrownBy(() => submit(a2, b))).toMatchObject({
      code: "EINVAL",
      message: expect.stringMatching(/depends on \[Job "a1"\]/),
    });
    expect([a2, b].map(({ state }) => state)).toEqual(["fresh", "fresh"]);
  });
});
