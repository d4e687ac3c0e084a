import { describe, expect, expectTypeOf, it } from "vitest";
import { errno } from "../../src/errors.ts";
import type { DriverFence } from "../../src/fence/driver-fence.ts";
import type { Fence } from "../../src/fence/fence.ts";
import { Timeline } from "../../src/fence/timeline.ts";
import { SimPlatform } from "../../src/platform/simulated.ts";
import type { Job } from "../../src/queue/job.ts";
import type { JobQueue } from "../../src/queue/job-queue.ts";
import { Ring } from "../../src/queue/ring.ts";
import { submit } from "../../src/queue/submission.ts";
import { lockdepOf } from "../../src/signalling/lockdep/lockdep.ts";
import { MustBeSignalled, WillBeSignalled, publish } from "../../src/signalling/obligation.ts";
import type { ObligationTaker } from "../../src/signalling/obligation.ts";
import { insideSection } from "../../src/signalling/section.ts";
import { WorkQueue } from "../../src/work/work-queue.ts";
import { bench } from "../support/bench.ts";
import { nameOf, thrownBy, traced } from "../support/notes.ts";
import { reported } from "../support/reports.ts";

const platform = new SimPlatform({ auto: false });
const timeline = (name = "t"): Timeline => new Timeline(name, { platform });

/** Stands for a job queue: takes the obligation with a fence of its own. */
class Taker implements ObligationTaker<Fence> {
  readonly name = "taker";
  inSection: boolean | undefined;
  error: Error | undefined;

  _takeObligation(fence: Fence): Fence {
    this.inSection = insideSection();
    if (this.error !== undefined) throw this.error;
    return fence;
  }
}

/** What the compiler would not let pass: for programs in JavaScript. */
function publishAnything(t: Timeline, body: (must: MustBeSignalled<unknown>) => unknown): Fence {
  return publish(t.privateFence(), body as <S>(must: MustBeSignalled<S>) => WillBeSignalled<S>);
}

describe("publish", () => {
  it("answers the read side of a fence that was signalled in the body", () => {
    const fence = publish(timeline().privateFence(), (must) => must.signal());
    expect([fence.signalled, fence.error, fence.seqno]).toEqual([true, 0, 1]);
  });

  it("answers the read side of a fence that failed in the body", () => {
    const fence = publish(timeline().privateFence(), (must) => must.fail(errno.EIO, "burnt"));
    expect([fence.error, fence.failure()?.cause]).toEqual([errno.EIO, "burnt"]);
    // @ts-expect-error -- F11: an error is negative
    expect(() => publish(timeline().privateFence(), (must) => must.fail(5))).toThrow(RangeError);
  });

  it("the body is a section, which is over afterwards", () => {
    publish(timeline().privateFence(), (must) => {
      expect(insideSection()).toBe(true);
      return must.signal();
    });
    expect(insideSection()).toBe(false);
  });

  it("promise 2: a signal in the body waits for its turn", () => {
    const t = timeline();
    const first = t.fence();
    const second = publish(t.privateFence(), (must) => must.fail(errno.EIO));
    expect(second.signalled).toBe(false);
    first.signal();
    expect(second.error).toBe(errno.EIO);
  });

  it("a promise gives the write side away, with a reason", () => {
    let kept: DriverFence | undefined;
    const fence = publish(timeline().privateFence(), (must) =>
      must.promise("the socket's end", (it) => void (kept = it)),
    );
    expect(fence.signalled).toBe(false);
    kept?.signal();
    expect(fence.signalled).toBe(true);
    expect(thrownBy(() => publish(timeline().privateFence(), (must) => must.promise("  ", () => {}))).code).toBe(
      "EINVAL",
    );
  });

  it("bug: a promise that nobody keeps is refused before there is a fence", () => {
    const t = timeline();
    const attempt = (): unknown => publish(t.privateFence(), (must) => must.promise("kept", undefined as never));
    expect([thrownBy(attempt).code, t.lastSeqno]).toEqual(["EINVAL", 0]);
  });

  it("a promise is told to the trace, with its reason", () => {
    const told: string[] = [];
    traced({ promised: (fence, reason) => void told.push(`${nameOf(fence)} ${reason}`) }, () => {
      publish(timeline().privateFence(), (must) => must.promise("the response comes", (it) => void it.signal()));
    });
    expect(told).toEqual(["t:1 the response comes"]);
  });

  it("a promise whose keeper throws fails the fence, which nobody has seen", () => {
    const t = timeline();
    let kept: DriverFence | undefined;
    const error = thrownBy(() =>
      publish(t.privateFence(), (must) =>
        must.promise("kept", (it) => {
          kept = it;
          throw new Error("no room");
        }),
      ),
    );
    expect([error.message, kept?.fence.error]).toEqual(["no room", errno.ECANCELED]);
  });
});

