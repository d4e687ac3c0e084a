/**
 * The list of what the compiler has to refuse, as programs meet it: in the published types of the package, where everything
 * internal is stripped. Each line says why, and what happens to who does it all the same, in JavaScript.
 *
 * The gate compiles this file: an `@ts-expect-error` without an error is one. So a type that gives way fails "types of tests".
 */
import { beforeEach, describe, expect, it } from "vitest";
import { SignalboxError, Timeline, deliver, errno, publish, signallingSection } from "signalbox";
import { submission, submit, submitWith } from "signalbox";
import type { Fence, JobQueue, Submission, WillBeSignalled } from "signalbox";
import { disableLockdep } from "signalbox/lockdep";
import { openSim } from "signalbox/sim";
import type { SimDevice, SimJob } from "signalbox/sim";

let device: SimDevice;
let queue: JobQueue<SimJob>;
let timeline: Timeline;

beforeEach(() => {
  disableLockdep(); // These programs are wrong on purpose, and here it is the calls that say so.
  device = openSim();
  queue = device.queue("q");
  timeline = new Timeline("t");
});

const invalid = expect.objectContaining({ code: "EINVAL" });
const missing = expect.objectContaining({ message: expect.stringMatching(/is not a function/) });

/** Calls what is wrong, and answers what it throws. */
function thrownBy(body: () => unknown): unknown {
  try {
    body();
  } catch (error) {
    return error;
  }
  return "nothing was thrown";
}

describe("a fence is published with the proof that it will be signalled", () => {
  it("so a body that owes it can't forget it", () => {
    // @ts-expect-error -- forgets: answers nothing
    expect(thrownBy(() => publish(timeline.privateFence(), () => {}))).toEqual(invalid);
    const onOnePath = () =>
      // @ts-expect-error -- forgets on one path
      publish(timeline.privateFence(), (must) => {
        if (queue.state === "destroyed") return must.signal();
      });
    expect(thrownBy(onOnePath)).toEqual(invalid);
  });

  it("nor come to it some time: the section is over when the body returns", () => {
    // @ts-expect-error -- an async body
    expect(thrownBy(() => publish(timeline.privateFence(), async (must) => must.signal()))).toEqual(invalid);
    // @ts-expect-error -- the same of a section
    expect(thrownBy(() => signallingSection(async () => {}))).toEqual(invalid);
    // @ts-expect-error -- and of a delivery
    expect(thrownBy(() => deliver(async () => {}))).toEqual(invalid);
    // @ts-expect-error -- and of a submission
    expect(thrownBy(() => submission(async () => {}))).toEqual(invalid);
  });

  it("nor answer another fence's proof", () => {
    let foreign: WillBeSignalled<unknown> | undefined;
    publish(timeline.privateFence(), (must) => {
      const proof = must.signal();
      // @ts-expect-error -- a proof is of its own body, and no other's
      foreign = proof;
      return proof;
    });
    // @ts-expect-error -- a foreign proof
    expect(thrownBy(() => publish(timeline.privateFence(), () => foreign!))).toEqual(invalid);
    // @ts-expect-error -- an invented one
    expect(thrownBy(() => publish(timeline.privateFence(), () => ({ _scope: (scope: never) => scope })))).toEqual(
      invalid,
    );
  });
});

describe("a job is armed, pushed and submitted once, and nothing is added after that", () => {
  it("so what isn't armed can't be pushed", () => {
    const job = queue.job({});
    // @ts-expect-error -- was made, and not armed
    expect(thrownBy(() => submission((section) => section.push(job)))).toEqual(invalid);
    const [submitted] = submit(queue.job({}));
    // @ts-expect-error -- was submitted before
    expect(thrownBy(() => submission((section) => section.push(submitted)))).toEqual(invalid);
  });

  it("nor an armed job be armed, submitted, or given dependencies", () => {
    const wrong: ((section: Submission) => unknown)[] = [
      // @ts-expect-error -- armed twice
      (section) => section.arm(section.arm(queue.job({}))),
      // @ts-expect-error -- armed, and submitted besides
      (section) => submit(section.arm(queue.job({}))),
      // @ts-expect-error -- promise 4: nothing is added after arm
      (section) => section.arm(queue.job({})).after(queue.job({})),
      // @ts-expect-error -- Q9: nor is a slot
      (section) => section.arm(queue.job({})).reserveSlot(),
      // @ts-expect-error -- pushed twice
      (section) => section.push(section.push(section.arm(queue.job({})))),
    ];
    for (const act of wrong)
      expect(thrownBy(() => submission((section) => void act(section)))).toBeInstanceOf(SignalboxError);
  });

  it("nor a submitted job be used as one that is still to be submitted", () => {
    const [submitted] = submit(queue.job<number>({}));
    // @ts-expect-error -- submitted twice
    expect(thrownBy(() => submit(submitted))).toEqual(invalid);
    // @ts-expect-error -- the same
    expect(thrownBy(() => submitWith({}, submitted))).toEqual(invalid);
    // @ts-expect-error -- armed after its submission
    expect(thrownBy(() => submission((section) => section.arm(submitted)))).toEqual(invalid);
    // @ts-expect-error -- promise 4: given a dependency after its submission
    expect(thrownBy(() => submitted.after(queue.job({})))).toEqual(invalid);
    // @ts-expect-error -- Q9: or a slot
    expect(thrownBy(() => submitted.reserveSlot())).toEqual(invalid);
  });
});

