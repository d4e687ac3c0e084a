import { describe, expect, it } from "vitest";
import { errno } from "../../src/errors.ts";
import { fenceArray } from "../../src/fence/array.ts";
import { deliver } from "../../src/fence/delivery.ts";
import type { Fence } from "../../src/fence/fence.ts";
import { Registration } from "../../src/fence/registration.ts";
import type { FenceMessage } from "../../src/fence/registration.ts";
import { Timeline } from "../../src/fence/timeline.ts";
import { SimPlatform } from "../../src/platform/simulated.ts";
import { Completion } from "../../src/work/completion.ts";
import { WorkItem, WorkQueue } from "../../src/work/work-queue.ts";
import { noting, thrownBy } from "../support/notes.ts";

const platform = new SimPlatform({ auto: false });
const fenceOf = (name: string) => new Timeline(name, { platform }).fence();

describe("the kinds of a registration", () => {
  it("wake: adds one to a shared cell and wakes who waits on it", async () => {
    const cells = new Int32Array(new SharedArrayBuffer(8));
    const one = fenceOf("t");
    one.fence.register(Registration.wake(cells, 1));
    const { async, value } = Atomics.waitAsync(cells, 1, 0);
    expect(async).toBe(true);
    one.signal();
    expect(await value).toBe("ok");
    expect([...cells]).toEqual([0, 1]);
  });

  it("wake: memory that isn't shared, other arrays, and an index outside are refused with the number", () => {
    const cells = new Int32Array(new SharedArrayBuffer(8));
    expect(thrownBy(() => Registration.wake(new Int32Array(2), 0)).code).toBe("EINVAL");
    const bytes = new Uint8Array(new SharedArrayBuffer(8)) as unknown as Int32Array;
    expect(thrownBy(() => Registration.wake(bytes, 0)).code).toBe("EINVAL");
    for (const index of [-1, 2, 0.5, NaN]) {
      const error = thrownBy(() => Registration.wake(cells, index));
      expect(error).toBeInstanceOf(RangeError);
      expect(error.message).toContain(`(${index})`);
    }
  });

  it("complete: lets one wait through", async () => {
    const done = new Completion();
    const one = fenceOf("t");
    one.fence.register(Registration.complete(done));
    const wait = done.wait();
    expect(done.done).toBe(false);
    one.signal();
    await wait;
    expect(done.done).toBe(false);
  });

  it("complete: a fence that fails completes it all the same", async () => {
    const done = new Completion();
    const one = fenceOf("t");
    one.fence.register(Registration.complete(done));
    one.fail(errno.EIO);
    await done.wait();
  });

  it("schedule: the work item runs later, once, however many fences ask for it", () => {
    const clock = new SimPlatform({ auto: false });
    let runs = 0;
    const item = new WorkItem(new WorkQueue(clock), () => {
      runs++;
      return false;
    });
    const fences = Array.from({ length: 3 }, (_, index) => fenceOf(`t${index}`));
    for (const { fence } of fences) fence.register(Registration.schedule(item));
    for (const one of fences) one.signal();
    expect(runs).toBe(0);
    clock.run();
    expect(runs).toBe(1);
  });

  it("post: sends plain numbers that can always be cloned", () => {
    const posted: FenceMessage[] = [];
    const target = { postMessage: (message: FenceMessage) => void posted.push(message) };
    const [good, bad] = [fenceOf("good"), fenceOf("bad")];
    for (const { fence } of [good, bad]) fence.register(Registration.post(target));
    good.signal();
    bad.fail(errno.EIO, () => "a cause that can't be cloned");
    expect(structuredClone(posted)).toEqual([
      { context: good.fence.context, seqno: 1, error: 0 },
      { context: bad.fence.context, seqno: 1, error: -5 },
    ]);
  });

  it("post: a MessagePort will do", async () => {
    const { port1, port2 } = new MessageChannel();
    const one = fenceOf("t");
    one.fence.register(Registration.post(port1));
    const received = new Promise((resolve) => {
      port2.onmessage = ({ data }) => resolve(data);
    });
    one.signal();
    expect(await received).toEqual({ context: one.fence.context, seqno: 1, error: 0 });
    port1.close();
  });

  it("signal: the other fence signals too, with the error, and its failure leads to this one's", () => {
    const [source, follower] = [fenceOf("source"), fenceOf("follower")];
    source.fence.register(Registration.signal(follower));
    source.fail(errno.ETIME, "too slow");
    expect(follower.fence.error).toBe(errno.ETIME);
    expect(follower.fence.failure()?.cause).toMatchObject({ timeline: "source", seqno: 1, cause: "too slow" });
  });

  it("signal: a fence that has signalled already is left as it is", () => {
    const [source, follower] = [fenceOf("source"), fenceOf("follower")];
    source.fence.register(Registration.signal(follower));
    follower.signal();
    source.fail(errno.EIO);
    expect([follower.fence.status, source.fence.status]).toEqual([1, errno.EIO]);
  });
});

