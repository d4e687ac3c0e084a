/** Jobs and reservations: what a job waits for on account of what it reads and writes, and what it leaves there. */
import { describe, expect, it } from "vitest";
import { errno } from "../../src/errors.ts";
import { Timeline } from "../../src/fence/timeline.ts";
import { submission, submit, submitWith } from "../../src/queue/submission.ts";
import { Reservation } from "../../src/sync/reservation/reservation.ts";
import type { Usage } from "../../src/sync/reservation/usage.ts";
import { tryLockAll } from "../../src/sync/reservation/with-reservations.ts";
import type { ReservationLocks } from "../../src/sync/reservation/locks.ts";
import { SyncObject } from "../../src/sync/sync-object.ts";
import { bench } from "../support/bench.ts";
import type { Bench } from "../support/bench.ts";
import type { AnyJob, ManualJob } from "../support/manual-driver.ts";
import { nameOf, thrownBy, traced } from "../support/notes.ts";

/** What is in a reservation, as "usage timeline:seqno". */
function contentOf(reservation: Reservation): string[] {
  return [...reservation.entries()].map(({ fence, usage }) => `${usage} ${nameOf(fence)}`);
}

/** What each job waits for when it is submitted. */
function dependenciesOf(body: () => void): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  traced({ jobDependency: (job, fence) => void (found[job.label] ??= []).push(nameOf(fence)) }, body);
  return found;
}

/** Jobs on queues of their own, named after them. */
function made(one: Bench, specs: Record<string, ManualJob>): AnyJob[] {
  return Object.entries(specs).map(([label, spec]) => one.ring.queue(label).job({ label, ...spec }));
}

/** Five jobs that use one buffer: writer, two readers, writer, reader. */
function usersOfOne(one: Bench): { buffer: Reservation; jobs: AnyJob[] } {
  const buffer = new Reservation("buffer");
  const [reads, writes] = [{ reads: [buffer] }, { writes: [buffer] }];
  return { buffer, jobs: made(one, { w1: writes, r1: reads, r2: reads, w2: writes, r3: reads }) };
}

/** What they wait for, submitted in that order, and what they leave in the buffer. */
const usersWait = { r1: ["w1:1"], r2: ["w1:1"], w2: ["w1:1", "r1:1", "r2:1"], r3: ["w1:1", "w2:1"] };
const usersLeave = ["write w1:1", "read r1:1", "read r2:1", "write w2:1", "read r3:1"];

/** The locks of these, which must be free. */
function locked(...reservations: Reservation[]): ReservationLocks {
  const locks = tryLockAll(reservations, { name: "somebody" });
  if (locks === null) throw new Error("not free");
  return locks;
}