describe("all or nothing", () => {
  it("a body that throws has published nothing, and taken no seqno", () => {
    const t = timeline();
    const fence = t.privateFence();
    const thrown = thrownBy(() =>
      publish(fence, () => {
        throw new Error("thought better of it");
      }),
    );
    expect([thrown.message, t.lastSeqno, fence.published]).toEqual(["thought better of it", 0, false]);
    expect(publish(fence, (must) => must.signal()).seqno).toBe(1);
  });

  it("a body that answers no proof has published nothing", () => {
    const t = timeline();
    for (const answer of [undefined, {}, Object.create(WillBeSignalled.prototype)]) {
      expect(thrownBy(() => publishAnything(t, () => answer)).code).toBe("EINVAL");
    }
    expect(thrownBy(() => publishAnything(t, async (must) => must.signal())).message).toContain("promise");
    expect(insideSection()).toBe(false);
    expect(reported()).toEqual(["obligation-proof", "section-await"]);
  });

  it("the proof of an outer obligation is none for the inner one: what the types can't hold", () => {
    const t = timeline();
    const inner = t.privateFence();
    const outer = publish(timeline("outer").privateFence(), (must) => {
      const proof = must.signal();
      // TypeScript lets this pass: the inner callback's parameter hides behind the outer one's.
      const error = thrownBy(() => publish(inner, () => proof));
      expect(error.code).toBe("EINVAL");
      return proof;
    });
    expect([outer.signalled, inner.published, t.lastSeqno]).toEqual([true, false, 0]);
    expect(reported()).toEqual(["obligation-proof"]);
  });

  it("nor is it when the inner one was discharged: its fence signals, and nobody sees it", () => {
    const inner = timeline().privateFence();
    publish(timeline("outer").privateFence(), (must) => {
      const proof = must.signal();
      const attempt = (): unknown => publish(inner, (own) => [own.signal(), proof as never][1]!);
      expect(thrownBy(attempt).code).toBe("EINVAL");
      return proof;
    });
    expect(inner.published).toBe(true);
    expect(reported()).toEqual(["obligation-proof"]);
  });

  it("an obligation is discharged once", () => {
    publish(timeline().privateFence(), (must) => {
      const proof = must.signal();
      for (const again of [() => must.signal(), () => must.fail(errno.EIO), () => must.promise("why", () => {})])
        expect(thrownBy(again).message).toContain("discharged already");
      return proof;
    });
  });

  it("a token is good for nothing after its body", () => {
    const kept: MustBeSignalled<unknown>[] = [];
    const t = timeline();
    thrownBy(() => publishAnything(t, (must) => void kept.push(must)));
    expect(thrownBy(() => kept[0]?.signal()).message).toContain("only inside the body");
    expect(t.lastSeqno).toBe(0);
    expect(reported()).toEqual(["obligation-proof"]);
  });

  it("a fence is published once, and not from inside its own publication", () => {
    const fence = timeline().privateFence();
    publish(fence, (must) => {
      expect(thrownBy(() => publish(fence, (again) => again.signal())).message).toContain("being published");
      return must.signal();
    });
    expect(thrownBy(() => publish(fence, (must) => must.signal())).message).toContain("was published already");
  });
});

