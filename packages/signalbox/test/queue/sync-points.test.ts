/** Jobs and sync objects: what a job waits for there (B1), and where its done fence goes when its submission publishes. */
import { describe, expect, it } from "vitest";
import { errno } from "../../src/errors.ts";
import type { Fence } from "../../src/fence/fence.ts";
import type { FenceSink } from "../../src/fence/sink.ts";
import { submission, submit } from "../../src/queue/submission.ts";
import { Reservation } from "../../src/sync/reservation/reservation.ts";
import { SyncFileOutput } from "../../src/sync/sync-file-output.ts";
import { SyncObject } from "../../src/sync/sync-object.ts";
import { bench, jobs } from "../support/bench.ts";
import { nameOf, thrownBy, traced } from "../support/notes.ts";
import type { AnyJob } from "../support/manual-driver.ts";

function dependenciesOf(body: () => void): string[] {
  const list: string[] = [];
  traced({ jobDependency: (job, fence) => void list.push(`${job.label} after ${nameOf(fence)}`) }, body);
  return list;
}

/** What a sync object holds, to be compared before and after. */
function contentOf(object: SyncObject): unknown[] {
  return [object.fence, object.lastSubmitted, object.lastSignalled];
}

/** A sink that writes down what happens to it, and may refuse. */
function noted(list: string[], name: string, refuses = false): FenceSink {
  return {
    _prepare() {
      if (refuses) throw new Error(`${name} is full`);
      list.push(`prepare ${name}`);
      return {
        _publish: (fence: Fence) => void list.push(`publish ${name} ${nameOf(fence)} ${fence.state}`),
        _drop: () => void list.push(`drop ${name}`),
      };
    },
  };
}

