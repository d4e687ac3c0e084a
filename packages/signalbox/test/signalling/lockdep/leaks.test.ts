/** Leaks as a program makes them, with the collector at work: what finds them must not keep what is leaked. */
import { MessageChannel } from "node:worker_threads";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { errno } from "../../../src/errors.ts";
import type { DriverFence } from "../../../src/fence/driver-fence.ts";
import type { Fence } from "../../../src/fence/fence.ts";
import { ForeignTimeline } from "../../../src/fence/foreign-timeline.ts";
import { openSim } from "../../../src/devices/sim/sim-device.ts";
import type { SimDevice } from "../../../src/devices/sim/sim-device.ts";
import { IsolatedWebGpuDevice } from "../../../src/devices/webgpu/isolated/isolated-device.ts";
import { END, READY } from "../../../src/devices/webgpu/isolated/protocol.ts";
import type { ToChild } from "../../../src/devices/webgpu/isolated/protocol.ts";
import type { Processes } from "../../../src/platform/processes.ts";
import { realPlatform } from "../../../src/platform/real.ts";
import { SimPlatform } from "../../../src/platform/simulated.ts";
import { Timeline } from "../../../src/fence/timeline.ts";
import type { JobQueue } from "../../../src/queue/job-queue.ts";
import type { Ring } from "../../../src/queue/ring.ts";
import { submission, submit } from "../../../src/queue/submission.ts";
import type { Submission } from "../../../src/queue/submission.ts";
import { openDriverFence } from "../../../src/shared/driver-timeline.ts";
import { linkThread } from "../../../src/shared/thread-link.ts";
import { disableLockdep, enableLockdep } from "../../../src/signalling/lockdep/lockdep.ts";
import type { Lockdep } from "../../../src/signalling/lockdep/lockdep.ts";
import type { Report } from "../../../src/signalling/lockdep/report.ts";
import { publish } from "../../../src/signalling/obligation.ts";
import { bench, jobs } from "../../support/bench.ts";
import type { DriverHooks, ManualDriver, ManualJob } from "../../support/manual-driver.ts";
import { noteAll } from "../../support/notes.ts";

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc") as () => void;

let lockdep: Lockdep;
beforeEach(() => {
  disableLockdep();
  lockdep = enableLockdep();
});
afterEach(disableLockdep);

/** No test goes on for ever where nobody calls back. */
const ROUNDS = 2000;

async function turn(): Promise<void> {
  gc();
  await new Promise((resolve) => setTimeout(resolve, 1));
}

/**
 * Lets the collector take what it can, until there are the reports, or there will be none: something else that was dropped has been
 * found since, a few rounds ago. (Without such a thing of the test's own, V8 may never come to call back those of validators that
 * are gone themselves.)
 */
async function come(reports: number, more: number): Promise<void> {
  let left = ROUNDS;
  const canary = new FinalizationRegistry(() => (left = Math.min(left, more)));
  (() => canary.register({}, undefined))();
  while (lockdep.reports.length < reports && left-- > 0) await turn();
}

async function found(reports = 1, more = 20): Promise<readonly string[]> {
  await come(reports, more);
  return lockdep.takeReports().map(({ rule, message }) => `${rule}: ${message}`);
}

async function firstFound(): Promise<Report> {
  await come(1, 20);
  return lockdep.takeReports()[0]!;
}

/** A timeline of which is known that it signals by handles. */
function byHandles(name: string): Timeline {
  const timeline = new Timeline(name);
  timeline.fence().signal();
  return timeline;
}

/** Somebody who keeps what he can signal, and is then forgotten himself. */
class Connection {
  readonly arrived: DriverFence;
  constructor(timeline: Timeline) {
    this.arrived = timeline.fence();
  }

  after(queue: ReturnType<ReturnType<typeof bench>["ring"]["queue"]>): Fence {
    return submit(queue.job({ label: "late" }).after(this.arrived.fence))[0];
  }
}