describe("registering", () => {
  it("F19: on a signalled fence it is too late: the registration never runs, and stays usable", () => {
    const [one, two] = [fenceOf("one"), fenceOf("two")];
    const ran: string[] = [];
    const note = noting(ran, "ran");
    one.signal();
    expect([one.fence.register(note), note.registered, note.cancel(), ran]).toEqual(["signalled", false, false, []]);
    expect(two.fence.register(note)).toBe("registered");
    two.signal();
    expect(ran).toEqual(["ran"]);
  });

  it("F21: a registration is on one fence at a time; a second is refused, and the first stays", () => {
    const [one, two] = [fenceOf("one"), fenceOf("two")];
    const ran: string[] = [];
    const note = noting(ran, "ran");
    one.fence.register(note);
    for (const fence of [one.fence, two.fence]) {
      const error = thrownBy(() => fence.register(note));
      expect(error.code).toBe("EINVAL");
      expect(error.message).toContain("one:1");
    }
    two.signal();
    expect(ran).toEqual([]);
    one.signal();
    expect(ran).toEqual(["ran"]);
  });

  it("F21: so is one that is due", () => {
    const [one, two] = [fenceOf("one"), fenceOf("two")];
    const note = noting([], "");
    one.fence.register(note);
    deliver(() => {
      one.signal();
      expect(thrownBy(() => two.fence.register(note)).code).toBe("EINVAL");
    });
    expect(two.fence.register(note)).toBe("registered");
  });

  it.each([
    ["a fence", (fence: Fence) => fence],
    ["an array", (fence: Fence) => fenceArray([fence])],
  ])("bug: F21: one that the issuer of %s puts on another fence when it is told stays there alone", (_, over) => {
    const other = fenceOf("other");
    const ran: string[] = [];
    const note = noting(ran, "note");
    const enableSignalling = (): boolean => other.fence.register(note) === "registered";
    const one = new Timeline("one", { platform }).fence({ enableSignalling });
    const error = thrownBy(() => over(one.fence).register(note));
    expect([error.code, error.message]).toEqual(["EINVAL", expect.stringContaining("other:1")]);
    expect(one.fence._registrations).toBeNull();
    other.fence.register(noting(ran, "behind"));
    one.signal();
    other.signal();
    expect(ran).toEqual(["note", "behind"]);
  });

  it("F21: any number are on one fence, and run in the order in which they came", () => {
    const one = fenceOf("one");
    const ran: string[] = [];
    for (let count = 0; count < 1000; count++) one.fence.register(noting(ran, `${count}`));
    one.signal();
    expect(ran).toEqual(Array.from({ length: 1000 }, (_, index) => `${index}`));
  });

  it("a registration is used again and again", () => {
    const timeline = new Timeline("t", { platform });
    const ran: string[] = [];
    const note = noting(ran, "ran");
    for (let round = 1; round <= 5; round++) {
      const one = timeline.fence();
      expect(one.fence.register(note)).toBe("registered");
      one.signal();
      expect(ran).toHaveLength(round);
    }
  });
});

