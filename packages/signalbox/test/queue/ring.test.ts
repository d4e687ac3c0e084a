import { describe, expect, it } from "vitest";
import { errno } from "../../src/errors.ts";
import { Timeline } from "../../src/fence/timeline.ts";
import { SimPlatform } from "../../src/platform/simulated.ts";
import { realPlatform } from "../../src/platform/real.ts";
import { Ring } from "../../src/queue/ring.ts";
import { submission, submit } from "../../src/queue/submission.ts";
import { WorkItem, WorkQueue, sharedWorkQueue } from "../../src/work/work-queue.ts";
import { bench, jobs } from "../support/bench.ts";
import { reported } from "../support/reports.ts";
import { ManualDriver } from "../support/manual-driver.ts";
import { thrownBy, traced } from "../support/notes.ts";
import type { AnyJob } from "../support/manual-driver.ts";

describe("making a ring", () => {
  it("slots that make no sense are RangeErrors that name them, an unknown policy is EINVAL", () => {
    for (const slots of [0, -1, NaN, 1.5]) {
      expect(() => bench({}, { slots })).toThrow(RangeError);
      expect(() => bench({}, { slots })).toThrow(`got ${slots}`);
    }
    expect(thrownBy(() => bench({}, { policy: "random" as "fifo" }))).toMatchObject({ code: "EINVAL" });
  });

  it("it says what it was made with, and tells the trace", () => {
    const opened: string[] = [];
    const driver = new ManualDriver();
    traced({ ringOpened: (ring) => void opened.push(ring.name) }, () => {
      const plain = new Ring(driver);
      expect([plain.name, plain.driver, plain.platform]).toEqual(["manual", driver, realPlatform]);
      expect([plain.slots, plain.policy, plain.queues, plain.inFlight]).toEqual([Infinity, "fair", [], 0]);
      const own = new Ring(driver, { name: "lane 3", slots: 4, policy: "fifo" });
      expect([own.name, own.slots, own.policy]).toEqual(["lane 3", 4, "fifo"]);
    });
    expect(opened).toEqual(["manual", "lane 3"]);
  });
});

