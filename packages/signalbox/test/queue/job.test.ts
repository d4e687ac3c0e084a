import { describe, expect, it } from "vitest";
import { FenceError, errno } from "../../src/errors.ts";
import { Fence } from "../../src/fence/fence.ts";
import { Timeline } from "../../src/fence/timeline.ts";
import { Job } from "../../src/queue/job.ts";
import { submit } from "../../src/queue/submission.ts";
import { bench, jobs } from "../support/bench.ts";
import { thrownBy, traced } from "../support/notes.ts";

describe("a job", () => {
  it("is its done fence, and goes made, queued, running, complete, released", () => {
    const { ring, driver, work } = bench();
    const stages: string[] = [];
    const note = (): void => void stages.push(`${job.stage} ${job.state}`);
    const job = ring.queue("q").job({
      run: () => {
        note();
        return "pending";
      },
    });
    expect(job).toBeInstanceOf(Fence);
    note();
    expect(submit(job)[0]).toBe(job);
    note();
    work();
    note();
    driver.complete();
    note();
    work();
    note();
    expect(stages).toEqual([
      "made fresh",
      "queued published",
      "running published",
      "running published",
      "complete signalled",
      "released signalled",
    ]);
  });

  it("that will never run goes queued, cancelled, released", () => {
    const { ring, work, driver } = bench({
      cancel: (cancelled) => void stages.push(`${cancelled.stage} ${cancelled.state}`),
      release: (released) => void stages.push(`${released.stage} ${released.state}`),
    });
    const stages: string[] = [];
    const queue = ring.queue("q");
    const job = queue.job({ label: "j" });
    submit(job);
    queue.kill();
    work();
    stages.push(`${job.stage} ${job.state}`);
    expect(stages).toEqual(["cancelled published", "cancelled signalled", "released signalled"]);
    expect(driver.calls).toEqual(["cancel j killed", "release j"]);
  });

  it("has what it was made of until it is released, and says so after", () => {
    const { ring, finish } = bench();
    const queue = ring.queue("q");
    const spec = { label: "j", cost: 3 };
    const job = queue.job(spec);
    expect([job.spec, job.queue, job.cost, job.label]).toEqual([spec, queue, 3, "j"]);
    submit(job);
    finish();
    for (const read of [() => job.spec, () => job.queue]) {
      expect(thrownBy(read)).toMatchObject({ code: "EINVAL", message: '[Job "j" of queue "q"] was released' });
    }
    expect([job.queueName, job.label, job.cost, job.seqno]).toEqual(["q", "j", 3, 1]);
  });

  it("without a label is called by its queue and seqno", () => {
    const { ring } = bench();
    const queue = ring.queue("upload");
    const [first, second] = [queue.job({}), queue.job({})];
    submit(first, second);
    expect([first.label, second.label]).toEqual(["upload:1", "upload:2"]);
  });

  it("tells the trace that it was made", () => {
    const { ring } = bench();
    const queue = ring.queue("q");
    const made: unknown[] = [];
    const job = traced({ jobMade: (each) => void made.push(each) }, () => queue.job({}));
    expect(made).toEqual([job]);
  });
});

describe("a job's result", () => {
  it("is what the device left, once the fence has signalled", () => {
    const { ring, driver, work } = bench();
    const job = ring.queue("q").job<string>({ label: "j" });
    expect(thrownBy(() => job.result)).toMatchObject({ code: "EINVAL" });
    submit(job);
    work();
    expect(thrownBy(() => job.result).message).toContain("before its fence signals");
    driver.complete(job, 0, undefined, "outcome");
    expect(job.result).toBe("outcome");
    work();
    expect(job.result).toBe("outcome");
  });

  it("is not readable while a job before it holds its fence back", () => {
    const { ring, driver, work } = bench();
    const queue = ring.queue("q");
    const [first, second] = [queue.job({}), queue.job<number>({})];
    submit(first, second);
    work();
    driver.complete(second, 0, undefined, 42);
    expect(thrownBy(() => second.result)).toMatchObject({ code: "EINVAL" });
    driver.complete(first);
    expect(second.result).toBe(42);
  });

  it("of a job that failed is its failure, thrown", () => {
    const { ring, driver, work } = bench();
    const job = ring.queue("q").job({ label: "j" });
    submit(job);
    work();
    driver.complete(job, errno.EIO, "broken", "half a result");
    const error = thrownBy(() => job.result);
    expect(error).toBeInstanceOf(FenceError);
    expect(error).toMatchObject({ code: "EIO", cause: "broken" });
  });
});