describe("handing an obligation on", () => {
  const give = (t: Timeline, taker: Taker, source: Fence): Fence =>
    publish(t.privateFence(), (must) => must.transferTo(taker as unknown as JobQueue, source as unknown as Job));

  it("ends the section here, and the taker's fence signals this one", () => {
    const [taker, source] = [new Taker(), timeline("source").fence()];
    const fence = give(timeline(), taker, source.fence);
    expect([taker.inSection, fence.signalled]).toEqual([false, false]);
    source.fail(errno.EIO);
    expect(fence.error).toBe(errno.EIO);
  });

  it("to a job, which is submitted, and whose end is the fence's", () => {
    const { ring, driver, gates, work } = bench();
    const queue = ring.queue("q");
    const job = queue.job({ label: "blur" });
    const fence = publish(gates.privateFence(), (must) => must.transferTo(queue as JobQueue, job as Job));
    expect([job.state, fence.signalled]).toEqual(["published", false]);
    work();
    driver.complete(job, errno.EIO);
    expect(fence.error).toBe(errno.EIO);
    expect(job.signalled).toBe(true);
  });

  it("a job of another queue, or one that was submitted, is refused, and nothing happened", () => {
    const { ring, gates } = bench();
    const [queue, other] = [ring.queue("q") as JobQueue, ring.queue("other")];
    const jobs = [other.job({}), queue.job({}), {}] as Job[];
    submit(jobs[1]!);
    publish(gates.privateFence(), (must) => {
      for (const job of jobs) expect(thrownBy(() => must.transferTo(queue, job)).code).toBe("EINVAL");
      expect([insideSection(), gates.lastSeqno, jobs[0]!.state]).toEqual([true, 0, "fresh"]);
      return must.signal();
    });
  });

  it("a taker whose fence has signalled already has kept the obligation", () => {
    const source = timeline("source").fence();
    source.fail(errno.ENODEV);
    expect(give(timeline(), new Taker(), source.fence).error).toBe(errno.ENODEV);
  });

  it("a taker that throws has taken nothing: the obligation is open still", () => {
    const t = timeline();
    const taker = new Taker();
    taker.error = new Error("destroyed");
    const fence = publish(t.privateFence(), (must) => {
      const attempt = (): unknown => must.transferTo(taker as unknown as JobQueue, {} as Job);
      expect(thrownBy(attempt).message).toBe("destroyed");
      expect([insideSection(), t.lastSeqno]).toEqual([true, 0]);
      return must.signal();
    });
    expect(fence.signalled).toBe(true);
  });

  it("bug: who takes it can't make the program discharge it meanwhile: there would be two fences", () => {
    const t = timeline();
    const source = timeline("source").fence();
    const tried: string[] = [];
    const fence = publish(t.privateFence(), (must) => {
      const taker = {
        name: "taker",
        _takeObligation: () => {
          tried.push(thrownBy(() => must.signal()).message);
          return source.fence;
        },
      };
      return must.transferTo(taker as unknown as JobQueue, {} as Job);
    });
    expect([tried, t.lastSeqno, fence.seqno]).toEqual([['The obligation for "t" is being handed on'], 1, 1]);
    source.signal();
    expect(fence.signalled).toBe(true);
  });

  it("something that takes no obligations is refused", () => {
    const attempt = (): unknown =>
      publish(timeline().privateFence(), (must) => must.transferTo({} as JobQueue, {} as Job));
    expect(thrownBy(attempt).code).toBe("EINVAL");
  });

  it("to a work queue: its body runs later, in a section of its own, and owes the signal there", () => {
    const sim = new SimPlatform({ auto: false });
    const seen: boolean[] = [];
    const fence = publish(timeline().privateFence(), (must) =>
      must.transferTo(new WorkQueue(sim), (there) => {
        seen.push(insideSection());
        return there.signal();
      }),
    );
    expect([fence.signalled, fence.state, seen]).toEqual([false, "published", []]);
    sim.run();
    expect([fence.signalled, seen, insideSection()]).toEqual([true, [true], false]);
  });

  it("a report from the section of a work item shows where its obligation was handed on, each its own", () => {
    const sim = new SimPlatform({ auto: false });
    const queue = new WorkQueue(sim);
    const t = timeline();
    const never = timeline("never").fence();
    const waits = <S>(there: MustBeSignalled<S>): WillBeSignalled<S> => {
      void never.fence.wait();
      return there.signal();
    };
    publish(t.privateFence(), (must) => must.transferTo(queue, waits));
    publish(t.privateFence(), (must) => must.transferTo(queue, (there) => there.signal()));
    sim.run();
    never.signal();
    const [report] = lockdepOf()!.takeReports();
    const { title, steps } = report!.chains.at(-1)!;
    expect([title, steps.length]).toEqual(["handed on", 1]);
    expect(steps[0]!.what).toBe('the obligation for fence t:1 was handed on to worker "a work queue"');
    expect(steps[0]!.stack.join()).toContain("obligation.test.ts");
  });

  it("bug: a report from a job that carries an obligation shows where that was handed on, over every hand", () => {
    const sim = new SimPlatform({ auto: false });
    const never = timeline("never").fence();
    const run = (): "done" => {
      void never.fence.wait();
      return "done";
    };
    const queue = new Ring({ name: "waits", run, cancel() {} }, { platform: sim }).queue("q");
    publish(timeline().privateFence(), (must) =>
      must.transferTo(new WorkQueue(sim), (there) => there.transferTo(queue, queue.job({ label: "waits" }))),
    );
    sim.run();
    never.signal();
    const [report] = lockdepOf()!.takeReports();
    expect([report!.rule, report!.context]).toEqual(["section-wait", "section"]);
    const { title, steps } = report!.chains.at(-1)!;
    expect([title, ...steps.map(({ what }) => what)]).toEqual([
      "handed on",
      'the obligation for fence t:1 was handed on to worker "a work queue"',
      'the obligation for fence t:1 was handed on to worker "q"',
    ]);
  });

  it("bug: the section goes on after a hand that nobody took, and knows where it came from", () => {
    const sim = new SimPlatform({ auto: false });
    const never = timeline("never").fence();
    const taker = new Taker();
    taker.error = new Error("full");
    publish(timeline().privateFence(), (must) =>
      must.transferTo(new WorkQueue(sim), (there) => {
        expect(() => there.transferTo(taker as never, never.fence as never)).toThrow("full");
        void never.fence.wait();
        return there.signal();
      }),
    );
    sim.run();
    never.signal();
    const [report] = lockdepOf()!.takeReports();
    expect(report!.chains.at(-1)).toMatchObject({ title: "handed on", steps: [{}] });
  });

  it("bug: F13: a work item that fails what was signalled meanwhile changes nothing, as one that signals it", () => {
    const sim = new SimPlatform({ auto: false });
    const t = timeline();
    const fence = publish(t.privateFence(), (must) =>
      must.transferTo(new WorkQueue(sim), (there) => there.fail(errno.EIO)),
    );
    t.close();
    sim.run();
    expect(fence.error).toBe(errno.ENOENT);
  });

  it("promise 1: a work item's body that throws, or forgets, fails the fence with EIO", () => {
    for (const body of [() => {}, () => thrown()]) {
      const sim = new SimPlatform({ auto: false });
      const fence = publish(timeline().privateFence(), (must) => must.transferTo(new WorkQueue(sim), body as never));
      expect(() => {
        sim.run();
        sim.run();
      }).toThrow();
      sim.run();
      expect(fence.error).toBe(errno.EIO);
    }
    expect(reported()).toEqual(["obligation-proof"]);
    function thrown(): never {
      throw new Error("in the work item");
    }
  });
});

