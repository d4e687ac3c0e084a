import { describe, expect, it } from "vitest";
import { errno } from "../../src/errors.ts";
import { Timeline } from "../../src/fence/timeline.ts";
import { stubFence } from "../../src/fence/stub.ts";
import { submission, submit } from "../../src/queue/submission.ts";
import type { Submission } from "../../src/queue/submission.ts";
import { bench, jobs } from "../support/bench.ts";
import { nameOf, thrownBy, traced } from "../support/notes.ts";
import type { AnyJob } from "../support/manual-driver.ts";

/** Arms, with the slots filled by `fill` before the last of the jobs, and pushes all. */
function submitFilling(all: readonly AnyJob[], fill: (section: Submission) => void): void {
  submission((section) => {
    const armed = all.slice(0, -1).map((job) => section.arm(job));
    fill(section);
    armed.push(section.arm(all.at(-1)!));
    for (const job of armed) section.push(job);
  });
}

function dependenciesOf(body: () => void): string[] {
  const list: string[] = [];
  traced({ jobDependency: (job, fence) => void list.push(`${job.label} after ${nameOf(fence)}`) }, body);
  return list;
}

describe("Q9: a slot", () => {
  it("is filled with a job that was armed in the same submission, and then waited for as any dependency", () => {
    const { ring, driver, work } = bench();
    const [bind] = jobs(ring.queue("bind"), "bind");
    const [flush] = jobs(ring.queue("flush"), "flush");
    const slot = flush!.reserveSlot();
    expect(slot.filled).toBe(false);
    submitFilling([bind!, flush!], (section) => {
      section.fill(slot, bind!);
      expect(slot.filled).toBe(true);
    });
    expect(slot.filled).toBe(true);
    work();
    expect(driver.called("run")).toEqual(["bind"]);
    driver.complete();
    work();
    expect(driver.called("run")).toEqual(["bind", "flush"]);
  });

  it("makes the same batch as a dependency on a mate does", () => {
    const inSlots = bench();
    const plain = bench();
    const seen = [inSlots, plain].map((one) => {
      const [bind] = jobs(one.ring.queue("bind"), "bind");
      const flushes = ["mmu0", "mmu1"].map((name) => one.ring.queue(name).job({ label: name }));
      return dependenciesOf(() => {
        if (one === plain) {
          submit(bind!, ...flushes.map((flush) => flush.after(bind!)));
          return;
        }
        const slots = flushes.map((flush) => flush.reserveSlot());
        submission((section) => {
          const bound = section.arm(bind!);
          for (const slot of slots) section.fill(slot, bound);
          const armed = flushes.map((flush) => section.arm(flush));
          for (const job of [bound, ...armed]) section.push(job);
        });
      });
    });
    expect(seen[0]).toEqual(["mmu0 after bind:1", "mmu1 after bind:1"]);
    expect(seen[1]).toEqual(seen[0]);
    for (const one of [inSlots, plain]) one.finish();
    expect(inSlots.driver.calls).toEqual(plain.driver.calls);
  });

  it("promise 4: that is empty when its job is armed is an error, in every form of submission; nothing happened", () => {
    const { ring, driver, work } = bench();
    const [a, b] = jobs(ring.queue("q"), "a b");
    const slot = b!.reserveSlot();
    const message =
      '[Job "b"] has a slot that was not filled: it is filled inside the submission, before its job is armed';
    expect(thrownBy(() => submit(a!, b!))).toMatchObject({ code: "EINVAL", message });
    const byHand = (): void => submission((section) => [a!, b!].forEach((job) => section.arm(job)));
    expect(thrownBy(byHand)).toMatchObject({ code: "EINVAL", message });
    expect([a!, b!].map(({ state, seqno }) => [state, seqno])).toEqual([
      ["fresh", 0],
      ["fresh", 0],
    ]);
    work();
    expect(driver.calls).toEqual([]);
    submitFilling([a!, b!], (section) => section.fill(slot, a!));
    expect([a!.seqno, b!.seqno]).toEqual([1, 2]);
  });

  it("one empty slot among filled ones is enough to refuse the job", () => {
    const { ring, gates } = bench();
    const [job] = jobs(ring.queue("q"), "job");
    const slots = [job!.reserveSlot(), job!.reserveSlot(), job!.reserveSlot()];
    const gate = gates.fence();
    const fillTwo = (): void =>
      submitFilling([job!], (section) => [0, 2].forEach((at) => section.fill(slots[at]!, gate.fence)));
    expect(thrownBy(fillTwo)).toMatchObject({ code: "EINVAL" });
    expect(slots.map(({ filled }) => filled)).toEqual([false, false, false]);
  });

  it("goes through the dedup of after(): one dependency for each timeline, the latest", () => {
    const { ring, gates } = bench();
    const [first, second, third] = [gates.fence().fence, gates.fence().fence, gates.fence().fence];
    const other = new Timeline("other").fence().fence;
    const [job] = jobs(ring.queue("q"), "job", { after: second });
    const slots = [job!.reserveSlot(), job!.reserveSlot(), job!.reserveSlot()];
    const seen = dependenciesOf(() => {
      submitFilling([job!], (section) => {
        section.fill(slots[0]!, third);
        section.fill(slots[1]!, other);
        section.fill(slots[2]!, first);
      });
    });
    expect(seen).toEqual(["job after gate:3", "job after other:1"]);
  });

  it("Q15: a job of the own queue in a slot is free, and what has signalled vanishes", () => {
    const { ring } = bench();
    const [a, b] = jobs(ring.queue("q"), "a b");
    const [own, done] = [b!.reserveSlot(), b!.reserveSlot()];
    const seen = dependenciesOf(() => {
      submitFilling([a!, b!], (section) => {
        section.fill(own, a!);
        section.fill(done, stubFence());
      });
    });
    expect(seen).toEqual([]);
  });

  it("Q19: the failure of what is in the slot is the failure of a dependency, superseded or not", () => {
    const { ring, driver, gates, work } = bench();
    const [failing, later] = [gates.fence(), gates.fence()];
    const [job] = jobs(ring.queue("q"), "job", { after: later.fence });
    const slot = job!.reserveSlot();
    submitFilling([job!], (section) => section.fill(slot, failing.fence));
    failing.fail(errno.EIO);
    later.signal();
    work();
    expect(driver.calls).toEqual(["cancel job dependency", "release job"]);
  });

  it("a rollback empties it, and it can be filled again with something else", () => {
    const { ring, driver, gates, work } = bench();
    const [bind] = jobs(ring.queue("bind"), "bind");
    const [flush] = jobs(ring.queue("flush"), "flush");
    const slot = flush!.reserveSlot();
    const failing = (): void =>
      submitFilling([bind!, flush!], (section) => {
        section.fill(slot, bind!);
        throw new Error("changed my mind");
      });
    expect(thrownBy(failing).message).toBe("changed my mind");
    expect([slot.filled, flush!.state]).toEqual([false, "fresh"]);
    const gate = gates.fence();
    submitFilling([flush!], (section) => section.fill(slot, gate.fence));
    work();
    expect(driver.called("run")).toEqual([]);
    gate.signal();
    work();
    expect(driver.called("run")).toEqual(["flush"]);
  });

  it("a rollback after its job was armed empties it too, and leaves no dependency behind", () => {
    const { ring, driver, gates, work } = bench();
    const [job] = jobs(ring.queue("q"), "job");
    const slot = job!.reserveSlot();
    const never = gates.fence();
    const failing = (): void =>
      submission((section) => {
        section.fill(slot, never.fence);
        section.arm(job!);
        throw new Error("changed my mind");
      });
    thrownBy(failing);
    expect(slot.filled).toBe(false);
    submitFilling([job!], (section) => section.fill(slot, stubFence()));
    work();
    expect(driver.called("run")).toEqual(["job"]);
  });
});