describe("the ring's worker", () => {
  it("Q4: starts all that can start in one batch, flushes once, and outside the section", () => {
    const depths: boolean[] = [];
    const { ring, driver, work, platform } = bench({
      flush: () => void depths.push(thrownBy(() => submission(() => submit())).message.includes("is open already")),
    });
    submit(...jobs(ring.queue("x"), "a b"), ...jobs(ring.queue("y"), "c"));
    work();
    expect([driver.calls.at(-1), driver.called("run").length, driver.called("flush")]).toEqual(["flush", 3, [""]]);
    expect([depths, platform.idle]).toEqual([[true], true]);
    expect(reported()).toEqual(["section-submit"]);
  });

  it("goes on in the same batch with heads that its jobs set free, within its budget", () => {
    const { ring, driver, work, gates } = bench();
    const queues = ["x", "y"].map((name) => ring.queue(name));
    const chain: AnyJob[] = [];
    for (let index = 0; index < 100; index++) {
      const after = chain.at(-1) ?? gates.fence().fence;
      chain.push(queues[index % 2]!.job({ label: `j${index}`, run: "done", after }));
    }
    submit(...chain);
    gates.signalThrough(1);
    work();
    expect(driver.called("run")).toEqual(chain.map(({ label }) => label));
    expect(driver.calls.filter((call) => call === "flush")).toHaveLength(2); // 64, and the rest.
    expect(new Set(chain.slice(0, 64).map(({ timestamp }) => timestamp)).size).toBe(1);
  });

  it("a batch that ran nothing is not flushed", () => {
    const { ring, driver, work, gates } = bench();
    const queue = ring.queue("q");
    const gate = gates.fence();
    submit(queue.job({ label: "j", after: gate.fence }));
    queue.kill();
    gate.signal();
    work();
    expect(driver.calls).toEqual(["cancel j killed", "release j"]);
  });

  it("signal first, then clean up (Q6): releases come in a batch, after all that signals", () => {
    const { ring, driver, work } = bench();
    const [x, y] = [ring.queue("x"), ring.queue("y")];
    submit(...jobs(x, "a b", { run: "done" }), ...jobs(y, "c", { run: "done" }));
    work();
    const words = driver.calls.map((call) => call.split(" ")[0]);
    expect(words).toEqual(["run", "run", "run", "flush", "release", "release", "release"]);
  });

  it("a job that completes outside is released by the worker, not in the section that completed it", () => {
    const { ring, driver, work } = bench();
    const [job] = jobs(ring.queue("q"), "j");
    submit(job!);
    work();
    driver.complete();
    expect([job!.stage, driver.called("release")]).toEqual(["complete", []]);
    work();
    expect([job!.stage, driver.called("release")]).toEqual(["released", ["j"]]);
  });

  it("gives the event loop a turn between budgets: timers fire while 100 000 jobs are started", () => {
    const platform = new SimPlatform({ auto: false });
    const driver = new ManualDriver();
    const ring = new Ring(driver, { platform, work: new WorkQueue(platform, { units: 1000, time: Infinity }) });
    const queue = ring.queue("q");
    for (let count = 0; count < 100; count++) {
      submit(...Array.from({ length: 1000 }, () => queue.job({ run: "done" })));
    }
    let macrotasks = 0;
    let doneAtTimer = 0;
    platform.setTimer(() => {
      doneAtTimer = queue.stats.done;
    }, 0);
    const ask = (): void => {
      macrotasks++;
      if (queue.stats.done < 100_000) platform.macrotask(ask);
    };
    platform.macrotask(ask);
    platform.run();
    expect(queue.stats.done).toBe(100_000);
    expect(macrotasks).toBeGreaterThan(90);
    expect(doneAtTimer).toBe(100_000); // the simulation fires timers last
  });

  it("lets other work items have their turn between slices", () => {
    const { ring, platform, driver, work } = bench();
    const queue = ring.queue("q");
    submit(...Array.from({ length: 1000 }, () => queue.job({ run: "done" })));
    let ranBefore = -1;
    new WorkItem(sharedWorkQueue(platform), () => {
      ranBefore = driver.called("run").length;
      return false;
    }).schedule();
    work();
    expect(ranBefore).toBeGreaterThan(0);
    expect(ranBefore).toBeLessThan(200);
    expect(queue.stats.done).toBe(1000);
  });

  it("rings that depend on one another in a circle of jobs go round in constant stack", () => {
    const { ring, another, finish } = bench();
    const other = another();
    const queues = [ring.queue("here"), other.ring.queue("there")];
    let before: AnyJob | undefined;
    const all: AnyJob[] = [];
    for (let index = 0; index < 20_000; index++) {
      const job: AnyJob = queues[index % 2]!.job(
        before === undefined ? { run: "done" } : { run: "done", after: before },
      );
      submit(job);
      all.push(job);
      before = job;
    }
    finish();
    expect(all.every((job) => job.status === 1)).toBe(true);
  });
});

describe("slots", () => {
  it("no more jobs are on the ring, whatever its queues could start", () => {
    const { ring, driver, work } = bench({}, { slots: 3 });
    const [x, y] = [ring.queue("x"), ring.queue("y", { jobs: 1 })];
    submit(...jobs(x, "a b c d e"), ...jobs(y, "f g"));
    let ran = 0;
    while (driver.called("run").length < 7) {
      work();
      expect(ring.inFlight).toBe(3);
      expect(driver.called("run").length).toBeGreaterThan(ran);
      ran = driver.called("run").length;
      driver.complete();
    }
    while (driver.held.length > 0) driver.complete();
    work();
    expect(ring.inFlight).toBe(0);
  });

  it("one slot: one job after the other, also where jobs complete inside `run`", () => {
    const { ring, driver, finish } = bench({}, { slots: 1 });
    const [x, y] = [ring.queue("x"), ring.queue("y")];
    const all = [...jobs(x, "a b", { run: "done" }), ...jobs(y, "c d"), ...jobs(x, "e", { run: "done" })];
    submit(...all);
    finish();
    expect([driver.called("run").length, ring.inFlight]).toEqual([5, 0]);
    expect(all.every((job) => job.status === 1)).toBe(true);
  });
});

