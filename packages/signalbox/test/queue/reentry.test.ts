/** What issuers and drivers do in the middle of something, when they are asked or told: it is as if they had done it before or after. */
import { describe, expect, it } from "vitest";
import { errno } from "../../src/errors.ts";
import { fenceArray } from "../../src/fence/array.ts";
import type { Fence } from "../../src/fence/fence.ts";
import { ForeignTimeline } from "../../src/fence/foreign-timeline.ts";
import type { FenceOps } from "../../src/fence/ops-fence.ts";
import { submission, submit, submitWith } from "../../src/queue/submission.ts";
import type { Submission } from "../../src/queue/submission.ts";
import { Reservation } from "../../src/sync/reservation/reservation.ts";
import { tryLockAll } from "../../src/sync/reservation/with-reservations.ts";
import type { ReservationLocks } from "../../src/sync/reservation/locks.ts";
import { SyncObject } from "../../src/sync/sync-object.ts";
import { bench, jobs } from "../support/bench.ts";
import { nameOf, noteAll, thrownBy, traced } from "../support/notes.ts";

/** A fence of a timeline of its own. */
function foreign(ops: FenceOps, name = "foreign"): Fence {
  return new ForeignTimeline(name).fence(1, ops).fence;
}

/** An issuer that answers "not yet", and does this when it is asked for the first time after `arm()`. */
function trap(act: () => void): FenceOps & { arm(): void } {
  let armed = false;
  return {
    arm: () => void (armed = true),
    poll: () => {
      if (armed) {
        armed = false;
        act();
      }
      return false;
    },
  };
}

function lockedOf(...reservations: Reservation[]): ReservationLocks {
  return tryLockAll(reservations)!;
}

/** A reservation that is full of fences that are nobody's dependency, so that one more asks their issuers for room. */
function full(name: string, ops: FenceOps, asked = 0): Reservation {
  const reservation = new Reservation(name);
  using locks = lockedOf(reservation);
  for (let index = 0; index < 5; index++) {
    locks.of(reservation).reserve(1);
    locks.of(reservation).add(foreign(index === asked ? ops : {}, `${name} ${index}`), "bookkeep");
  }
  return reservation;
}

describe("promise 8: a submission whose queue ends meanwhile", () => {
  it("bug: at the reserving of room: nothing is pushed", () => {
    const { ring, driver, work } = bench();
    const ending = trap(() => ring.lose(errno.EIO));
    const queue = ring.queue("q");
    const job = queue.job({ writes: [full("buffer", ending)] });
    ending.arm();
    expect(thrownBy(() => submit(job))).toMatchObject({ code: "ENODEV" });
    work();
    expect([job.state, queue.state, queue.stats.pushed, driver.calls]).toEqual(["fresh", "inactive", 0, []]);
  });
});

