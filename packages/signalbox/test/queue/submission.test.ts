import { describe, expect, it } from "vitest";
import { errno } from "../../src/errors.ts";
import { deliver, insideDelivery } from "../../src/fence/delivery.ts";
import { Registration } from "../../src/fence/registration.ts";
import { Timeline } from "../../src/fence/timeline.ts";
import { submission, submit } from "../../src/queue/submission.ts";
import type { Submission } from "../../src/queue/submission.ts";
import type { DestroyedQueue } from "../../src/queue/teardown.ts";
import { signallingSection } from "../../src/signalling/section.ts";
import { SyncObject } from "../../src/sync/sync-object.ts";
import { WorkItem, sharedWorkQueue } from "../../src/work/work-queue.ts";
import { bench, jobs } from "../support/bench.ts";
import { reported } from "../support/reports.ts";
import { nameOf, thrownBy, traced } from "../support/notes.ts";
import type { AnyJob } from "../support/manual-driver.ts";

/** Every event of jobs on their way into their queues. */
function pathEvents(body: () => void): string[] {
  const events: string[] = [];
  const note = (word: string) => (job: AnyJob) => void events.push(`${word} ${job.label}`);
  traced(
    {
      jobArmed: note("armed"),
      jobDependency: (job, fence) => void events.push(`${job.label} after ${nameOf(fence)}`),
      jobPushed: note("pushed"),
      jobPublished: note("published"),
    },
    body,
  );
  return events;
}

/** That nothing of a submission happened: the jobs are as they were made, and the queues give out the same seqnos as before. */
function expectUntouched(all: readonly AnyJob[]): void {
  for (const job of all) {
    expect([job.label, job.stage, job.state, job.seqno]).toEqual([job.label, "made", "fresh", 0]);
  }
}

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

describe("where nothing can be submitted", () => {
  const refused = { code: "EDEADLK" };

  it("inside another submission, whichever way", () => {
    const { ring } = bench();
    const queue = ring.queue("q");
    const [a, b] = jobs(queue, "a b");
    submission((section) => {
      const armedA = section.arm(a!);
      expect(thrownBy(() => submit(b!))).toMatchObject(refused);
      expect(thrownBy(() => submission(() => {}))).toMatchObject(refused);
      section.push(armedA);
    });
    expectUntouched([b!]);
    submit(b!);
    expect(b!.seqno).toBe(2);
    expect(reported()).toEqual(["section-submit", "section-submit"]);
  });

  it("inside a delivery", () => {
    const { ring } = bench();
    const job = ring.queue("q").job({});
    deliver(() => {
      expect(thrownBy(() => submit(job))).toMatchObject(refused);
      expect(thrownBy(() => submission(() => {}))).toMatchObject(refused);
    });
    expectUntouched([job]);
    submit(job);
    expect(reported()).toEqual(["section-submit", "section-submit"]);
  });

  it("inside a signalling section", () => {
    const { ring } = bench();
    const job = ring.queue("q").job({});
    signallingSection(() => {
      expect(thrownBy(() => submit(job))).toMatchObject(refused);
    });
    expectUntouched([job]);
    submit(job);
    expect(reported()).toEqual(["section-submit"]);
  });

  it("Q23: inside the driver's `run` and `cancel`, also on a bypass; the refused job can be submitted after", () => {
    for (const bypass of [false, true]) {
      const errors: unknown[] = [];
      const { ring, work } = bench({ cancel: () => void errors.push(thrownBy(() => submit(late))) });
      const queue = ring.queue("q", { bypass });
      const [late] = jobs(ring.queue("r"), "late") as [AnyJob];
      const job = queue.job({
        run: () => {
          errors.push(thrownBy(() => submit(late)));
          return "done";
        },
      });
      submit(job);
      work();
      const cancelled = queue.job({});
      submit(cancelled.after(new Timeline("t").fence().fence));
      ring.lose(errno.EIO);
      expect(errors).toMatchObject([refused, refused]);
      expect([job.status, late.state]).toEqual([1, "fresh"]);
    }
    expect(reported()).toEqual(["section-submit", "section-submit"]);
  });

  it("inside an issuer that is told that a head waits", () => {
    const { ring, platform } = bench();
    const queue = ring.queue("q");
    const late = ring.queue("r").job({});
    const errors: unknown[] = [];
    const gate = new Timeline("t", { platform }).fence({
      enableSignalling: () => {
        errors.push(thrownBy(() => submit(late)));
        return true;
      },
    });
    submit(queue.job({ after: gate.fence }));
    expect(errors).toMatchObject([refused]);
    expect(insideDelivery()).toBe(false);
    submit(late);
    expect(reported()).toEqual(["section-submit"]);
  });
});

describe("where jobs can be submitted", () => {
  it("in a work item, in `release` and in `flush`, which are outside every section", () => {
    const more: AnyJob[] = [];
    const submitNext = (): void => {
      const next = more.shift();
      if (next !== undefined) submit(next);
    };
    const { ring, driver, platform, finish } = bench({ release: submitNext, flush: submitNext });
    const queue = ring.queue("q");
    const all = jobs(queue, "a b c d e f");
    more.push(...all.slice(1));
    new WorkItem(sharedWorkQueue(platform), () => {
      submit(all[0]!);
      return false;
    }).schedule();
    finish();
    expect(all.map((job) => job.status)).toEqual([1, 1, 1, 1, 1, 1]);
    expect(driver.called("run")).toEqual(["a", "b", "c", "d", "e", "f"]);
  });
});

describe("promise 4: a head that is pushed and not looked at yet", () => {
  it("isn't started when an issuer that is told of another head's wait completes the job before it", () => {
    const { ring, driver, gates, work } = bench();
    const [x, y] = [ring.queue("x"), ring.queue("y")];
    const [running] = jobs(y, "running");
    submit(running!);
    work();
    const told = gates.fence({
      enableSignalling: () => {
        driver.complete(running);
        return true;
      },
    });
    const never = new Timeline("never").fence();
    submit(...jobs(x, "first", { after: told.fence }), ...jobs(y, "second", { after: never.fence }));
    work();
    expect([running!.signalled, driver.called("run")]).toEqual([true, ["running"]]);
    never.signal();
    work();
    expect(driver.called("run")).toEqual(["running", "second"]);
  });

  it("isn't started when what a mate signals at a sync object completes the job before it", () => {
    const { ring, driver, gates, work } = bench();
    const [x, y] = [ring.queue("x"), ring.queue("y")];
    const hardware = gates.fence();
    submit(y.job({ label: "running", run: hardware.fence }));
    work();
    const object = new SyncObject();
    object.notify(Registration.signal(hardware), 0n, { available: true });
    const never = new Timeline("never").fence();
    submit(x.job({ label: "first", signals: object.at() }), y.job({ label: "second", after: never.fence }));
    expect(hardware.fence.signalled).toBe(true);
    work();
    expect(driver.called("run")).toEqual(["running", "first"]);
    never.signal();
    work();
    expect(driver.called("run")).toEqual(["running", "first", "second"]);
  });
});