describe("Q23: bypass", () => {
  it("starts what nothing holds back inside `submit`, and flushes and releases before it returns", () => {
    const { ring, driver } = bench();
    const queue = ring.queue("q", { bypass: true });
    const [a, b] = jobs(queue, "a b", { run: "done" });
    submit(a!, b!);
    expect(driver.calls).toEqual(["run a", "run b", "flush", "release a", "release b"]);
    expect([a!.stage, b!.status]).toEqual(["released", 1]);
  });

  it("what is held back waits as ever", () => {
    const { ring, driver, work, gates } = bench();
    const queue = ring.queue("q", { bypass: true, jobs: 1 });
    const gate = gates.fence();
    submit(...jobs(queue, "a b"));
    expect(driver.called("run")).toEqual(["a"]);
    submit(...jobs(queue, "c", { after: gate.fence }));
    driver.complete();
    work();
    driver.complete();
    work();
    expect(driver.called("run")).toEqual(["a", "b"]);
    gate.signal();
    expect(driver.called("run")).toEqual(["a", "b"]);
    work();
    expect(driver.called("run")).toEqual(["a", "b", "c"]);
  });

  it("is off by default, and on each queue's own", () => {
    const { ring, driver, work } = bench();
    submit(ring.queue("plain").job({ label: "plain" }));
    expect(driver.calls).toEqual([]);
    work();
    submit(ring.queue("quick", { bypass: true }).job({ label: "quick" }));
    expect(driver.called("run")).toEqual(["plain", "quick"]);
  });

  it("a mate of the batch on another ring sees all of it published", () => {
    const { ring, another, work } = bench();
    const other = another();
    const states: string[] = [];
    const quick = ring.queue("quick", { bypass: true }).job({
      run: () => {
        states.push(slow.state);
        return "done";
      },
    });
    const slow = other.ring.queue("slow").job({ label: "slow", after: quick });
    submit(quick, slow);
    expect([states, other.driver.calls]).toEqual([["published"], []]);
    work();
    expect(other.driver.called("run")).toEqual(["slow"]);
  });

  it("from `release`, where the worker is at it, what is submitted runs after", () => {
    const more: AnyJob[] = [];
    const { ring, driver, work } = bench({
      release: () => {
        const next = more.shift();
        if (next === undefined) return;
        submit(next);
        expect(next.stage).toBe("queued");
      },
    });
    const queue = ring.queue("q", { bypass: true });
    const [a, b, c] = jobs(queue, "a b c", { run: "done" });
    more.push(b!, c!);
    submit(a!);
    work();
    expect(driver.called("run")).toEqual(["a", "b", "c"]);
  });
});