describe("a job's failure", () => {
  it("names the job, its queue, its timeline and the device's own error", () => {
    const { ring, driver, work } = bench();
    const job = ring.queue("upload").job({ label: "sky" });
    submit(job);
    work();
    const cause = new Error("out of memory");
    driver.complete(job, errno.ENOMEM, cause);
    const failure = job.failure();
    expect(failure).toMatchObject({
      name: "FenceError",
      code: "ENOMEM",
      errno: -12,
      job: "sky",
      queue: "upload",
      timeline: "upload",
      seqno: 1,
      cause,
    });
    expect(failure?.message).toBe('[Job "sky" of queue "upload"] failed: ENOMEM (out of memory)');
  });

  it("Q27: of a cancelled job says why", () => {
    const { ring, work, gates } = bench();
    const gate = gates.fence();
    const [a, b, c] = ["a", "b", "c"].map((name) => ring.queue(name));
    const jobs = [a!.job({ after: gate.fence }), b!.job({}), c!.job({})];
    submit(...jobs);
    gate.fail(errno.ETIME, "the gate is stuck");
    b!.kill("enough");
    work();
    ring.lose(errno.ENODEV, new Error("unplugged"));
    work();
    expect(jobs[0]!.failure()).toMatchObject({
      code: "ECANCELED",
      cause: { code: "ETIME", timeline: "gate", cause: "the gate is stuck" },
      message:
        '[Job "a:1" of queue "a"] was cancelled, since its dependency gate:1 failed: ECANCELED (Fence gate:1 failed: ETIME (the gate is stuck))',
    });
    expect(jobs[1]!.failure()).toMatchObject({
      code: "ECANCELED",
      cause: "enough",
      message: '[Job "b:1" of queue "b"] was cancelled, since its queue was killed: ECANCELED (enough)',
    });
    expect(jobs[2]!.failure()).toMatchObject({ code: "ENODEV", cause: { message: "unplugged" } });
  });

  it("Q27: of a job that was queued when its device went away says so", () => {
    const { ring } = bench();
    const job = ring.queue("q").job({ label: "j" });
    submit(job);
    ring.lose(errno.EIO, "unplugged");
    expect(job.failure()).toMatchObject({
      code: "EIO",
      cause: "unplugged",
      message: '[Job "j" of queue "q"] was cancelled, since its device is gone: EIO (unplugged)',
    });
  });
});

describe("making a job", () => {
  it("Q20: a cost that is negative, fractional or NaN is a RangeError that names it", () => {
    const { ring } = bench();
    const queue = ring.queue("q", { credits: 10 });
    for (const cost of [-1, 0.5, NaN, Infinity, 2 ** 53]) {
      expect(() => queue.job({ cost })).toThrow(RangeError);
      expect(() => queue.job({ cost })).toThrow(`${cost}`);
    }
    expect([queue.job({ cost: 0 }).cost, queue.job({}).cost, queue.job({ cost: 10 }).cost]).toEqual([0, 1, 10]);
  });

  it("Q21: a cost of more than the queue's credits is a RangeError that names both numbers", () => {
    const { ring } = bench();
    const queue = ring.queue("q", { credits: 10 });
    expect(() => queue.job({ cost: 11 })).toThrow(RangeError);
    expect(() => queue.job({ cost: 11 })).toThrow(/10 credits.*costs 11/);
    expect(queue.stats.pushed).toBe(0);
  });

  it("the device looks at the spec first, and what it throws comes out of `job`", () => {
    const { ring } = bench({
      check: (spec) => {
        if (spec.label === "bad") throw new TypeError("no such kernel");
      },
    });
    const queue = ring.queue("q");
    const made: unknown[] = [];
    traced({ jobMade: (job) => void made.push(job) }, () => {
      expect(() => queue.job({ label: "bad" })).toThrow(new TypeError("no such kernel"));
    });
    expect(made).toEqual([]);
    expect(queue.job({ label: "good" })).toBeInstanceOf(Job);
  });

  it("on a queue that was destroyed is ENODEV, and names the queue", () => {
    const { ring } = bench();
    const queue = ring.queue("gone");
    void queue.destroy();
    expect(thrownBy(() => queue.job({}))).toMatchObject({ code: "ENODEV" });
    expect(thrownBy(() => queue.job({})).message).toContain('"gone"');
  });
});

