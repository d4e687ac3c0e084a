import { describe, expect, it } from "vitest";
import { errno } from "../../src/errors.ts";
import { deliver, insideDelivery } from "../../src/fence/delivery.ts";
import { Timeline } from "../../src/fence/timeline.ts";
import { submission, submit } from "../../src/queue/submission.ts";
import { signallingSection } from "../../src/signalling/section.ts";
import { WorkItem, sharedWorkQueue } from "../../src/work/work-queue.ts";
import { bench, jobs } from "../support/bench.ts";
import { reported } from "../support/reports.ts";
import { thrownBy } from "../support/notes.ts";
import type { AnyJob } from "../support/manual-driver.ts";
import { expectUntouched } from "../support/submissions.ts";

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