describe("a driver fence that is dropped", () => {
  it("bug: promised by somebody's word, is told of without his reason", async () => {
    (() => void publish(new Timeline("word").privateFence(), (must) => must.promise("the server answers", () => {})))();
    const report = await firstFound();
    expect(report.chains.flatMap(({ steps }) => steps.map(({ what }) => what))).toEqual([
      "the fence was made",
      'its signal was promised: "the server answers"',
    ]);
    expect(String(report)).toMatch(/--> .*leaks\.test\.ts/);
  });

  it("taken on from another thread is told of with where it was handed on", async () => {
    const handle = (() => linkThread(new MessageChannel().port1, { name: "decoder" }).owe("picture").handle)();
    (() => void openDriverFence(structuredClone(handle)))();
    const report = await firstFound();
    const steps = report.chains.flatMap((chain) => chain.steps);
    expect(steps.map(({ what }) => what)).toEqual([
      'the obligation for fence picture:1 was handed on to thread "decoder", in the thread that sent it',
      "the fence was made",
    ]);
    for (const { stack } of steps) expect(stack.join()).toContain("leaks.test.ts");
  });

  it("bug: with its timeline, made and forgotten in one breath, is found", async () => {
    (() => void new Timeline("gone").fence())();
    expect(await found()).toEqual(["leak-driver-fence: the driver fence of gone:1 was dropped unsignalled"]);
  });

  it("bug: together with its timeline and its fence, is told of once", async () => {
    for (let count = 0; count < 10; count++) (() => void new Timeline(`gone ${count}`).fence())();
    const told = await found(11);
    expect([told.length, new Set(told).size]).toEqual([10, 10]);
  });

  it("bug: with the object that kept it, in whose method it was made, is found", async () => {
    const timeline = byHandles("net");
    const fence = (() => new Connection(timeline).arrived.fence)();
    expect(await found()).toEqual(["leak-driver-fence: the driver fence of net:2 was dropped unsignalled"]);
    expect(fence.error).toBe(errno.ECANCELED);
  });

  it("bug: by an object that submitted a job behind it, is found, and the job fails", async () => {
    const timeline = byHandles("net");
    const { ring, work } = bench();
    const queue = ring.queue("q");
    const job = (() => new Connection(timeline).after(queue))();
    expect(await found()).toHaveLength(1);
    work();
    expect([job.signalled, job.error]).toEqual([true, errno.ECANCELED]);
  });

  it("bug: by who waits for it himself, with its timeline, is found, and so is his wait", async () => {
    const waiting = async (): Promise<void> => {
      const handle = new Timeline("own").fence();
      await handle.fence.wait();
      handle.signal();
    };
    (() => void waiting())();
    expect([...(await found(2))].sort()).toEqual([
      "leak-driver-fence: the driver fence of own:1 was dropped unsignalled",
      "leak-registration: fence own:1 was collected unsignalled, with a registration on it that will never run",
    ]);
  });

  it("bug: of an issuer that hears of waits, with its timeline, is found", async () => {
    (() => {
      const timeline = new Timeline("told");
      const handle = timeline.fence({ enableSignalling: () => handle.fence.seqno > 0 });
    })();
    expect(await found()).toEqual(["leak-driver-fence: the driver fence of told:1 was dropped unsignalled"]);
  });

  it("bug: of a foreign timeline on which nothing has signalled yet, is found: nobody signals that by seqno", async () => {
    const timeline = new ForeignTimeline("remote");
    (() => void timeline.fence(7))();
    expect(await found()).toEqual(["leak-driver-fence: the driver fence of remote:7 was dropped unsignalled"]);
    expect(timeline.name).toBe("remote");
  });
});

it("bug: F16: a fence whose issuer can be asked needs no handle, and signals when it is asked", async () => {
  const timeline = byHandles("device");
  let past = false;
  const fence = (() => timeline.fence({ poll: () => past }).fence)();
  expect(await found()).toEqual([]);
  past = true;
  expect([fence.signalled, fence.error]).toEqual([true, 0]);
});

