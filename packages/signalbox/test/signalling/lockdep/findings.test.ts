import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { errno } from "../../../src/errors.ts";
import { deliver } from "../../../src/fence/delivery.ts";
import type { DriverFence } from "../../../src/fence/driver-fence.ts";
import type { Fence } from "../../../src/fence/fence.ts";
import { ForeignTimeline } from "../../../src/fence/foreign-timeline.ts";
import { Registration } from "../../../src/fence/registration.ts";
import { Timeline } from "../../../src/fence/timeline.ts";
import type { TurnKeeper } from "../../../src/fence/turns.ts";
import { hooks } from "../../../src/hooks.ts";
import { SimPlatform } from "../../../src/platform/simulated.ts";
import { Leaks } from "../../../src/signalling/lockdep/leaks.ts";
import type { Leak } from "../../../src/signalling/lockdep/leaks.ts";
import { disableLockdep, enableLockdep } from "../../../src/signalling/lockdep/lockdep.ts";
import type { Lockdep } from "../../../src/signalling/lockdep/lockdep.ts";
import type { Validator } from "../../../src/signalling/lockdep/validator.ts";
import { publish } from "../../../src/signalling/obligation.ts";
import { signallingSection } from "../../../src/signalling/section.ts";
import { Completion } from "../../../src/work/completion.ts";
import { thrownBy } from "../../support/notes.ts";

let lockdep: Lockdep;
let validator: Validator;
beforeEach(() => {
  disableLockdep();
  lockdep = enableLockdep();
  validator = lockdep._validator;
});
afterEach(disableLockdep);
const rules = (): readonly string[] => lockdep.takeReports().map(({ rule }) => rule);

describe("the validator's switch", () => {
  it("listens while it is on, and nowhere else", () => {
    expect([hooks.lockdep, hooks.locks]).toEqual([validator, validator.locks]);
    disableLockdep();
    disableLockdep();
    expect([hooks.lockdep, hooks.locks]).toEqual([null, null]);
  });

  it("answers the one that is on, takes no options then, and none that make no sense", () => {
    expect(enableLockdep()).toBe(lockdep);
    expect(thrownBy(() => enableLockdep({})).code).toBe("EALREADY");
    disableLockdep();
    expect(() => enableLockdep({ registrationBudget: NaN })).toThrow(RangeError);
    expect(hooks.lockdep).toBe(null);
  });

  it("is not turned on in the middle of a section, nor where somebody else listens to locks", () => {
    disableLockdep();
    expect(signallingSection(() => thrownBy(enableLockdep).code)).toBe("EINVAL");
    deliver(() => expect(thrownBy(enableLockdep).code).toBe("EINVAL"));
    hooks.locks = validator.locks;
    expect(thrownBy(enableLockdep).code).toBe("EBUSY");
    hooks.locks = null;
  });

  it("keeps what it found when it goes off, and begins anew when it goes on", () => {
    signallingSection(() => validator.submits(null));
    disableLockdep();
    expect(lockdep.reports).toHaveLength(1);
    expect(enableLockdep().reports).toEqual([]);
  });

  it("tells listeners in a microtask of their own; one that throws keeps none from hearing", async () => {
    disableLockdep();
    lockdep = enableLockdep({ maxReports: 1 });
    const heard: string[] = [];
    const stop = lockdep.onReport(({ rule }) => void heard.push(rule));
    signallingSection(() => {
      lockdep._validator.submits(null);
      lockdep._validator.blocks("on a cell");
    });
    expect([heard, lockdep.reports.length, lockdep.dropped]).toEqual([[], 1, 1]);
    await Promise.resolve();
    expect(heard).toEqual(["section-submit", "section-block"]);
    stop();
    signallingSection(() => lockdep._validator.waitsFor("completion", {}, "c"));
    await Promise.resolve();
    expect(heard).toHaveLength(2);
  });
});