describe("adding dependencies", () => {
  it("`after` answers the job, takes any number, and so does the spec", () => {
    const { ring, driver, work, gates } = bench();
    const queue = ring.queue("q");
    const fences = Array.from({ length: 4 }, () => gates.fence());
    const job = queue.job({ label: "j", after: [fences[0]!.fence, fences[1]!.fence] });
    expect(job.after(fences[2]!.fence, fences[3]!.fence)).toBe(job);
    expect(job.after()).toBe(job);
    submit(job);
    work();
    gates.signalThrough(3);
    work();
    expect(driver.called("run")).toEqual([]);
    gates.signalThrough(4);
    work();
    expect(driver.called("run")).toEqual(["j"]);
  });

  it("promise 4: not after the job was submitted", () => {
    const { ring, gates, finish } = bench();
    const gate = gates.fence();
    const job = ring.queue("q").job({ label: "j" });
    submit(job);
    for (const stage of ["queued", "released"]) {
      expect(job.stage).toBe(stage);
      expect(thrownBy(() => job.after(gate.fence))).toMatchObject({ code: "EINVAL" });
      finish();
    }
  });

  it("promise 11: not on itself", () => {
    const { ring } = bench();
    const job = ring.queue("q").job({ label: "j" });
    expect(thrownBy(() => job.after(job))).toMatchObject({
      code: "EINVAL",
      message: expect.stringMatching(/can't wait for itself/),
    });
  });

  it("what is no fence is refused, and then none of the call's fences was added", () => {
    const { ring, driver, work, gates } = bench();
    const gate = gates.fence();
    const queue = ring.queue("q");
    const job = queue.job({ label: "j" });
    for (const wrong of [null, undefined, 5, Promise.resolve(), {}]) {
      expect(thrownBy(() => job.after(gate.fence, wrong as Fence))).toMatchObject({ code: "EINVAL" });
    }
    expect(thrownBy(() => queue.job({ after: [gate.fence, {} as Fence] }))).toMatchObject({ code: "EINVAL" });
    submit(job);
    work();
    expect(driver.called("run")).toEqual(["j"]);
  });

  it("bug: a list that can be gone through once only is waited for", () => {
    const { ring, driver, work, gates } = bench();
    const [one, two] = [gates.fence(), new Timeline("other").fence()];
    const once = (fence: Fence) => new Set([fence]).values() as never;
    const job = ring.queue("q").job({ label: "j", after: once(one.fence) });
    submit(job, ring.queue("r").job({ label: "k", after: new Set([two.fence]) as never }));
    work();
    expect(driver.called("run")).toEqual([]);
    for (const gate of [one, two]) gate.signal();
    work();
    expect(driver.called("run")).toEqual(["j", "k"]);
  });

  it("bug: what is no list is refused by name", () => {
    const { ring } = bench();
    for (const wrong of [5, {}, null]) {
      expect(thrownBy(() => ring.queue("q").job({ after: wrong as never }))).toMatchObject({
        code: "EINVAL",
        message: expect.stringMatching(/can only wait for fences and jobs/),
      });
    }
  });

  it("200 000 of them in a spec are no trouble", () => {
    const { ring, gates } = bench();
    const fences = Array.from({ length: 200_000 }, () => gates.fence().fence);
    expect(ring.queue("q").job({ after: fences }).stage).toBe("made");
  });

  it("P9: a job that was started keeps none of its dependencies", () => {
    const { ring, finish, gates } = bench();
    const gatesOf = Array.from({ length: 3 }, () => gates.fence());
    const job = ring.queue("q").job({ after: gatesOf.map(({ fence }) => fence) });
    job.after(ring.queue("r").job({ run: "done" }));
    submit(job._others?.[0] as Job, job);
    gates.signalThrough(3);
    finish();
    expect([job.stage, job._dependency, job._others, job._next]).toEqual(["released", null, null, null]);
  });
});

describe("labels", () => {
  it("a batch of jobs by name", () => {
    const { ring } = bench();
    expect(jobs(ring.queue("q"), "a b c").map(({ label }) => label)).toEqual(["a", "b", "c"]);
  });
});