describe("`signals`: where a done fence goes", () => {
  it("a binary object gets the fence, a timeline gets a point, each when the submission publishes", () => {
    const { ring } = bench();
    const [binary, timeline] = [new SyncObject(), new SyncObject()];
    const one = ring.queue("q").job({ signals: binary.at() });
    const two = ring.queue("q").job({ signals: [binary.at(), timeline.at(7n)] });
    submission((section) => {
      const armed = [one, two].map((job) => section.arm(job));
      for (const job of armed) section.push(job);
      expect([binary.fence, timeline.fence]).toEqual([null, null]);
    });
    expect(binary.fence).toBe(two);
    expect([timeline.lastSubmitted, timeline.lastSignalled]).toEqual([7n, 0n]);
  });

  it("SY4: what was there is replaced, and who found it keeps it", () => {
    const { ring, gates, driver, work } = bench();
    const object = new SyncObject();
    const gate = gates.fence();
    object.replace(gate.fence);
    const waiter = ring.queue("a").job({ label: "waiter", after: object.at() });
    submit(waiter);
    const signaller = ring.queue("b").job({ label: "signaller", signals: object.at() });
    submit(signaller);
    expect(object.fence).toBe(signaller);
    work();
    expect(driver.called("run")).toEqual(["signaller"]);
    gate.signal();
    work();
    expect(driver.called("run")).toEqual(["signaller", "waiter"]);
  });

  it("B1: two jobs of a batch may signal the same place: the order is the batch's, the last one stays", () => {
    const { ring } = bench();
    const list: string[] = [];
    const object = new SyncObject();
    const [a, b] = [ring.queue("x"), ring.queue("y")].map((queue, at) =>
      queue.job({ signals: [object.at(), noted(list, `sink ${at}`), object.at(5n + BigInt(at))] }),
    );
    submit(a!, b!);
    expect(list).toEqual([
      "prepare sink 0",
      "prepare sink 1",
      "publish sink 0 x:1 published",
      "publish sink 1 y:1 published",
    ]);
    expect(object.lastSubmitted).toBe(6n);
  });

  it("everything is prepared before anything is published, and all published when the first one is", () => {
    const { ring } = bench();
    const list: string[] = [];
    const states: string[] = [];
    const all = ["a", "b", "c"].map((name) => ring.queue(name).job({ signals: noted(list, name) }));
    const looking: FenceSink = {
      _prepare: () => ({ _publish: () => void states.push(...all.map(({ state }) => state)), _drop: () => {} }),
    };
    submit(ring.queue("first").job({ signals: looking }), ...all);
    expect(list.slice(0, 3)).toEqual(["prepare a", "prepare b", "prepare c"]);
    expect(states).toEqual(["published", "published", "published"]);
  });

  it("a sink that refuses rolls back all: what was prepared is dropped, newest first, and can be prepared again", () => {
    const { ring } = bench();
    const list: string[] = [];
    const object = new SyncObject();
    const before = contentOf(object);
    const [a, b] = [ring.queue("x"), ring.queue("y")].map((queue, at) =>
      queue.job({ signals: [noted(list, `s${at}`), object.at(3n)] }),
    );
    const bad = ring.queue("z").job({ signals: [noted(list, "mine"), noted(list, "bad", true)] });
    expect(thrownBy(() => submit(a!, b!, bad)).message).toBe("bad is full");
    expect(list).toEqual(["prepare s0", "prepare s1", "prepare mine", "drop mine", "drop s1", "drop s0"]);
    expect(contentOf(object)).toEqual(before);
    expect([a!, b!, bad].map(({ state, seqno }) => `${state} ${seqno}`)).toEqual(["fresh 0", "fresh 0", "fresh 0"]);
    submit(a!, b!);
    expect(object.lastSubmitted).toBe(3n);
  });

  it("an arm that fails and is caught leaves nothing prepared for that job, and the others go on", () => {
    const { ring } = bench();
    const list: string[] = [];
    const good = ring.queue("x").job({ signals: noted(list, "good") });
    const bad = ring.queue("y").job({ signals: [noted(list, "half"), noted(list, "bad", true)] });
    submission((section) => {
      const armedGood = section.arm(good);
      expect(thrownBy(() => section.arm(bad)).message).toBe("bad is full");
      section.push(armedGood);
    });
    expect(list).toEqual(["prepare good", "prepare half", "drop half", "publish good x:1 published"]);
    expect(bad.state).toBe("fresh");
  });

  it("a sync file gets the fence, and is a dependency like the fence itself", () => {
    const { ring } = bench();
    const output = new SyncFileOutput("frame");
    const drawn = ring.queue("x").job({ signals: output });
    thrownBy(() => submit(drawn, ring.queue("y").job({ after: new SyncObject().at() })));
    expect(thrownBy(() => output.file).code).toBe("EINVAL");
    submit(drawn);
    expect(output.file.fence).toBe(drawn);
    const shown = ring.queue("y").job({ label: "shown", after: output.file });
    expect(dependenciesOf(() => void submit(shown))).toEqual(["shown after x:1"]);
  });

  it("what takes no fence is EINVAL when the job is made", () => {
    const { ring } = bench();
    const queue = ring.queue("q");
    for (const wrong of [null, {}, new SyncObject(), [new SyncObject().at(), "frames"]]) {
      const error = thrownBy(() => queue.job({ label: "j", signals: wrong as never }));
      expect(error).toMatchObject({ code: "EINVAL" });
      expect(error.message).toContain('[Job "j" of queue "q"] can\'t signal what takes no fence');
    }
  });

  it("bug: an object instead of one of its points is EINVAL, and the message says how a point is named", () => {
    const { ring } = bench();
    const queue = ring.queue("q");
    for (const spec of [
      { signals: new SyncObject() },
      { signals: [new SyncObject()] },
      { after: [new SyncObject()] },
    ]) {
      expect(thrownBy(() => queue.job(spec as never))).toMatchObject({
        code: "EINVAL",
        message: expect.stringMatching(/`\.at\(\)`/),
      });
    }
    expect(thrownBy(() => queue.job({}).after(new Reservation() as never)).message).toContain("`.at()`");
  });

  it("Q33: an ordered object refuses a point that an earlier job of the batch puts out of order", () => {
    const { ring } = bench();
    const object = new SyncObject({ name: "frames", ordered: true });
    object.signalPoint(2n);
    const queue = ring.queue("q");
    const [six, five] = [6n, 5n].map((point) => queue.job({ signals: object.at(point) }));
    expect(thrownBy(() => submit(queue.job({ signals: object.at(2n) })))).toMatchObject({ code: "EINVAL" });
    expect(thrownBy(() => submit(six!, five!))).toMatchObject({
      code: "EINVAL",
      message: '[SyncObject "frames"] is ordered: the batch signals 6 before, so 5 is out of order',
    });
    const both = queue.job({ signals: [object.at(4n), object.at(3n)] });
    expect(thrownBy(() => submit(both)).message).toContain("the batch signals 4 before, so 3 is out of order");
    expect(object.lastSubmitted).toBe(2n);
    submit(five!, six!);
    expect(object.lastSubmitted).toBe(6n);
  });
});

