/** What each step of a job's and a queue's path answers, in the published types: the next value, and what is left of it. */
import { beforeEach, describe, expect, expectTypeOf, it } from "vitest";
import { DestroyedQueue, InactiveQueue, Timeline, errno, submission, submit } from "signalbox";
import type { ArmedJob, Fence, Job, JobQueue, NegativeErrno, Slot, SubmittedJob } from "signalbox";
import { openSim } from "signalbox/sim";
import type { SimJob } from "signalbox/sim";

let queue: JobQueue<SimJob>;
beforeEach(() => {
  queue = openSim().queue("q");
});

describe("jobs", () => {
  it("`submit` answers each job as it is then, with its own result's type", async () => {
    const [put, blur] = [queue.job({}), queue.job<number>({ result: 7 })];
    const [uploaded, blurred] = submit(put, blur.after(put));
    expectTypeOf(uploaded).toEqualTypeOf<SubmittedJob>();
    expectTypeOf(blurred).toEqualTypeOf<SubmittedJob<number>>();
    const list: readonly Job<string>[] = [queue.job<string>({})];
    expectTypeOf(submit(...list)).toEqualTypeOf<readonly SubmittedJob<string>[]>();
    await blurred.wait();
    const result: number = blurred.result;
    expect([result, blurred.signalled, blurred.queueName, uploaded === put]).toEqual([7, true, "q", true]);
  });

  it("`arm` answers what only `push` takes; it is a fence for the jobs behind it", () => {
    const [bind, flush] = [queue.job<number>({}), queue.job({})];
    const slot: Slot = flush.reserveSlot();
    let pushed: SubmittedJob<number> | undefined;
    submission((section) => {
      const bound = section.arm(bind);
      expectTypeOf(bound).toEqualTypeOf<ArmedJob<number>>();
      section.fill(slot, bound);
      const flushed = section.arm(flush.after(bound));
      pushed = section.push(bound);
      section.push(flushed);
    });
    expect([pushed, flush.state]).toEqual([bind, "published"]);
  });

  it("each is a fence, a job is none of the later ones but the last, and none of them is a job again", () => {
    expectTypeOf<ArmedJob>().toExtend<Fence>();
    expectTypeOf<SubmittedJob>().toExtend<Fence>();
    expectTypeOf<Job>().not.toExtend<ArmedJob>();
    expectTypeOf<SubmittedJob>().not.toExtend<ArmedJob>();
    expectTypeOf<ArmedJob>().not.toExtend<Job>();
    expectTypeOf<SubmittedJob>().not.toExtend<Job>();
    expectTypeOf<ArmedJob<number>>().not.toExtend<ArmedJob<string>>();
  });
});

describe("queues", () => {
  it("`destroy` and `kill` answer the destroyed queue, and awaiting that comes to the inactive one", async () => {
    const destroyed = queue.destroy();
    expectTypeOf(destroyed).toEqualTypeOf<DestroyedQueue>();
    expectTypeOf(queue.kill()).toEqualTypeOf<DestroyedQueue>();
    expectTypeOf<Awaited<typeof destroyed>>().toEqualTypeOf<InactiveQueue>();
    const inactive = await destroyed;
    expectTypeOf(inactive.state).toEqualTypeOf<"inactive" | "released">();
    expect([destroyed instanceof DestroyedQueue, inactive instanceof InactiveQueue]).toEqual([true, true]);
  });

  it("neither is a queue that takes jobs, nor the other one", () => {
    expectTypeOf<DestroyedQueue>().not.toExtend<JobQueue>();
    expectTypeOf<InactiveQueue>().not.toExtend<DestroyedQueue>();
    expectTypeOf<DestroyedQueue>().not.toExtend<InactiveQueue>();
    expectTypeOf<JobQueue>().not.toExtend<DestroyedQueue>();
    expectTypeOf<JobQueue>().not.toHaveProperty("then");
  });
});

describe("errors", () => {
  it("negative literals, constants of `errno`, and any number are taken; the last is checked when it comes", () => {
    const owed = new Timeline("t").fence();
    owed.setError(-5);
    owed.setError(queue.width === 1 ? errno.EIO : errno.ETIME);
    const found = Number("5");
    expect(() => owed.fail(found)).toThrow(RangeError);
    expect([queue.complete(queue.job({})), queue.complete(queue.job({}), 0)]).toEqual([false, false]);
    expectTypeOf(errno.ECANCELED).toEqualTypeOf<-125>();
    expectTypeOf<NegativeErrno<5>>().toEqualTypeOf<-5>();
    expectTypeOf<NegativeErrno<0>>().toBeNever();
    expectTypeOf<NegativeErrno<-5 | 62>>().toEqualTypeOf<-5 | -62>();
    expectTypeOf<NegativeErrno<number>>().toBeNumber();
    expect(owed.fail(errno.EIO)).toBe(true);
  });
});