describe("how a ring chooses", () => {
  const queuesOf = (policy: "fifo" | "round-robin") => {
    const set = bench({}, { policy, slots: 1 });
    return { ...set, x: set.ring.queue("x"), y: set.ring.queue("y"), z: set.ring.queue("z") };
  };

  it("Q35: fifo: in the order of the pushes, across queues", () => {
    const { x, y, z, driver, finish } = queuesOf("fifo");
    submit(...jobs(y, "1"), ...jobs(x, "2 3"), ...jobs(z, "4"), ...jobs(y, "5"), ...jobs(x, "6"));
    submit(...jobs(z, "7"), ...jobs(x, "8"));
    finish();
    expect(driver.called("run")).toEqual(["1", "2", "3", "4", "5", "6", "7", "8"]);
  });

  it("Q35: fifo: a head that was blocked goes by its push as soon as it can", () => {
    const { x, y, driver, work, finish, gates } = queuesOf("fifo");
    const gate = gates.fence();
    submit(...jobs(x, "old", { after: gate.fence }), ...jobs(y, "1 2 3"));
    work();
    gate.signal();
    finish();
    expect(driver.called("run")).toEqual(["1", "old", "2", "3"]);
  });

  it("Q35: fifo: also with jobs from before there was a second queue", () => {
    const { ring, driver, finish } = bench({}, { policy: "fifo", slots: 1 });
    const x = ring.queue("x");
    submit(...jobs(x, "1 2"));
    const y = ring.queue("y");
    submit(...jobs(y, "3"), ...jobs(x, "4"), ...jobs(y, "5"));
    finish();
    expect(driver.called("run")).toEqual(["1", "2", "3", "4", "5"]);
  });

  it("Q35: round-robin: each queue in turn", () => {
    const { x, y, z, driver, finish } = queuesOf("round-robin");
    submit(...jobs(x, "x1 x2 x3 x4"), ...jobs(y, "y1 y2 y3"), ...jobs(z, "z1 z2"));
    finish();
    expect(driver.called("run")).toEqual(["x1", "y1", "z1", "x2", "y2", "z2", "x3", "y3", "x4"]);
  });

  it("bug: round-robin: queues that came one by one, between two turns, go in the order in which they came", () => {
    const { ring, driver, finish } = bench({}, { policy: "round-robin", slots: 1 });
    const names = ["a", "b", "c", "d", "e"];
    for (const queue of names.map((name) => ring.queue(name))) submit(...jobs(queue, queue.name));
    finish();
    expect(driver.called("run")).toEqual(names);
  });

  it("Q35: round-robin: who comes back goes to the end of the line", () => {
    const { x, y, z, driver, work, finish, gates } = queuesOf("round-robin");
    const gate = gates.fence();
    submit(...jobs(z, "z", { after: gate.fence }), ...jobs(x, "x1 x2 x3"), ...jobs(y, "y1 y2 y3"));
    work();
    driver.complete();
    work();
    gate.signal();
    finish();
    const order = driver.called("run");
    expect(order.slice(0, 3)).toEqual(["x1", "y1", "x2"]);
    expect(order.slice(3, 5).sort()).toEqual(["y2", "z"]);
  });

  it("1000 queues on one ring: each job of each runs, in turn", () => {
    const { ring, driver, finish } = bench({}, { slots: 1, policy: "round-robin" });
    const queues = Array.from({ length: 1000 }, (_, index) => ring.queue(`q${index}`));
    for (let round = 0; round < 3; round++) {
      submit(...queues.map((queue) => queue.job({ label: `${round} ${queue.name}`, run: "done" })));
    }
    finish();
    const order = driver.called("run");
    expect(order).toHaveLength(3000);
    for (let round = 0; round < 3; round++) {
      const turn = order.slice(1000 * round, 1000 * (round + 1));
      expect(turn.every((label) => label.startsWith(`${round} `))).toBe(true);
      expect(new Set(turn).size).toBe(1000);
    }
  });

  it("1000 queues with jobs that depend across them, under every policy", () => {
    for (const policy of ["fair", "fifo", "round-robin"] as const) {
      const { ring, finish } = bench({}, { slots: 7, policy });
      const queues = Array.from({ length: 1000 }, (_, index) => ring.queue(`q${index}`, { jobs: 1 }));
      const all: AnyJob[] = [];
      queues.forEach((queue, index) => {
        const job = queue.job({ run: index % 3 === 0 ? "done" : "pending" });
        if (index > 0) job.after(all[(index * 7919) % index]!);
        all.push(job);
        submit(job);
      });
      finish();
      expect(all.every((job) => job.status === 1)).toBe(true);
      expect(ring.inFlight).toBe(0);
    }
  });
});

describe("a driver that throws where it must not", () => {
  const wrong = (): never => {
    throw new Error("a broken driver");
  };

  for (const member of ["flush", "release", "setDeadline", "dependencyFailed"] as const) {
    it(`promise 1: in \`${member}\`: is heard of, and stops nothing`, () => {
      const { ring, work, finish, gates, platform } = bench({ [member]: wrong });
      const gate = gates.fence();
      const queue = ring.queue("q", { onFailedDependency: "ask" });
      const [failed, slow, after] = [
        queue.job({ label: "failed", after: gate.fence }),
        queue.job({ label: "slow" }),
        queue.job({ label: "after", run: "done" }),
      ];
      slow.setDeadline(5);
      submit(failed, slow, after);
      gate.fail(errno.EIO);
      let heard = 0;
      while (!platform.idle || !after.signalled) {
        try {
          finish();
          if (platform.idle && after.signalled) break;
        } catch (error) {
          expect(error).toMatchObject({ message: "a broken driver" });
          heard++;
        }
      }
      expect(heard).toBeGreaterThan(0);
      expect([failed, slow, after].map((job) => [job.stage, job.error])).toEqual([
        ["released", errno.ECANCELED],
        ["released", 0],
        ["released", 0],
      ]);
      const late = queue.job({ run: "done" });
      submit(late);
      try {
        work();
      } catch {
        work();
      }
      expect(late.status).toBe(1);
    });
  }
});

describe("several rings", () => {
  it("of one platform share a work queue, those of another don't", () => {
    const { ring, another, work } = bench();
    const other = another();
    const foreign = bench();
    const gate = new Timeline("gate").fence();
    submit(...[ring, other.ring, foreign.ring].map((each) => each.queue("q").job({ label: "j", after: gate.fence })));
    gate.signal();
    work();
    expect([other.driver.called("run"), foreign.driver.called("run")]).toEqual([["j"], []]);
    foreign.work();
    expect(foreign.driver.called("run")).toEqual(["j"]);
  });
});