describe("promise 10: cancelling", () => {
  it("idle: false, and nothing happens", () => {
    const note = noting([], "");
    expect([note.cancel(), note.registered]).toEqual([false, false]);
  });

  it("registered: true, and it never runs; a second time: false", () => {
    const one = fenceOf("one");
    const ran: string[] = [];
    const note = noting(ran, "ran");
    one.fence.register(note);
    expect([note.cancel(), note.cancel(), note.registered]).toEqual([true, false, false]);
    one.signal();
    expect(ran).toEqual([]);
  });

  it("run: false, and it has run", () => {
    const one = fenceOf("one");
    const ran: string[] = [];
    const note = noting(ran, "ran");
    one.fence.register(note);
    one.signal();
    expect([note.cancel(), ran]).toEqual([false, ["ran"]]);
  });

  it("due, inside the delivery in which its fence signalled: true, and it never runs", () => {
    const one = fenceOf("one");
    const ran: string[] = [];
    const [kept, cancelled] = [noting(ran, "kept"), noting(ran, "cancelled")];
    one.fence.register(cancelled);
    one.fence.register(kept);
    deliver(() => {
      one.signal();
      expect([cancelled.registered, cancelled.cancel(), cancelled.registered]).toEqual([true, true, false]);
    });
    expect(ran).toEqual(["kept"]);
  });

  it("due, from a registration that runs before it: true, and it never runs", () => {
    const one = fenceOf("one");
    const ran: string[] = [];
    const answers: boolean[] = [];
    const last = noting(ran, "last");
    one.fence.register(Registration.post({ postMessage: () => void answers.push(last.cancel()) }));
    one.fence.register(noting(ran, "middle"));
    one.fence.register(last);
    one.signal();
    expect([answers, ran]).toEqual([[true], ["middle"]]);
  });

  it("due, and put on another fence there and then: it runs for that one alone, and all others run", () => {
    const [one, two] = [fenceOf("one"), fenceOf("two")];
    const ran: string[] = [];
    const moved: Registration = Registration.post({ postMessage: ({ context }) => void ran.push(`moved ${context}`) });
    one.fence.register(noting(ran, "first"));
    one.fence.register(moved);
    one.fence.register(noting(ran, "last"));
    two.fence.register(noting(ran, "other"));
    deliver(() => {
      one.signal();
      expect([moved.cancel(), two.fence.register(moved)]).toEqual([true, "registered"]);
    });
    expect(ran).toEqual(["first", "last"]);
    two.signal();
    expect(ran).toEqual(["first", "last", "other", `moved ${two.fence.context}`]);
  });

  it("itself, while it runs: false", () => {
    const one = fenceOf("one");
    const answers: boolean[] = [];
    const note: Registration = Registration.post({ postMessage: () => void answers.push(note.cancel()) });
    one.fence.register(note);
    one.signal();
    expect(answers).toEqual([false]);
  });

  it("the only one, the first, the middle and the last of a list: the others run in order", () => {
    for (const gone of [[0, 1, 2, 3], [0], [1, 2], [3], [0, 3]]) {
      const one = fenceOf("one");
      const ran: string[] = [];
      const notes = ["a", "b", "c", "d"].map((word) => noting(ran, word));
      for (const note of notes) one.fence.register(note);
      for (const index of gone) expect(notes[index]!.cancel()).toBe(true);
      one.signal();
      expect(ran).toEqual(["a", "b", "c", "d"].filter((_, index) => !gone.includes(index)));
    }
  });

  it("and registering again puts it at the end", () => {
    const one = fenceOf("one");
    const ran: string[] = [];
    const [a, b] = [noting(ran, "a"), noting(ran, "b")];
    one.fence.register(a);
    one.fence.register(b);
    a.cancel();
    one.fence.register(a);
    one.signal();
    expect(ran).toEqual(["b", "a"]);
  });
});