describe("registrations", () => {
  it("registration-throw: what was thrown is the report's cause", () => {
    const error = new Error("closed port");
    validator.entered("registration", {});
    validator.threw(error);
    validator.left("registration");
    expect(lockdep.reports[0]?.cause).toBe(error);
    expect(rules()).toEqual(["registration-throw"]);
  });

  it("registration-budget: by the clock that it was given", () => {
    disableLockdep();
    const platform = new SimPlatform({ auto: false });
    platform.run(1);
    lockdep = enableLockdep({ registrationBudget: 5, platform });
    const spend = (ms: number) => () => void platform.run(platform.now() + ms);
    for (const ms of [5, 6]) {
      const owed = new Timeline("t", { platform }).fence();
      owed.fence.register(Registration.post({ postMessage: spend(ms) }));
      owed.signal();
    }
    // What is the core's own, or takes its time outside, is none of that.
    lockdep._validator.entered("registration", Registration.complete(new Completion()));
    spend(7)();
    lockdep._validator.left("registration");
    expect(lockdep.reports.map(({ rule, message }) => [rule, message])).toEqual([
      ["registration-budget", "a registration took 6.0 ms, and may take 5 ms"],
    ]);
  });

  it("registration-reentry: one in another", () => {
    validator.entered("registration", {});
    validator.entered("delivery", null);
    validator.entered("registration", {});
    for (const kind of ["registration", "delivery", "registration"] as const) validator.left(kind);
    expect(rules()).toEqual(["registration-reentry"]);
  });
});

describe("cycles among fences", () => {
  const timelines = new Map<string, Timeline>();
  beforeEach(() => timelines.clear());
  function make(name: string): DriverFence {
    let timeline = timelines.get(name);
    if (timeline === undefined) timelines.set(name, (timeline = new Timeline(name)));
    return timeline.fence();
  }

  it("fence-cycle: a fence that is to be signalled by what waits for it", () => {
    const [program, job] = [make("program"), make("queue")];
    validator.dependsOn(job.fence, program.fence, "job");
    validator.dependsOn(program.fence, job.fence, "registration");
    const [report] = lockdep.reports;
    expect(report?.rule).toBe("fence-cycle");
    expect(report?.chains.flatMap(({ steps }) => steps.map(({ what }) => what))).toEqual([
      "fence program:1 is to be signalled by a registration on queue:1",
      "fence queue:1 was armed to wait for program:1",
    ]);
    for (const chain of report?.chains ?? []) expect(chain.steps[0]?.stack[0]).toContain("findings.test.ts");
  });

  it("the order of a timeline is part of the ring, and the report says so", () => {
    const [first, second, job] = [make("program"), make("program"), make("queue")];
    validator.dependsOn(job.fence, second.fence, "job");
    validator.dependsOn(first.fence, job.fence, "registration");
    expect(lockdep.reports[0]?.chains[1]?.steps.map(({ what }) => what)).toEqual([
      "fence queue:1 was armed to wait for program:2",
      "fence program:2 comes after program:1, since a timeline signals in order",
    ]);
  });

  it("bug: a fence that was published on somebody's word is shown with it", () => {
    const job = make("queue");
    const fence = publish(new Timeline("program").privateFence(), (must) =>
      must.promise("the queue's last job signals it", (handle) => {
        job.fence.register(Registration.signal(handle));
      }),
    );
    validator.dependsOn(job.fence, fence, "job");
    expect(lockdep.reports[0]?.chains.flatMap(({ steps }) => steps.map(({ what }) => what))).toEqual([
      "fence queue:1 was armed to wait for program:1",
      `fence program:1 (promised: "the queue's last job signals it") is to be signalled by a registration on queue:1`,
    ]);
  });

  it("what has signalled is waited for by nobody", () => {
    const [program, job] = [make("program"), make("queue")];
    validator.dependsOn(job.fence, program.fence, "job");
    program.signal();
    validator.dependsOn(program.fence, job.fence, "registration");
    expect(rules()).toEqual([]);
  });

  it("of a timeline whose order is somebody else's, fences are told apart", () => {
    const timeline = new ForeignTimeline("remote");
    const [first, second] = [timeline.fence(1), timeline.fence(2)];
    const job = make("queue");
    validator.dependsOn(job.fence, second.fence, "job");
    validator.dependsOn(first.fence, job.fence, "registration");
    expect(rules()).toEqual([]);
    validator.dependsOn(second.fence, job.fence, "registration");
    expect(rules()).toEqual(["fence-cycle"]);
  });
});