describe("a sync point as a dependency", () => {
  it("is looked up when the job is armed, not when it is named", () => {
    const { ring, driver, gates, work } = bench();
    const object = new SyncObject();
    const job = ring.queue("q").job({ label: "job", after: object.at(4n) });
    const gate = gates.fence();
    object.addPoint(4n, gate.fence);
    expect(dependenciesOf(() => void submit(job))).toEqual(["job after gate:1"]);
    work();
    expect(driver.calls).toEqual([]);
    gate.signal();
    work();
    expect(driver.called("run")).toEqual(["job"]);
  });

  it("EINVAL when nothing is there, and everything is rolled back; submitted later, it is looked up anew", () => {
    const { ring, driver, work } = bench();
    const [inbox, outbox] = [new SyncObject(), new SyncObject()];
    const first = ring.queue("x").job({ label: "first", signals: outbox.at(1n) });
    const job = ring.queue("y").job({ label: "job", after: [first, inbox.at(2n)], signals: outbox.at(2n) });
    expect(thrownBy(() => submit(first, job))).toMatchObject({ code: "EINVAL" });
    expect([first, job].map(({ state }) => state)).toEqual(["fresh", "fresh"]);
    expect(outbox.fence).toBe(null);
    inbox.signalPoint(2n);
    submit(first, job);
    expect(outbox.lastSubmitted).toBe(2n);
    work();
    driver.complete();
    work();
    expect(driver.called("run")).toEqual(["first", "job"]);
  });

  it("B1: what an earlier job of the batch signals there comes before what is there already", () => {
    const { ring, gates } = bench();
    const object = new SyncObject();
    object.replace(gates.fence().fence);
    object.addPoint(3n, gates.fence().fence);
    const [x, y, z] = ["x", "y", "z"].map((name) => ring.queue(name));
    const first = x!.job({ signals: object.at(3n) });
    const second = y!.job({ label: "second", after: object.at(3n), signals: object.at(3n) });
    const third = z!.job({ label: "third", after: object.at(3n) });
    expect(dependenciesOf(() => void submit(first, second, third))).toEqual(["second after x:1", "third after y:1"]);
  });

  it("B1: a job never waits for itself or for a later one: it finds what is there", () => {
    const { ring, gates } = bench();
    const object = new SyncObject();
    object.replace(gates.fence().fence);
    const job = ring.queue("x").job({ label: "job", after: object.at(), signals: object.at() });
    const later = ring.queue("y").job({ signals: object.at() });
    expect(dependenciesOf(() => void submit(job, later))).toEqual(["job after gate:1"]);
    const empty = new SyncObject();
    const alone = ring.queue("x").job({ after: empty.at(), signals: empty.at() });
    expect(thrownBy(() => submit(alone, ring.queue("y").job({ signals: empty.at() })))).toMatchObject({
      code: "EINVAL",
    });
  });

  it("B1: only the same object and the same point are the same place", () => {
    const { ring, gates } = bench();
    const object = new SyncObject();
    object.addPoint(1n, gates.fence().fence);
    const signaller = ring.queue("x").job({ signals: [object.at(2n), new SyncObject().at(1n)] });
    const waiter = ring.queue("y").job({ label: "waiter", after: object.at(1n) });
    expect(dependenciesOf(() => void submit(signaller, waiter))).toEqual(["waiter after gate:1"]);
  });

  it("a chain is waited for point by point, so the failure of any of them counts", () => {
    const { ring, driver, gates, another, work } = bench();
    const object = new SyncObject();
    const [first, second] = [gates.fence(), gates.fence()];
    object.addPoint(1n, first.fence);
    object.addPoint(2n, second.fence);
    const job = another()
      .ring.queue("q")
      .job({ label: "job", after: object.at(2n) });
    expect(dependenciesOf(() => void submit(job))).toEqual(["job after gate:2"]);
    first.fail(errno.EIO);
    second.signal();
    work();
    expect(job.error).toBe(errno.ECANCELED);
    expect(driver.calls).toEqual([]);
    expect(ring.inFlight).toBe(0);
  });

  it("Q19: a fence that is there and has failed is a failed dependency, as in after()", () => {
    const { ring, driver, gates, work } = bench();
    const object = new SyncObject();
    const gate = gates.fence();
    object.replace(gate.fence);
    gate.fail(errno.EIO);
    const job = ring.queue("q").job({ label: "job", after: object.at() });
    submit(job);
    work();
    expect(driver.calls).toEqual(["cancel job dependency", "release job"]);
  });

  it("Q36: what signals between arm and the end of the submission vanishes", () => {
    const { ring, gates } = bench();
    const object = new SyncObject();
    const gate = gates.fence();
    object.replace(gate.fence);
    const job = ring.queue("q").job({ after: object.at() });
    const seen = dependenciesOf(() => {
      submission((section) => {
        section.push(section.arm(job));
        gate.signal();
      });
    });
    expect(seen).toEqual([]);
  });

  it("promise 8: an issuer that is asked for it at arm, and ends a queue, has the batch rolled back", () => {
    const { ring, gates } = bench();
    const [x, y] = [ring.queue("x"), ring.queue("y")];
    const gate = gates.fence({
      poll: () => {
        void x.destroy();
        return false;
      },
    });
    const object = new SyncObject();
    object.replace(gate.fence);
    const [first, second] = [x.job({}), y.job({ after: object.at() })];
    expect(thrownBy(() => submit(first, second))).toMatchObject({ code: "ENODEV" });
    expect([first.state, second.state]).toEqual(["fresh", "fresh"]);
  });

  it("is put into a slot as well, and looked up when it is put there: the batch first", () => {
    const { ring, gates } = bench();
    const object = new SyncObject();
    object.replace(gates.fence().fence);
    const bind = ring.queue("x").job({ signals: object.at() });
    const flush = ring.queue("y").job({ label: "flush" });
    const slot = flush.reserveSlot();
    const seen = dependenciesOf(() => {
      submission((section) => {
        const armedBind = section.arm(bind);
        section.fill(slot, object.at());
        const armedFlush = section.arm(flush);
        section.push(armedBind);
        section.push(armedFlush);
      });
    });
    expect(seen).toEqual(["flush after x:1"]);
    const [missing] = jobs(ring.queue("z"), "missing");
    const another = missing!.reserveSlot();
    submission((section) => {
      expect(thrownBy(() => section.fill(another, object.at(9n))).code).toBe("EINVAL");
      expect(another.filled).toBe(false);
    });
  });

  it("100 queues in a row through points of one object, submitted at once, run in order", () => {
    const { ring, driver, finish } = bench();
    const object = new SyncObject();
    const all: AnyJob[] = [];
    for (let index = 0n; index < 100n; index++) {
      const after = index === 0n ? [] : [object.at(index)];
      all.push(ring.queue(`q${index}`).job({ label: `${index}`, after, signals: object.at(index + 1n), run: "done" }));
    }
    submit(...all);
    finish();
    expect(driver.called("run")).toEqual(all.map(({ label }) => label));
    expect(object.lastSignalled).toBe(100n);
  });
});