it("bug: a timeline is not kept alive by what is noted of its fences", async () => {
  const timelines: WeakRef<Timeline>[] = [];
  (() => {
    for (let i = 0; i < 20; i++) {
      const timeline = new Timeline(`t${i}`);
      timeline.fence({ poll: () => false });
      timelines.push(new WeakRef(timeline));
    }
  })();
  await found();
  expect(timelines.filter((each) => each.deref() !== undefined).length).toBeLessThan(3);
});

/** Processes that are held by nobody but their device: so many get ready, and of the rest each ends at once. */
function processes(ready: number): Processes {
  return {
    spawn(_name, listener) {
      const end = (): void => {
        queueMicrotask(() => {
          listener.exited("was ended by the test");
        });
      };
      if (ready-- <= 0) end();
      else
        queueMicrotask(() => {
          listener.message([READY, { vendor: "", architecture: "", device: "", description: "" }]);
        });
      return {
        pid: undefined,
        post([kind]: ToChild) {
          if (kind === END) end();
        },
        hold() {},
        letGo() {},
        kill: end,
      };
    },
  };
}

describe("what is dropped before its end", () => {
  it("a queue with jobs on it is told of by name, with how many", async () => {
    (() => {
      const queue = bench().ring.queue("forgotten");
      submit(queue.job({}), queue.job({}));
    })();
    expect(await found()).toEqual([
      'leak-queue: [Queue "forgotten"] was dropped with 2 jobs that have not ended, and nobody is left to end them',
    ]);
  });

  it("a queue whose jobs have ended isn't, nor is one that came to its end, nor one whose job is waited for", async () => {
    const kept: Fence[] = [];
    (() => {
      const idle = bench();
      submit(idle.ring.queue("idle").job({}));
      idle.finish();
      const over = bench();
      over.ring.queue("over").destroy();
      const { ring } = bench();
      kept.push(...submit(ring.queue("waited for").job({})));
    })();
    expect(await found()).toEqual([]);
    expect(kept.length).toBe(1);
  });

  it("a queue that is dropped while its ring lives goes on, and its fences signal", async () => {
    const { ring, finish } = bench();
    const seen: string[] = [];
    (() => noteAll(submit(...jobs(ring.queue("dropped", { credits: 1 }), "a b c")), seen))();
    expect([await found(), seen]).toEqual([[], []]);
    finish();
    expect(seen).toEqual(["dropped:1", "dropped:2", "dropped:3"]);
  });

  it("whoever holds the fence of a job holds its queue, its ring and its driver", async () => {
    const start = (): readonly [Fence, ...WeakRef<object>[]] => {
      const { driver, ring, work } = bench();
      const queue = ring.queue("held");
      const [running] = submit(queue.job({}));
      work();
      return [running, new WeakRef(queue), new WeakRef(ring), new WeakRef(driver)];
    };
    const [fence, ...parts] = start();
    expect(await found()).toEqual([]);
    expect(parts.map((part) => part.deref() !== undefined)).toEqual([true, true, true]);
    (parts[2]!.deref() as ManualDriver).complete();
    expect(fence.signalled).toBe(true);
  });

  it("who waits for a job, and is held by nothing else, is dropped with it, and both are told of", async () => {
    (() => void submit(bench().ring.queue("alone").job({}))[0].wait())();
    expect([...(await found(2))].sort()).toEqual([
      'leak-queue: [Queue "alone"] was dropped with one job that has not ended, and nobody is left to end it',
      "leak-registration: fence alone:1 was collected unsignalled, with a registration on it that will never run",
    ]);
  });

  it("a fence that a job was to signal doesn't hold that job: it fails, and both are told of", async () => {
    const timeline = byHandles("frames");
    const fence = (() => {
      const { ring, work } = bench();
      const queue = ring.queue("forgotten");
      const owed = publish(timeline.privateFence(), (must) => must.transferTo(queue, queue.job({})));
      work();
      return owed;
    })();
    expect([...(await found(2))].sort()).toEqual([
      "leak-driver-fence: the driver fence of frames:2 was dropped unsignalled",
      'leak-queue: [Queue "forgotten"] was dropped with one job that has not ended, and nobody is left to end it',
    ]);
    expect(fence.error).toBe(errno.ECANCELED);
  });

  it("a device that was never closed is told of by name; one that was isn't", async () => {
    const open = (name: string): SimDevice => openSim({ name, platform: new SimPlatform({ auto: false }) });
    await (() => {
      open("forgotten");
      return open("closed").close();
    })();
    expect(await found()).toEqual(['leak-device: [Device "forgotten"] was dropped and never closed']);
  });

  it("bug: an isolated device that was never closed, and whose processes are gone, is told of as others are", async () => {
    const make = (name: string, ready: number): IsolatedWebGpuDevice =>
      new IsolatedWebGpuDevice({
        name,
        platform: realPlatform,
        processes: processes(ready),
        options: {},
        slots: 1,
        standby: false,
        recover: { attempts: 1 },
      });
    await (async () => {
      const dropped = make("forgotten", 1);
      await dropped._open();
      dropped._lose("the test ends its process");
      await dropped.recovery.settled();
      const closed = make("closed", 1);
      await closed._open();
      await closed.close();
      await expect(make("never open", 0)._open()).rejects.toThrow("can't start its process");
    })();
    expect(await found()).toEqual(['leak-device: [Device "forgotten"] was dropped and never closed']);
  });
});