describe("leaks", () => {
  let leaks: Leak[];
  let watch: Leaks;
  beforeEach(() => {
    leaks = [];
    disableLockdep(); // This one alone is looked at.
    watch = new Leaks((leak) => void leaks.push(leak));
  });
  const keeper = (timeline: Timeline): TurnKeeper => timeline;
  const made = (timeline: Timeline): DriverFence => {
    const handle = timeline.fence();
    watch.made(handle, keeper(timeline));
    return handle;
  };
  const note = (fence: Fence) => ({ fence, owed: watch._owed(fence)! });

  it("leak-driver-fence: a dropped handle is told of on a timeline that signals by its handles, and fails the fence in its turn", () => {
    const timeline = new Timeline("net");
    const dropped = note(made(timeline).fence);
    watch._handleCollected(dropped.owed);
    expect([leaks, dropped.fence.signalled]).toEqual([[], false]);
    watch.signalledByHandle(keeper(timeline));
    watch._handleCollected(dropped.owed);
    expect(leaks.map(({ kind, name }) => [kind, name])).toEqual([["driver fence", "net:1"]]);
    expect(leaks[0]?.site?.frames[0]).toContain("findings.test.ts");
    expect(dropped.fence.error).toBe(errno.ECANCELED);
  });

  it("Q28: a dropped fence waits for its turn", () => {
    const timeline = new Timeline("net");
    const first = made(timeline);
    const dropped = note(made(timeline).fence);
    watch.signalledByHandle(keeper(timeline));
    watch._handleCollected(dropped.owed);
    expect(dropped.fence.signalled).toBe(false);
    first.signal();
    expect(dropped.fence.error).toBe(errno.ECANCELED);
  });

  it("a timeline that signals by seqno needs no handles", () => {
    const timeline = new Timeline("swept");
    const dropped = note(made(timeline).fence);
    watch.signalledByHandle(keeper(timeline));
    watch.swept(keeper(timeline));
    watch._handleCollected(dropped.owed);
    expect(leaks).toEqual([]);
  });

  it("what has signalled is no leak", () => {
    const timeline = new Timeline("net");
    const handle = made(timeline);
    const { owed, fence } = note(handle.fence);
    watch.signalledByHandle(keeper(timeline));
    handle.signal();
    watch.signalled(fence);
    watch._handleCollected(owed);
    expect(leaks).toEqual([]);
  });

  it("leak-registration: a fence that was collected with one on it", () => {
    const { fence } = new Timeline("gone").fence();
    const [kept, taken] = [Registration.complete(new Completion()), Registration.complete(new Completion())];
    watch.registered(kept, fence);
    watch.registered(taken, fence);
    watch.unregistered(taken);
    watch._fenceCollected(watch._notes(fence)!);
    watch._fenceCollected(watch._notes(fence)!);
    expect(leaks.map(({ kind, name }) => [kind, name])).toEqual([["registration", "gone:1"]]);
  });

  it("the collector finds them: a timeline that is gone fails what it owed, in order", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const seen: string[] = [];
    const fences = (() => {
      const timeline = new Timeline("lost");
      const all = [made(timeline).fence, made(timeline).fence];
      for (const fence of all)
        fence.register(Registration.post({ postMessage: (it) => void seen.push(`${it.seqno}`) }));
      return all;
    })();
    for (let i = 0; i < 50 && seen.length < 2; i++) {
      collect();
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    expect([seen, fences.map(({ error }) => error)]).toEqual([
      ["1", "2"],
      [errno.ECANCELED, errno.ECANCELED],
    ]);
    expect(leaks).toHaveLength(2);
  });

  it("nothing is told after the validator went off", () => {
    const timeline = new Timeline("net");
    const { owed } = note(made(timeline).fence);
    watch.signalledByHandle(keeper(timeline));
    watch.end();
    watch._handleCollected(owed);
    expect(leaks).toEqual([]);
  });
});

describe("the rest of the rules", () => {
  it("leak-armed-job, obligation-proof, and what a section answered", () => {
    const { fence } = new Timeline("q").fence();
    validator.entered("submission", null);
    validator.answeredPromise("submission");
    validator.leftArmed([fence]);
    validator.left("submission");
    validator.wrongProof("frames");
    expect(lockdep.reports[1]?.message).toContain("q:1");
    expect(rules()).toEqual(["section-await", "leak-armed-job", "obligation-proof"]);
  });

  it("a queue's end is its fences', a completion's wait is a wait", () => {
    validator.waitsFor("queue", {}, "compute");
    expect(rules()).toEqual([]);
    signallingSection(() => {
      validator.waitsFor("queue", {}, "compute");
      validator.waitsFor("completion", {}, "idle");
      validator.waitsFor("worker", {}, "uploads");
    });
    expect(rules()).toEqual(["section-wait", "section-wait", "section-wait"]);
  });
});