describe("promise 1: what was pushed is published", () => {
  it("bug: locks that an issuer releases when it is asked at the publishing: the jobs run, and no lock is kept", () => {
    const { ring, work } = bench();
    const [mine, free] = [new Reservation("mine"), new Reservation("free")];
    const locks = lockedOf(mine);
    const releasing = trap(() => locks.release());
    locks.of(mine).reserve(1);
    locks.of(mine).add(foreign(releasing), "bookkeep");
    const [a, b] = [
      ring.queue("a").job({ writes: [mine], run: "done" }),
      ring.queue("b").job({ writes: [mine, free], run: "done" }),
    ];
    releasing.arm();
    submitWith({ locks }, a, b);
    work();
    expect([a.state, b.state, free.holder]).toEqual(["signalled", "signalled", null]);
    // Nobody is asked there.
    expect(locks.released).toBe(false);
  });

  it("bug: locks that an issuer releases at the reserving: the submission fails, before or after it came to them", () => {
    for (const order of [0, 1]) {
      const { ring } = bench();
      const releasing = trap(() => locks.release());
      const buffers = [full("full", releasing), new Reservation("other")];
      const locks = lockedOf(...buffers);
      const job = ring.queue("q").job({ writes: order === 0 ? buffers : buffers.reverse() });
      releasing.arm();
      expect(thrownBy(() => submitWith({ locks }, job))).toMatchObject({
        code: "EINVAL",
        message: expect.stringMatching(/was unlocked/),
      });
      expect([job.state, buffers.map(({ holder }) => holder)]).toEqual(["fresh", [null, null]]);
      submit(job);
      expect(buffers.map((buffer) => [...buffer.entries("write")].length)).toEqual([1, 1]);
    }
  });

  it("bug: locks that an issuer releases at the reserving of what is not among them: the submission fails", () => {
    const { ring } = bench();
    const mine = new Reservation("mine");
    const releasing = trap(() => locks.release());
    const free = full("free", releasing);
    const locks = lockedOf(mine);
    const job = ring.queue("q").job({ writes: [mine, free] });
    releasing.arm();
    expect(thrownBy(() => submitWith({ locks }, job))).toMatchObject({
      code: "EINVAL",
      message: expect.stringMatching(/was unlocked/),
    });
    expect([job.state, mine.holder, free.holder]).toEqual(["fresh", null, null]);
  });

  it("bug: room that an issuer uses up after it was reserved: the fence is there all the same", () => {
    const { ring } = bench();
    const first = new Reservation("first");
    const using = trap(() => locks.of(first).add(foreign({}, "used"), "bookkeep"));
    const second = full("second", using);
    const locks = lockedOf(first, second);
    for (let index = 0; index < 4; index++) {
      locks.of(first).reserve(1);
      locks.of(first).add(foreign({}, `first ${index}`), "bookkeep");
    }
    const job = ring.queue("q").job({ writes: [first, second] });
    using.arm();
    submitWith({ locks }, job);
    expect([first.fences("bookkeep").length, first.fences("write")]).toEqual([6, [job]]);
    expect(first._table!.capacity).toBeGreaterThanOrEqual(6);
    locks.release();
  });

  it("bug: a sink that throws at the publishing is heard of: the others get their fences, the heads are looked at", () => {
    const { ring, driver, work, gates } = bench();
    const [before, after] = [new SyncObject(), new SyncObject()];
    const broken = {
      _prepare: () => ({
        _publish: () => {
          throw new Error("a broken sink");
        },
        _drop: () => {},
      }),
    };
    const gate = gates.fence();
    const [a, b] = [
      ring.queue("a").job({ label: "a", signals: [before.at(), broken, after.at()], after: gate.fence }),
      ring.queue("b").job({ label: "b" }),
    ];
    submit(a, b);
    expect([before.fence, after.fence]).toEqual([a, a]);
    expect(work).toThrow("a broken sink");
    work();
    expect(driver.called("run")).toEqual(["b"]);
    gate.signal();
    work();
    expect(driver.called("run")).toEqual(["b", "a"]);
  });

  it("bug: a job that is armed when the section is over, while room is reserved, is refused", () => {
    const { ring } = bench();
    let section: Submission | undefined;
    let thrown: Error | undefined;
    const arming = trap(() => void (thrown = thrownBy(() => section!.arm(late))));
    const queue = ring.queue("q");
    const [job, late, next] = [queue.job({ writes: [full("buffer", arming)] }), queue.job({}), queue.job({})];
    arming.arm();
    submission((open) => {
      section = open;
      open.push(open.arm(job));
    });
    expect(thrown).toMatchObject({ code: "EINVAL", message: expect.stringMatching(/submission is over/) });
    submit(next);
    expect([job, late, next].map(({ seqno, state }) => `${seqno} ${state}`)).toEqual([
      "1 published",
      "0 fresh",
      "2 published",
    ]);
  });
});

describe("promise 4: a job that its issuers' answers are waited for", () => {
  it("bug: takes no dependency and no slot while it is being armed, and is not armed twice", () => {
    const { ring } = bench();
    const [x, y] = [ring.queue("x"), ring.queue("y")];
    const [never] = jobs(y, "never");
    const wrong = [
      (job: ReturnType<typeof x.job>) => job.after(never!),
      (job: ReturnType<typeof x.job>) => job.reserveSlot(),
      (job: ReturnType<typeof x.job>, section: Submission) => section.arm(job),
    ];
    for (const [index, act] of wrong.entries()) {
      let section: Submission | undefined;
      let thrown: Error | undefined;
      const changing = trap(() => void (thrown = thrownBy(() => act(job, section!))));
      const object = new SyncObject();
      object.replace(foreign(changing));
      const job = x.job({ label: "j", after: object.at() });
      submission((open) => {
        section = open;
        changing.arm();
        open.push(open.arm(job));
      });
      expect(thrown).toMatchObject({ code: "EINVAL", message: expect.stringMatching(/is being armed/) });
      expect([job.state, job.seqno]).toEqual(["published", index + 1]);
    }
  });

  it("bug: that an issuer submits while a dependency is added gets none any more", () => {
    for (const wrap of [(fence: Fence) => fence, (fence: Fence) => fenceArray([fence, foreign({}, "other")])]) {
      const { ring, driver, work, gates } = bench();
      const gate = gates.fence();
      const [job] = jobs(ring.queue("q"), "j");
      const submitting = trap(() => void submit(job!));
      submitting.arm();
      expect(thrownBy(() => job!.after(gate.fence, wrap(foreign(submitting))))).toMatchObject({
        code: "EINVAL",
        message: expect.stringMatching(/takes no more dependencies/),
      });
      expect([job!._dependency, job!._others]).toEqual([null, null]);
      work();
      expect(driver.called("run")).toEqual(["j"]);
    }
  });

  it("bug: a slot that is filled while its fence is looked up keeps what was put in first", () => {
    const { ring, gates } = bench();
    let section: Submission | undefined;
    const filling = trap(() => section!.fill(slot, gate.fence));
    const gate = gates.fence();
    const [job] = jobs(ring.queue("q"), "j");
    const slot = job!.reserveSlot();
    const object = new SyncObject();
    object.replace(foreign(filling));
    object.addPoint(2n, foreign({}, "later"));
    const found: string[] = [];
    traced({ jobDependency: (_job, fence) => void found.push(nameOf(fence)) }, () =>
      submission((open) => {
        section = open;
        filling.arm();
        expect(thrownBy(() => open.fill(slot, object.at(2n)))).toMatchObject({
          message: expect.stringMatching(/was filled already/),
        });
        open.push(open.arm(job!));
      }),
    );
    expect(found).toEqual(["gate:1"]);
  });
});