describe("a job that is made and dropped", () => {
  /** What becomes of a queue's jobs in tests of them that are not told of. */
  function lane(name: string, hooks: DriverHooks = {}): { queue: JobQueue<ManualJob>; finish: () => void } {
    const { ring, finish } = bench(hooks);
    return { queue: ring.queue(name), finish };
  }

  const refusesAll: DriverHooks = {
    check() {
      throw new TypeError("not this one");
    },
  };

  /** For mistakes that are meant: what knows of a queue that it was destroyed can be told not to use it. */
  function ended(queue: JobQueue<ManualJob>): void {
    queue.destroy();
  }

  /** The token of a submission that is over. */
  function over(): Submission {
    const tokens: Submission[] = [];
    submission((section) => void tokens.push(section));
    return tokens[0]!;
  }

  it("is told of by name, with where it was made", async () => {
    const { queue } = lane("q");
    (() => void queue.job({ label: "blur" }))();
    const report = await firstFound();
    expect(report.message).toBe('[Job "blur" of queue "q"] was dropped and never submitted');
    expect(report.chains[0]?.steps.map(({ what }) => what)).toEqual(["it was made"]);
    expect(String(report)).toMatch(/--> .*leaks\.test\.ts/);
    expect(queue.state).toBe("usable");
  });

  it("without a label is told of by its queue, and once for each place", async () => {
    const { queue } = lane("q");
    for (let count = 0; count < 20; count++) (() => void queue.job({}))();
    (() => void queue.job({}))();
    const told = await found(3);
    expect(told).toEqual(Array(2).fill('leak-job: A job of [Queue "q"] was dropped and never submitted'));
    expect(queue.state).toBe("usable");
  });

  it("among many of one turn is told of, if not by its place", async () => {
    const { queue } = lane("q");
    submit(...Array.from({ length: 1000 }, () => queue.job({})));
    (() => void queue.job({ label: "lost" }))();
    const report = await firstFound();
    expect(report.message).toBe('[Job "lost" of queue "q"] was dropped and never submitted');
    expect(report.chains[0]?.steps[0]?.stack).toEqual([]);
    expect(queue.state).toBe("usable");
  });

  it("bug: among many of one turn that have labels, is told of once for its queue, however many there are", async () => {
    const [first, second] = [lane("first"), lane("second")];
    for (let count = 0; count < 500; count++) {
      (() => void first.queue.job({ label: `first ${count}` }))();
      (() => void second.queue.job({ label: `second ${count}` }))();
    }
    const told = (await found(5)).map((each) => each.replace(/\d+/, "n")).sort();
    const of = (name: string): string =>
      `leak-job: [Job "${name} n" of queue "${name}"] was dropped and never submitted`;
    expect(told).toEqual([of("first"), of("first"), of("second"), of("second")]);
    expect([first.queue.state, second.queue.state]).toEqual(["usable", "usable"]);
  });

  it("bug: whose place can't be told, since the program makes its own of stacks, is told of once for its queue", async () => {
    const { prepareStackTrace } = Error;
    Error.prepareStackTrace = () => "no frames";
    const { queue } = lane("q");
    const other = lane("other").queue;
    try {
      for (let count = 0; count < 9; count++) for (const each of [queue, other]) (() => void each.job({}))();
      expect([...(await found(3))].sort()).toEqual([
        'leak-job: A job of [Queue "other"] was dropped and never submitted',
        'leak-job: A job of [Queue "q"] was dropped and never submitted',
      ]);
    } finally {
      Error.prepareStackTrace = prepareStackTrace;
    }
    expect([queue.state, other.state]).toEqual(["usable", "usable"]);
  });

  it("bug: without a place is told of for no more than a hundred queues: the rest may be as many as it likes", async () => {
    const { ring } = bench();
    const queues = Array.from({ length: 300 }, (_, index) => ring.queue(`q${index}`));
    (() => queues.forEach((queue) => void queue.job({})))();
    expect(await found(300)).toHaveLength(1 + 100);
    expect(queues.every((queue) => queue.state === "usable")).toBe(true);
  });

  it("long after it was made, is told of", async () => {
    const { queue } = lane("q");
    const jobs = [queue.job({ label: "late" })];
    expect(await found()).toEqual([]);
    jobs.length = 0;
    expect(await found()).toEqual(['leak-job: [Job "late" of queue "q"] was dropped and never submitted']);
    expect(queue.state).toBe("usable");
  });

  it("is not told of when it was submitted, at once or later, by hand or handed an obligation", async () => {
    const { queue, finish } = lane("q");
    (() => {
      submit(queue.job({}), queue.job({}));
      submit(queue.job({}));
      submission((section) => void section.push(section.arm(queue.job({}))));
      publish(new Timeline("owed").privateFence(), (must) => must.transferTo(queue, queue.job({})));
    })();
    const later = [queue.job({}), queue.job({})];
    await turn();
    (() => void submit(...later.splice(0)))();
    finish();
    expect(await found()).toEqual([]);
    expect(queue.state).toBe("usable");
  });

  it("is not told of when a submission of it was rolled back or refused, which its program was told", async () => {
    const { queue } = lane("q");
    const refusing = (): void => {
      const never = queue.job({});
      expect(() => submit(queue.job({ after: never }), queue.job({}), never)).toThrow("depends on");
      expect(() => submit(queue.job({ after: never }))).toThrow("depends on");
      expect(() => {
        submission((section) => {
          section.arm(queue.job({}));
          throw new Error("no memory");
        });
      }).toThrow("no memory");
    };
    refusing();
    expect(await found()).toEqual([]);
    expect(queue.state).toBe("usable");
  });

  it.each<[string, (queue: JobQueue<ManualJob>, other: JobQueue<ManualJob>) => unknown]>([
    [
      "an obligation was handed on with it to another's queue",
      (queue, other) => publish(new Timeline("owed").privateFence(), (must) => must.transferTo(other, queue.job({}))),
    ],
    [
      "an obligation that can't be kept any more was handed on with it",
      (queue) => {
        const timeline = new Timeline("closed");
        publish(timeline.privateFence(), (must) => {
          timeline.close();
          return must.transferTo(queue, queue.job({}));
        });
      },
    ],
    ["it was armed in a submission that was over", (queue) => over().arm(queue.job({}))],
    ["it was to come after what is no fence", (queue) => submit(queue.job({}), queue.job({}).after(null as never))],
    [
      "the next one of its batch was refused",
      (queue) => submit(queue.job({}), queue.job({ after: queue.job({}) }), queue.job({ cost: -1 })),
    ],
    [
      "the next one of its batch was refused by its device",
      (queue) => submit(queue.job({}), lane("strict", refusesAll).queue.job({})),
    ],
    [
      "the next one of its batch is of a queue that was destroyed",
      (queue, other) => (ended(other), submit(queue.job({}), other.job({}))),
    ],
    [
      "a submission of the one before it was refused",
      (queue, other) => {
        const before = other.job({});
        const behind = queue.job({ after: before });
        ended(other);
        return [submit(before), submit(behind)];
      },
    ],
    [
      "a submission by hand threw before it was armed",
      (queue) => {
        const [first, second] = [queue.job({}), queue.job({})];
        submission((section) => {
          section.push(section.arm(first));
          if (queue.state === "usable") throw new Error("no memory");
          section.push(section.arm(second));
        });
      },
    ],
    [
      "a submission by hand was not opened, since another one was",
      (queue) => {
        const [outer, inner] = [queue.job({}), queue.job({})];
        submission((section) => {
          section.push(section.arm(outer));
          submission((other) => void other.push(other.arm(inner)));
        });
      },
    ],
  ])("bug: is not told of when %s: that threw, and its program was told so", async (_, mistaken) => {
    const [{ queue, finish }, other] = [lane("q"), lane("other").queue];
    (() => {
      expect(() => mistaken(queue, other)).toThrow();
    })();
    lockdep.takeReports(); // A submission inside another one is a finding of its own.
    expect(await found()).toEqual([]);
    finish();
    expect(queue.state).toBe("usable");
    expect(other.name).toBe("other");
  });

  it("in a turn of its own is told of, whatever was refused in the next", async () => {
    const { queue } = lane("q");
    (() => void queue.job({ label: "mine" }))();
    await new Promise((resolve) => setTimeout(resolve, 1));
    expect(() => queue.job({ cost: -1 })).toThrow(RangeError);
    expect(await found()).toEqual(['leak-job: [Job "mine" of queue "q"] was dropped and never submitted']);
    expect(queue.state).toBe("usable");
  });

  it.each<[string, (ring: Ring<ManualJob>, queue: JobQueue<ManualJob>) => unknown]>([
    ["was destroyed", (_, queue) => queue.destroy()],
    ["was killed", (_, queue) => queue.kill()],
    ["was lost with its device", (ring) => ring.lose(errno.EIO)],
    ["was stopped with its device", (ring) => ring.stop()],
  ])("is not told of when its queue %s meanwhile", async (_, end) => {
    const { ring } = bench();
    const queue = ring.queue("q");
    (() => void queue.job({}))();
    end(ring, queue);
    expect(await found()).toEqual([]);
    expect(queue.state).not.toBe("usable");
  });

  it("is not told of when its queue is dropped with it", async () => {
    (() => void lane("q").queue.job({}))();
    expect(await found()).toEqual([]);
  });

  it("beyond as many as are noted at once is not told of; the rest are, and of those that are submitted nothing is kept", async () => {
    const { queue, finish } = lane("q");
    for (let round = 0; round < 3; round++) {
      const jobs = Array.from({ length: 10_000 }, () => queue.job({}));
      if (round === 1) await turn();
      submit(...jobs);
      finish();
    }
    (() => void queue.job({ label: "one more" }))();
    expect(await found()).toEqual(['leak-job: [Job "one more" of queue "q"] was dropped and never submitted']);
    expect(queue.state).toBe("usable");
  });
});
