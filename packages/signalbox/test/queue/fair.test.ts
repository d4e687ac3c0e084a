import { describe, expect, it } from "vitest";
import { SimDriver } from "../../src/devices/sim/sim-driver.ts";
import type { SimJob } from "../../src/devices/sim/sim-driver.ts";
import { Timeline } from "../../src/fence/timeline.ts";
import { SimPlatform } from "../../src/platform/simulated.ts";
import type { Priority } from "../../src/queue/fair.ts";
import type { JobQueue } from "../../src/queue/job-queue.ts";
import { Ring } from "../../src/queue/ring.ts";
import { submit } from "../../src/queue/submission.ts";

/** A ring on which one job runs at a time, in virtual time, and the next one waits. */
function setUp(slots = 2) {
  const platform = new SimPlatform({ auto: false });
  const ring = new Ring<SimJob>(new SimDriver("sim", platform, () => 1), { platform, slots });
  return {
    platform,
    ring,
    /** Opens a queue that always has work: so many jobs of one duration. */
    busy(name: string, priority: Priority, duration: number, count: number): JobQueue<SimJob> {
      const queue = ring.queue(name, { priority });
      fill(queue, duration, count);
      return queue;
    },
  };
}

function fill(queue: JobQueue<SimJob>, duration: number, count: number): void {
  for (let left = count; left > 0; left -= 1000) {
    submit(...Array.from({ length: Math.min(left, 1000) }, () => queue.job({ duration })));
  }
}

/** What part of all the time each queue has had. */
function shares(queues: readonly JobQueue<SimJob>[], durations: readonly number[]): number[] {
  const times = queues.map((queue, index) => queue.stats.done * durations[index]!);
  const all = times.reduce((sum, time) => sum + time, 0);
  return times.map((time) => time / all);
}

describe("Q35: fair arbitration", () => {
  it("8.4: time on the ring goes by priority: kernel twice high, high four times normal, normal eight times low", () => {
    const { platform, busy } = setUp();
    const priorities: Priority[] = ["kernel", "high", "normal", "low"];
    const queues = priorities.map((priority) => busy(priority, priority, 1, 10_000));
    platform.run(8000);
    const parts = [64, 32, 8, 1];
    const expected = parts.map((part) => part / 105);
    shares(queues, [1, 1, 1, 1]).forEach((share, index) => {
      expect(Math.abs(share - expected[index]!) / expected[index]!).toBeLessThan(0.05);
    });
  });

  it("counts time, not jobs: long jobs have no more of the ring than short ones", () => {
    const { platform, busy } = setUp();
    const queues = [busy("short", "normal", 1, 10_000), busy("long", "normal", 7, 10_000)];
    platform.run(7000);
    for (const share of shares(queues, [1, 7])) expect(Math.abs(share - 0.5)).toBeLessThan(0.02);
  });

  it("low never starves: while kernel always has work, low keeps having its small share", () => {
    const { platform, busy } = setUp();
    busy("kernel", "kernel", 1, 20_000);
    const low = busy("low", "low", 1, 1000);
    let before = 0;
    for (let until = 1000; until <= 10_000; until += 1000) {
      platform.run(until);
      expect(low.stats.done).toBeGreaterThan(before);
      before = low.stats.done;
    }
  });

  it("goes by priority also where each queue has one job at a time", () => {
    const { platform, ring } = setUp(1);
    const queues = (["high", "normal"] as const).map((priority) => ring.queue(priority, { priority, jobs: 1 }));
    for (const queue of queues) fill(queue, 1, 5000);
    platform.run(2000);
    const [high] = shares(queues, [1, 1]);
    expect(Math.abs(high! - 0.8)).toBeLessThan(0.02);
  });

  it("many queues of one priority have the same", () => {
    const { platform, busy } = setUp();
    const queues = Array.from({ length: 20 }, (_, index) => busy(`q${index}`, "normal", 1, 1000));
    platform.run(2000);
    for (const { stats } of queues) expect(Math.abs(stats.done - 100)).toBeLessThanOrEqual(2);
  });

  it("a queue that was empty rejoins where the ring is: it can't hoard its absence", () => {
    const { platform, ring, busy } = setUp();
    const steady = busy("steady", "normal", 1, 10_000);
    const absent = ring.queue("absent");
    fill(absent, 1, 1);
    platform.run(3000);
    const before = steady.stats.done;
    fill(absent, 1, 5000);
    platform.run(3400);
    expect(Math.abs(steady.stats.done - before - 200)).toBeLessThan(5);
  });

  it("nor can one that was waiting for what it depends on", () => {
    const { platform, ring, busy } = setUp();
    const steady = busy("steady", "normal", 1, 10_000);
    const gate = new Timeline("gate", { platform }).fence();
    const blocked = ring.queue("blocked");
    submit(blocked.job({ after: gate.fence }));
    fill(blocked, 1, 5000);
    platform.run(3000);
    const before = steady.stats.done;
    gate.signal();
    platform.run(3400);
    expect(Math.abs(steady.stats.done - before - 200)).toBeLessThan(5);
  });

  it("jobs that take no time that a clock can see are shared out all the same: nobody starves", () => {
    const { platform, busy } = setUp(1);
    const [first, second] = [busy("first", "normal", 0, 3000), busy("second", "normal", 0, 3000)];
    while (first.stats.done + second.stats.done < 3000) platform.step();
    expect(Math.abs(first.stats.done - second.stats.done)).toBeLessThan(100);
  });

  it("nor do queues whose device is done with each job at once", () => {
    const platform = new SimPlatform({ auto: false });
    const ran: string[] = [];
    const ring = new Ring(
      {
        name: "immediate",
        run: (job) => {
          ran.push(job.queueName);
          return "done";
        },
        cancel: () => {},
      },
      { platform },
    );
    const queues = ["x", "y", "z"].map((name) => ring.queue(name));
    for (const queue of queues) for (let count = 0; count < 100; count++) submit(queue.job({}));
    platform.run();
    for (const name of ["x", "y", "z"]) {
      expect(ran.slice(0, 150).filter((each) => each === name)).toHaveLength(50);
    }
  });

  it("a queue alone on its ring counts for nothing when a second one comes", () => {
    const { platform, ring } = setUp();
    const alone = ring.queue("alone");
    fill(alone, 1, 5000);
    platform.run(1000);
    const second = ring.queue("second");
    fill(second, 1, 5000);
    platform.run(1400);
    expect(Math.abs(second.stats.done - 200)).toBeLessThan(10);
  });

  it("the ring's time 0 is a time like any other: what started then is measured", () => {
    const { platform, busy } = setUp(1);
    const [long, short] = [busy("long", "normal", 100, 10), busy("short", "normal", 1, 1000)];
    expect(platform.now()).toBe(0);
    platform.run(200);
    // The long one goes first, and then the short one has as much before the long one goes again.
    expect([long.stats.done, short.stats.done]).toEqual([1, 100]);
  });
});