describe("R2: what a job reads and writes", () => {
  it("a reader waits for writers, a writer for readers and writers; done fences are left with the usage", () => {
    const { buffer, jobs } = usersOfOne(bench());
    const found = dependenciesOf(() => {
      for (const job of jobs) submit(job);
    });
    expect(found).toEqual(usersWait);
    expect(contentOf(buffer)).toEqual(usersLeave);
  });

  it("the same in one batch: each job sees what those before it will leave, and nobody else does before the last push", () => {
    const { buffer, jobs } = usersOfOne(bench());
    const seen: string[][] = [];
    const found = dependenciesOf(() => {
      submission((section) => {
        const armed = jobs.map((job) => section.arm(job));
        for (const job of armed) section.push(job);
        seen.push(contentOf(buffer));
      });
    });
    expect(found).toEqual(usersWait);
    expect(seen).toEqual([[]]);
    expect(contentOf(buffer)).toEqual(usersLeave);
  });

  it("they run so: no writer beside a reader, readers beside one another", () => {
    const one = bench();
    const { jobs } = usersOfOne(one);
    submit(...jobs);
    const batches: string[][] = [];
    for (;;) {
      one.work();
      if (one.driver.held.length === 0) break;
      batches.push(one.driver.held.map(({ label }) => label));
      for (const job of [...one.driver.held]) one.driver.complete(job);
    }
    expect(batches).toEqual([["w1"], ["r1", "r2"], ["w2"], ["r3"]]);
  });

  it("kernel fences are waited for by all, bookkeeping by nobody", () => {
    const one = bench();
    const buffer = new Reservation();
    using locks = locked(buffer);
    const fences = (["kernel", "bookkeep"] as const).map((usage: Usage) => {
      const { fence } = one.gates.fence();
      locks.of(buffer).reserve(1);
      locks.of(buffer).add(fence, usage);
      return fence;
    });
    const [reader, writer] = made(one, { reader: { reads: [buffer] }, writer: { writes: [buffer] } });
    expect(dependenciesOf(() => void submitWith({ locks }, reader!, writer!))).toEqual({
      reader: ["gate:1"],
      writer: ["gate:1", "reader:1"],
    });
    expect(fences.map(nameOf)).toEqual(["gate:1", "gate:2"]);
  });

  it("what has a reservation counts as it; one that is named twice, or read and written, is used once, as a writer", () => {
    const one = bench();
    const reservation = new Reservation();
    const buffer = { reservation, bytes: new Uint8Array(4) };
    const [job] = made(one, { job: { reads: [buffer, reservation], writes: [reservation, buffer] } });
    submit(job!);
    expect(contentOf(reservation)).toEqual(["write job:1"]);
  });

  it("what is no reservation is EINVAL when the job is made", () => {
    const { ring } = bench();
    const queue = ring.queue("q");
    for (const wrong of [null, undefined, {}, "buffer", { reservation: {} }, new SyncObject().at()]) {
      for (const use of ["reads", "writes"]) {
        const error = thrownBy(() => queue.job({ label: "j", [use]: [wrong] }));
        expect(error).toMatchObject({ code: "EINVAL" });
        expect(error.message).toContain('[Job "j" of queue "q"]');
        expect(thrownBy(() => queue.job({ [use]: new Reservation() })).message).toContain("needs a list");
      }
    }
  });

  it("what has signalled is not looked at, even if it failed: a buffer can be written anew", () => {
    const one = bench();
    const buffer = new Reservation();
    const [failing, again] = made(one, { failing: { writes: [buffer] }, again: { writes: [buffer] } });
    submit(failing!);
    one.work();
    one.driver.complete(failing, errno.EIO);
    submit(again!);
    one.finish();
    expect([failing!.error, again!.status]).toEqual([errno.EIO, 1]);
  });

  it("Q19: a writer that fails while a job waits for it is a failed dependency", () => {
    const one = bench();
    const buffer = new Reservation();
    const [failing, reader] = made(one, { failing: { writes: [buffer] }, reader: { reads: [buffer] } });
    submit(failing!, reader!);
    one.work();
    one.driver.complete(failing, errno.EIO);
    one.work();
    expect(reader!.error).toBe(errno.ECANCELED);
  });

  it("Q15: jobs of one queue need not wait for one another, and leave one fence, the latest", () => {
    const { ring } = bench();
    const buffer = new Reservation();
    const queue = ring.queue("q");
    const all = [1, 2, 3].map((at) => queue.job({ label: `${at}`, writes: [buffer] }));
    expect(dependenciesOf(() => void submit(...all))).toEqual({});
    expect(contentOf(buffer)).toEqual(["write q:3"]);
  });
});

describe("a reservation at a usage as a dependency", () => {
  it("is what is there when the job is armed, earlier jobs of the batch included", () => {
    const one = bench();
    const buffer = new Reservation();
    const [writer, reader, late] = made(one, {
      writer: { writes: [buffer] },
      reader: { reads: [buffer], after: buffer.at("read") },
      late: {},
    });
    late!.after(buffer.at("write"), buffer.at("kernel"));
    const idle = one.ring.queue("idle").job({ label: "idle", after: buffer.at("bookkeep") });
    expect(dependenciesOf(() => void submit(idle, writer!, reader!, late!))).toEqual({
      reader: ["writer:1"],
      late: ["writer:1"],
    });
    const [last] = made(one, { last: { after: buffer.at("read") } });
    expect(dependenciesOf(() => void submit(last!))).toEqual({ last: ["writer:1", "reader:1"] });
  });

  it("takes no lock and leaves nothing: looking is free", () => {
    const one = bench();
    const buffer = new Reservation();
    using _locks = locked(buffer);
    const [job] = made(one, { job: { after: buffer.at("write") } });
    submit(job!);
    expect(contentOf(buffer)).toEqual([]);
  });
});

