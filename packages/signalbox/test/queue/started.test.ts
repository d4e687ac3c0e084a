import { describe, expect, it } from "vitest";
import { errno } from "../../src/errors.ts";
import type { FenceError } from "../../src/errors.ts";
import { submission, submit } from "../../src/queue/submission.ts";
import { bench, jobs } from "../support/bench.ts";
import { nameOf, noteAll, thrownBy, traced } from "../support/notes.ts";

describe("Q3: a job's `started` fence", () => {
  it("is made by the first look, one for each job, on a timeline of its own for the queue, with the job's seqno (J4)", () => {
    const { ring } = bench();
    const queue = ring.queue("q");
    const [a, b, c] = jobs(queue, "a b c");
    const [first, third] = [a!.started, c!.started];
    expect(a!.started).toBe(first);
    expect([first.state, first.seqno]).toEqual(["fresh", 0]);
    submit(a!, b!, c!);
    expect([first, third].map(nameOf)).toEqual(["q started:1", "q started:3"]);
    expect(first.context).toBe(third.context);
    expect(first.context).not.toBe(a!.context);
    expect([first.kind, first.state, first.driverName]).toEqual(["plain", "published", "manual"]);
    expect(a!.started).toBe(first);
  });

  it("signals when the job starts, before the job itself, and stays when the job is released", () => {
    const { ring, driver, gates, work, finish } = bench();
    const gate = gates.fence();
    const [job] = jobs(ring.queue("q"), "job", { after: gate.fence });
    const { started } = job!;
    submit(job!);
    const seen = noteAll([job!, started]);
    work();
    expect([started.signalled, seen]).toEqual([false, []]);
    gate.signal();
    work();
    expect(driver.called("run")).toEqual(["job"]);
    expect([started.status, job!.signalled]).toEqual([1, false]);
    finish();
    expect(seen).toEqual(["q started:1", "q:1"]);
    expect([job!.stage, job!.started]).toEqual(["released", started]);
  });

  it("has signalled when the driver is called, and its consequences run after that", () => {
    const { ring, driver, work } = bench();
    const seen: unknown[] = [];
    const job = ring.queue("q").job({
      run: ({ started }) => {
        seen.push(started.signalled);
        return "done";
      },
    });
    const { started } = job;
    submit(job);
    noteAll([started, job], seen as string[]);
    work();
    expect(seen).toEqual([true, "q started:1", "q:1"]);
    expect(driver.called("run")).toHaveLength(1);
  });

  it("is a dependency as any other, of mates of the batch too: the dependent comes behind it on the device", () => {
    const { ring, driver, work } = bench();
    const [first] = jobs(ring.queue("x"), "first");
    const [second, third] = jobs(ring.queue("y"), "second third");
    second!.after(first!.started);
    third!.after(first!);
    submit(first!, second!, third!);
    work();
    expect(driver.called("run")).toEqual(["first", "second"]);
    driver.complete(first);
    work();
    expect(driver.called("run")).toEqual(["first", "second", "third"]);
  });

  it("promise 11: of a job that nobody submitted, or that comes later in the batch, is an error at arm", () => {
    const { ring } = bench();
    const [later] = jobs(ring.queue("x"), "later");
    const [job] = jobs(ring.queue("y"), "job");
    job!.after(later!.started);
    const error = thrownBy(() => submit(job!, later!));
    expect(error.message).toBe(
      '[Job "job"] depends on x started:0, which was not submitted and is not earlier in this batch',
    );
    submit(later!, job!);
    expect(later!.started.state).toBe("published");
  });

  it("of the job itself can't be waited for", () => {
    const { ring } = bench();
    const [job] = jobs(ring.queue("q"), "job");
    expect(thrownBy(() => job!.after(job!.started)).message).toContain("can't wait for itself");
  });

  it("of a cancelled job signals with the same error, in order, and its failure leads to the job's", () => {
    const { ring, driver, gates, work } = bench();
    const queue = ring.queue("q");
    const gate = gates.fence();
    const [running, first, second] = jobs(queue, "running first second");
    first!.after(gate.fence);
    const all = [running!, first!, second!];
    const fences = all.map((job) => job.started);
    submit(...all);
    const seen = noteAll([...fences, ...all]);
    work();
    queue.kill("enough");
    gate.signal();
    work();
    // Both are cancelled; their done fences are held back by the running one, and their starts by nobody.
    expect(seen).toEqual(["q started:1", `q started:2 ${errno.ECANCELED}`, `q started:3 ${errno.ECANCELED}`]);
    const failure = fences[1]!.failure();
    expect(failure).toMatchObject({ code: "ECANCELED", timeline: "q started" });
    expect((failure?.cause as FenceError).message).toContain("was cancelled, since its queue was killed");
    driver.complete();
    expect(seen.slice(3)).toEqual(["q:1", `q:2 ${errno.ECANCELED}`, `q:3 ${errno.ECANCELED}`]);
  });

  it("of a job that its lost device never started signals with the loss's error", () => {
    const { ring, gates } = bench();
    const [job] = jobs(ring.queue("q"), "job", { after: gates.fence().fence });
    const { started } = job!;
    submit(job!);
    ring.lose(errno.ENODEV, new Error("unplugged"));
    expect([started.error, job!.error]).toEqual([errno.ENODEV, errno.ENODEV]);
  });

  it("of a job whose driver throws has no error: it was started", () => {
    const { ring, work } = bench();
    const job = ring.queue("q").job({
      run: () => {
        throw new Error("no");
      },
    });
    const { started } = job;
    submit(job);
    work();
    expect([started.status, job.status]).toEqual([1, errno.EIO]);
  });

  it("a rollback takes its seqno back; it is submitted with the job later", () => {
    const { ring } = bench();
    const queue = ring.queue("q");
    const [job, other] = jobs(queue, "job other");
    const { started } = job!;
    thrownBy(() =>
      submission((section) => {
        section.arm(other!);
        section.arm(job!);
        expect([started.state, started.seqno]).toEqual(["armed", 2]);
        throw new Error("changed my mind");
      }),
    );
    expect([started.state, started.seqno]).toEqual(["fresh", 0]);
    submit(job!);
    expect([started.state, started.seqno]).toEqual(["published", 1]);
  });

  it("asked for too late is EINVAL, and one that was never asked for is never made", () => {
    const { ring, work } = bench();
    const [job] = jobs(ring.queue("q"), "job");
    const created: string[] = [];
    traced({ fenceCreated: (fence) => void created.push(nameOf(fence)) }, () => submit(job!));
    expect(created).toEqual([]);
    const error = thrownBy(() => job!.started);
    expect(error).toMatchObject({ code: "EINVAL" });
    expect(error.message).toContain("before the submission");
    work();
    expect(thrownBy(() => job!.started).code).toBe("EINVAL");
  });

  it("is told of to the trace when its submission is published", () => {
    const { ring } = bench();
    const [job] = jobs(ring.queue("q"), "job");
    const { started } = job!;
    const events: string[] = [];
    traced(
      {
        jobArmed: () => void events.push("armed"),
        fenceCreated: (fence) => void events.push(`created ${nameOf(fence)}`),
        jobPushed: () => void events.push(`pushed, start ${started.state}`),
      },
      () => submit(job!),
    );
    expect(events).toEqual(["armed", "created q started:1", "pushed, start armed"]);
  });
});