describe("filling a slot is EINVAL", () => {
  it("twice", () => {
    const { ring, gates } = bench();
    const [job] = jobs(ring.queue("q"), "job");
    const slot = job!.reserveSlot();
    const [first, second] = [gates.fence().fence, gates.fence().fence];
    submitFilling([job!], (section) => {
      section.fill(slot, first);
      const error = thrownBy(() => section.fill(slot, second));
      expect(error).toMatchObject({ code: "EINVAL", message: 'The slot of [Job "job"] was filled already' });
    });
  });

  it("when its job is armed, or was submitted", () => {
    const { ring, gates } = bench();
    const [job, next] = jobs(ring.queue("q"), "job next");
    const slot = job!.reserveSlot();
    const gate = gates.fence().fence;
    submission((section) => {
      section.fill(slot, gate);
      const armedJob = section.arm(job!);
      expect(thrownBy(() => section.fill(slot, gate)).message).toBe(
        'The slot of [Job "job"] can\'t be filled: the job is armed',
      );
      section.push(armedJob);
    });
    submission((section) => {
      expect(thrownBy(() => section.fill(slot, gate)).message).toContain("the job is published");
      section.push(section.arm(next!));
    });
  });

  it("with what was neither submitted nor armed before: a stranger, a later mate, the job itself, its own start", () => {
    const { ring } = bench();
    const [job, later] = jobs(ring.queue("q"), "job later");
    const slot = job!.reserveSlot();
    const { started } = job!;
    submission((section) => {
      for (const fence of [later!, job!, started]) {
        const error = thrownBy(() => section.fill(slot, fence));
        expect(error).toMatchObject({ code: "EINVAL" });
        expect(error.message).toContain("which was not submitted and not armed in this submission");
      }
    });
  });

  it("with what is no fence, where there is no slot, and when the submission is over", () => {
    const { ring, gates } = bench();
    const [job] = jobs(ring.queue("q"), "job");
    const slot = job!.reserveSlot();
    let kept: Submission | undefined;
    submission((section) => {
      kept = section;
      for (const wrong of [null, undefined, 7, {}, "fence"])
        expect(thrownBy(() => section.fill(slot, wrong as never)).code).toBe("EINVAL");
      for (const wrong of [null, undefined, {}, job!])
        expect(thrownBy(() => section.fill(wrong as never, gates.fence().fence)).code).toBe("EINVAL");
    });
    expect(thrownBy(() => kept?.fill(slot, stubFence())).message).toContain("This submission is over");
    expect(slot.filled).toBe(false);
  });

  it("in vain: when its job is not armed in the same submission, which is rolled back", () => {
    const { ring } = bench();
    const [bind] = jobs(ring.queue("bind"), "bind");
    const [flush] = jobs(ring.queue("flush"), "flush");
    const slot = flush!.reserveSlot();
    const error = thrownBy(() =>
      submission((section) => {
        const armedBind = section.arm(bind!);
        section.fill(slot, bind!);
        section.push(armedBind);
      }),
    );
    expect(error).toMatchObject({
      code: "EINVAL",
      message: 'A slot of [Job "flush"] was filled, and the job was not armed',
    });
    expect([bind!.state, slot.filled]).toEqual(["fresh", false]);
  });

  it("reserving one on a job that was submitted", () => {
    const { ring } = bench();
    const [job] = jobs(ring.queue("q"), "job");
    submit(job!);
    expect(thrownBy(() => job!.reserveSlot())).toMatchObject({
      code: "EINVAL",
      message: '[Job "job" of queue "q"] takes no more slots: it was submitted',
    });
  });
});