describe("what does not compile", () => {
  const t = timeline();

  it("a body that forgets, that is async, or that has no proof for this fence", () => {
    // Never called: it is enough that the compiler has read it.
    const programs = (): void => {
      // @ts-expect-error -- forgets
      publish(t.privateFence(), () => {});
      // @ts-expect-error -- answers the obligation, not its proof
      publish(t.privateFence(), (must) => must);
      // @ts-expect-error -- an async body
      publish(t.privateFence(), async (must) => must.signal());
      // @ts-expect-error -- forgets on one path
      publish(t.privateFence(), (must) => (Math.random() > 0.5 ? must.signal() : undefined));
      // @ts-expect-error -- an invented proof
      publish(t.privateFence(), () => ({}) as object);
      // @ts-expect-error -- a proof can't be made
      new WillBeSignalled();
      // @ts-expect-error -- nor can an obligation
      new MustBeSignalled();
    };
    expect(programs).toBeTypeOf("function");
  });

  it("a proof that is kept from another publication", () => {
    const programs = (kept: WillBeSignalled<"kept">, must: MustBeSignalled<"kept">): void => {
      // @ts-expect-error -- a foreign proof
      publish(t.privateFence(), () => kept);
      // @ts-expect-error -- a foreign obligation's proof
      publish(t.privateFence(), () => must.signal());
    };
    expect(programs).toBeTypeOf("function");
  });

  it("obligations and proofs of two publications are two types", () => {
    expectTypeOf<WillBeSignalled<"a">>().not.toExtend<WillBeSignalled<"b">>();
    expectTypeOf<MustBeSignalled<"a">>().not.toExtend<MustBeSignalled<"a" | "b">>();
    expectTypeOf<MustBeSignalled<"a">["signal"]>().returns.toEqualTypeOf<WillBeSignalled<"a">>();
  });

  it("the read side can't signal, and a private fence has no read side", () => {
    expectTypeOf(publish(t.privateFence(), (must) => must.signal())).not.toHaveProperty("signal");
    expectTypeOf(t.privateFence()).not.toHaveProperty("fence");
    expectTypeOf(t.privateFence()).not.toHaveProperty("wait");
  });
});