describe("locks", () => {
  it("that nobody holds are taken for the submission, and are free afterwards, whatever its end", () => {
    const one = bench();
    const [a, b] = [new Reservation("a"), new Reservation("b")];
    const [job, bad] = made(one, {
      job: { writes: [a], reads: [b] },
      bad: { writes: [a], after: new SyncObject().at() },
    });
    const holders: (string | null)[] = [];
    submission((section) => {
      section.push(section.arm(job!));
      holders.push(a.holder, b.holder);
    });
    expect(holders).toEqual(["a submission", "a submission"]);
    expect([a.holder, b.holder]).toEqual([null, null]);
    expect(thrownBy(() => submit(bad!))).toMatchObject({ code: "EINVAL" });
    expect([a.holder, b.holder]).toEqual([null, null]);
  });

  it("that somebody else holds are EBUSY, with a name; nothing happened, and other locks are given back", () => {
    const one = bench();
    const [free, busy] = [new Reservation("free"), new Reservation("busy")];
    const object = new SyncObject();
    const [first, second] = made(one, {
      first: { writes: [free], signals: object.at() },
      second: { reads: [free], writes: [busy] },
    });
    {
      using _locks = locked(busy);
      expect(thrownBy(() => submit(first!, second!))).toMatchObject({
        code: "EBUSY",
        message: '[Reservation "busy"] is locked by "somebody": who holds its lock submits with it (`{ locks }`)',
      });
      expect([free.holder, busy.holder]).toEqual([null, "somebody"]);
    }
    expect([contentOf(free), contentOf(busy), object.fence]).toEqual([[], [], null]);
    expect([first!.state, second!.state]).toEqual(["fresh", "fresh"]);
    submit(first!, second!);
    expect([contentOf(free), contentOf(busy)]).toEqual([["write first:1", "read second:1"], ["write second:1"]]);
  });

  it("that the caller holds are used, and stay the caller's; others are taken beside them", () => {
    const one = bench();
    const [mine, free] = [new Reservation("mine"), new Reservation("free")];
    const [first, second] = made(one, { first: { writes: [mine, free] }, second: { writes: [mine] } });
    using locks = locked(mine);
    const [done] = submitWith({ locks }, first!);
    expect(done).toBe(first);
    expect([mine.holder, free.holder, locks.released]).toEqual(["somebody", null, false]);
    submission(
      (section) => {
        section.push(section.arm(second!));
      },
      { locks },
    );
    expect(contentOf(mine)).toEqual(["write first:1", "write second:1"]);
    expect(mine.holder).toBe("somebody");
  });

  it("that were released are EINVAL, at the start or before the end; nothing happened", () => {
    const one = bench();
    const buffer = new Reservation("buffer");
    const [job] = made(one, { job: { writes: [buffer] } });
    const early = locked(buffer);
    early.release();
    expect(thrownBy(() => submitWith({ locks: early }, job!))).toMatchObject({ code: "EINVAL" });
    const late = locked(buffer);
    const release = (): void =>
      submission(
        (section) => {
          section.push(section.arm(job!));
          late.release();
        },
        { locks: late },
      );
    expect(thrownBy(release)).toMatchObject({ code: "EINVAL" });
    expect([job!.state, contentOf(buffer), buffer.holder]).toEqual(["fresh", [], null]);
    submit(job!);
    expect(contentOf(buffer)).toEqual(["write job:1"]);
  });

  it("R4: room is there at the end, whatever the caller adds under the locks meanwhile", () => {
    const one = bench();
    const buffer = new Reservation("buffer");
    const [job] = made(one, { job: { writes: [buffer] } });
    using locks = locked(buffer);
    submission(
      (section) => {
        section.push(section.arm(job!));
        // Six, since a table has room for five without anybody having reserved more.
        for (let count = 0; count < 6; count++) {
          locks.of(buffer).reserve(1);
          locks.of(buffer).add(new Timeline("own").fence().fence, "read");
        }
      },
      { locks },
    );
    expect(contentOf(buffer)).toHaveLength(7);
    expect(contentOf(buffer).at(-1)).toBe("write job:1");
  });
});