describe("a queue is destroyed once, and takes no job then", () => {
  it("so nothing can be made, and so submitted, on a destroyed one", () => {
    // @ts-expect-error -- takes no job
    expect(thrownBy(() => submit(queue.destroy().job({})))).toEqual(missing);
    // @ts-expect-error -- nor does a killed one
    expect(thrownBy(() => submit(queue.kill().job({})))).toEqual(missing);
  });

  it("nor can it be destroyed again", () => {
    // @ts-expect-error -- is destroyed
    expect(thrownBy(() => queue.destroy().destroy())).toEqual(missing);
  });

  it("nor can anything be done to an inactive one", async () => {
    const inactive = await queue.destroy();
    // @ts-expect-error -- takes no job
    expect(thrownBy(() => inactive.job({}))).toEqual(missing);
    // @ts-expect-error -- has nothing to kill
    expect(thrownBy(() => inactive.kill())).toEqual(missing);
    // @ts-expect-error -- has nothing to wait for
    expect(thrownBy(() => inactive.idle())).toEqual(missing);
  });
});

describe("only who owes a fence signals it, and only the kinds of consequences on the list run", () => {
  it("so the read side has no way to signal", () => {
    const owed = timeline.fence();
    // @ts-expect-error -- whoever waits can't signal
    expect(thrownBy(() => owed.fence.signal())).toEqual(missing);
    // @ts-expect-error -- nor fail
    expect(thrownBy(() => owed.fence.fail(errno.EIO))).toEqual(missing);
    // @ts-expect-error -- nor store an error
    expect(thrownBy(() => owed.fence.setError(errno.EIO))).toEqual(missing);
    const [submitted] = submit(queue.job({}));
    // @ts-expect-error -- nor through a job
    expect(thrownBy(() => submitted.signal())).toEqual(missing);
    expect(owed.fence.state).toBe("published");
  });

  it("nor can a callback of one's own be registered", () => {
    class Mine {
      readonly registered = false;
      cancel(): boolean {
        return false;
      }
      run(_fence: Fence): void {}
    }
    const { fence } = timeline.fence();
    // @ts-expect-error -- Q10: an own callback class, with all that a registration shows
    expect(thrownBy(() => fence.register(new Mine()))).toBeInstanceOf(Error);
    // @ts-expect-error -- a function
    expect(thrownBy(() => fence.register(() => {}))).toBeInstanceOf(Error);
  });
});

describe("F11: an error is negative", () => {
  it("so a positive literal is none, wherever an error is given", () => {
    const owed = timeline.fence();
    // @ts-expect-error -- reads as success
    expect(() => owed.fail(5)).toThrow(RangeError);
    // @ts-expect-error -- the same
    expect(() => owed.setError(5)).toThrow(RangeError);
    // @ts-expect-error -- 0 is no error
    expect(() => owed.fail(0)).toThrow(RangeError);
    // @ts-expect-error -- negative on one path only
    expect(() => owed.fail(queue.width === 2 ? errno.EIO : 5)).toThrow(RangeError);
    // @ts-expect-error -- the same of a timeline
    expect(() => timeline.close(2)).toThrow(RangeError);
    // @ts-expect-error -- and of a ring
    expect(() => queue.ring.lose(5)).toThrow(RangeError);
    // @ts-expect-error -- and of an obligation
    expect(() => publish(timeline.privateFence(), (must) => must.fail(5))).toThrow(RangeError);
    // @ts-expect-error -- and of a job's completion, where 0 means none
    const complete = () => queue.complete(queue.job({}), 5);
    // Nothing is looked at that isn't running.
    expect(complete()).toBe(false);
  });
});