describe("registrations that are left behind", () => {
  it("bug: none on a dependency whose issuer loses the ring when it is told of the wait", () => {
    const { ring, work, gates } = bench();
    const losing = foreign({ enableSignalling: () => (ring.lose(errno.EIO), true) });
    const [before, after] = [gates.fence().fence, new ForeignTimeline("after").fence(1).fence];
    const job = ring.queue("q").job({ after: [before, losing, after] });
    const blocked: string[] = [];
    traced({ jobBlocked: (one) => void blocked.push(one.label) }, () => {
      submit(job);
      work();
    });
    expect([after.enabled, blocked]).toEqual([false, []]);
    expect(
      [job.error, before, losing, after].map((one) => (typeof one === "number" ? one : one._registrations)),
    ).toEqual([errno.EIO, null, null, null]);
  });

  it("bug: none on the device's own fences once the job is over, however it came to its end", () => {
    for (const width of [1, 2]) {
      for (const end of ["lost", "completed", "lost when told"]) {
        const { ring, work } = bench();
        const enableSignalling = (): boolean => (end === "lost when told" ? (ring.lose(errno.EIO), true) : true);
        const lanes = Array.from({ length: width }, (_, index) => foreign({ enableSignalling }, `lane ${index}`));
        const queue = ring.queue("q", { width });
        const job = queue.job({ run: width === 1 ? lanes[0]! : lanes });
        submit(job);
        work();
        expect(lanes.every((lane) => (lane._registrations !== null) === (end !== "lost when told"))).toBe(true);
        if (end === "completed") queue.complete(job);
        else if (end === "lost") ring.lose(errno.EIO);
        work();
        expect([end, job.stage, ...lanes.map((lane) => lane._registrations)]).toEqual([
          end,
          "released",
          ...lanes.map(() => null),
        ]);
      }
    }
  });

  it("bug: none on a fence that `run` answers after it completed the job", () => {
    const { ring, work } = bench();
    const lane = foreign({});
    const queue = ring.queue("q");
    const job = queue.job({ run: (self) => (queue.complete(self), lane) });
    submit(job);
    work();
    expect([job.status, lane._registrations, lane.enabled]).toEqual([1, null, false]);
  });
});

describe("promise 2: `started` fences", () => {
  it("bug: signal in the order of the queue, also when the driver loses the ring while it is told of a cancelled job", () => {
    const { ring, work } = bench({
      cancel: (job) => {
        if (job.seqno === 1) ring.lose(errno.EIO);
      },
    });
    const queue = ring.queue("q");
    const all = jobs(queue, "a b c");
    const started = all.map((job) => job.started);
    submit(...all);
    const seen = noteAll(started);
    queue.kill();
    work();
    expect(seen).toEqual(["q started:1 -125", "q started:2 -5", "q started:3 -5"]);
  });
});

describe("a driver that throws too late to say anything of the job", () => {
  it("bug: `run`, having completed it: the throw is heard of, and the first outcome counts", () => {
    const { ring, work } = bench();
    const queue = ring.queue("q");
    const job = queue.job({
      run: (self) => {
        queue.complete(self, 0, undefined, "first");
        throw new Error("too late");
      },
    });
    submit(job);
    expect(work).toThrow("too late");
    work();
    expect([job.status, job.result, queue.stats.failed]).toEqual([1, "first", 0]);
  });

  it("bug: `cancel`, having let the job signal: the throw is heard of, and the fence keeps its cause", () => {
    const { ring, driver, work } = bench({
      cancel: () => {
        driver.complete();
        throw new Error("too late");
      },
    });
    const queue = ring.queue("q");
    const [a, b] = jobs(queue, "a b");
    submit(a!);
    work();
    submit(b!);
    queue.kill("enough");
    expect(work).toThrow("too late");
    work();
    expect([a!.status, b!.failure()?.cause]).toEqual([1, "enough"]);
  });
});
