import { describe, expect, it } from "vitest";
import { errno } from "../../src/errors.ts";
import { deliver, deliveryTime, enterDelivery, insideDelivery, leaveDelivery } from "../../src/fence/delivery.ts";
import { Registration } from "../../src/fence/registration.ts";
import { Timeline } from "../../src/fence/timeline.ts";
import { SimPlatform } from "../../src/platform/simulated.ts";
import { submit } from "../../src/queue/submission.ts";
import { bench, jobs } from "../support/bench.ts";
import { noteAll, noting, thrownBy } from "../support/notes.ts";

const platform = new SimPlatform({ auto: false });

/** One fence on each of so many timelines. */
function separateFences(count: number) {
  return Array.from({ length: count }, (_, index) => new Timeline(`t${index}`, { platform }).fence());
}

describe("a delivery", () => {
  it("runs the registrations of all that signalled in it when it ends, first signalled first", () => {
    const [a, b] = separateFences(2);
    const ran: string[] = [];
    for (const word of ["a1", "a2"]) a!.fence.register(noting(ran, word));
    for (const word of ["b1", "b2"]) b!.fence.register(noting(ran, word));
    deliver(() => {
      b!.signal();
      a!.signal();
      expect([a!.fence.signalled, b!.fence.signalled, ran]).toEqual([true, true, []]);
    });
    expect(ran).toEqual(["b1", "b2", "a1", "a2"]);
  });

  it("nests: only the outermost end runs what is due", () => {
    const [a] = separateFences(1);
    const ran: string[] = [];
    a!.fence.register(noting(ran, "ran"));
    deliver(() => {
      deliver(() => void a!.signal());
      expect(ran).toEqual([]);
    });
    expect(ran).toEqual(["ran"]);
  });

  it("Q30: a registration that signals puts the other fence's registrations behind those that are due", () => {
    const [a, b] = separateFences(2);
    const ran: string[] = [];
    a!.fence.register(noting(ran, "a1"));
    a!.fence.register(Registration.signal(b!));
    a!.fence.register(noting(ran, "a2"));
    b!.fence.register(noting(ran, "b1"));
    a!.signal();
    expect(ran).toEqual(["a1", "a2", "b1"]);
  });

  it("promise 6: a registration runs when every state change before it is done", () => {
    const [a, b] = separateFences(2);
    const seen: boolean[] = [];
    a!.fence.register(Registration.post({ postMessage: () => seen.push(b!.fence.signalled) }));
    deliver(() => {
      a!.signal();
      b!.signal();
    });
    expect(seen).toEqual([true]);
  });

  it("promise 6: 100 000 fences chained by registrations signal in constant stack", () => {
    const fences = separateFences(100_000);
    fences.reduce((before, after) => {
      before.fence.register(Registration.signal(after));
      return after;
    });
    // The depth of the stack, seen from the first link's registrations and from the last one's.
    const depths: number[] = [];
    const measure = (): void => {
      const limit = Error.stackTraceLimit;
      Error.stackTraceLimit = Infinity;
      depths.push(new Error("depth").stack?.split("\n").length ?? 0);
      Error.stackTraceLimit = limit;
    };
    for (const one of [fences[1], fences.at(-1)]) one!.fence.register(Registration.post({ postMessage: measure }));
    fences[0]!.signal();
    expect(fences.every(({ fence }) => fence.status === 1)).toBe(true);
    expect(depths[1]).toBe(depths[0]);
    expect(insideDelivery()).toBe(false);
  });

  it("promise 6: 100 000 fences chained by registrations fail in constant stack, and each failure can be asked for", () => {
    const fences = separateFences(100_000);
    fences.reduce((before, after) => {
      before.fence.register(Registration.signal(after));
      return after;
    });
    fences[0]!.fail(errno.EIO, new Error("the first failed"));
    const last = fences.at(-1)!.fence.failure();
    expect(last?.code).toBe("EIO");
    expect(last?.cause).toMatchObject({ timeline: "t0", code: "EIO" });
    expect(last?.message.length).toBeLessThan(200);
  });

  it("promise 7: an exception in the body passes through after the consequences have run, and the depth is restored", () => {
    const [a] = separateFences(1);
    const ran: string[] = [];
    a!.fence.register(noting(ran, "ran"));
    const wrong = thrownBy(() =>
      deliver(() => {
        deliver(() => {
          a!.signal();
          throw new Error("an interrupt that fails");
        });
      }),
    );
    expect([wrong.message, ran, insideDelivery()]).toEqual(["an interrupt that fails", ["ran"], false]);
  });

  it("a port that throws keeps nobody else from running, and its error is heard of", () => {
    const [a, b] = separateFences(2);
    const ran: string[] = [];
    a!.fence.register(noting(ran, "before"));
    a!.fence.register(
      Registration.post({
        postMessage: () => {
          throw new Error("a broken port");
        },
      }),
    );
    a!.fence.register(Registration.signal(b!));
    b!.fence.register(noting(ran, "after"));
    expect(a!.signal()).toBe(true);
    expect([ran, insideDelivery()]).toEqual([["before", "after"], false]);
    expect(() => platform.run(platform.now())).toThrow("a broken port");
  });

  it("a port that throws doesn't stop the queue whose job signalled", () => {
    const { ring, driver, work, finish } = bench();
    const queue = ring.queue("q", { jobs: 1 });
    const [first, second] = submit(...jobs(queue, "a b"));
    first!.register(
      Registration.post({
        postMessage: () => {
          throw new Error("a broken port");
        },
      }),
    );
    work();
    expect(driver.complete()).toBe(true);
    expect(finish).toThrow("a broken port");
    finish();
    expect(second!.status).toBe(1);
  });

  it("what is due from before is not run by a delivery that is opened while it runs", () => {
    const [a, b] = separateFences(2);
    const ran: string[] = [];
    a!.fence.register(
      Registration.post({
        postMessage: () => {
          deliver(() => void b!.signal());
          ran.push("a1");
        },
      }),
    );
    a!.fence.register(noting(ran, "a2"));
    b!.fence.register(noting(ran, "b1"));
    a!.signal();
    expect(ran).toEqual(["a1", "a2", "b1"]);
  });
});

describe("the time of a delivery", () => {
  it("is read once in it, anew in the next, and at each call outside", () => {
    const clock = new SimPlatform({ auto: false });
    const times: number[] = [];
    const pass = (): void => {
      times.push(deliveryTime(clock));
      clock.run(clock.now() + 1);
    };
    deliver(() => {
      pass();
      pass();
    });
    deliver(pass);
    pass();
    pass();
    expect(times).toEqual([0, 0, 2, 3, 4]);
  });

  it("is each platform's own", () => {
    const [a, b] = [new SimPlatform({ auto: false }), new SimPlatform({ auto: false })];
    a.run(3);
    deliver(() => {
      expect([deliveryTime(a), deliveryTime(b), deliveryTime(a)]).toEqual([3, 0, 3]);
    });
  });
});

describe("a delivery that is opened by hand", () => {
  it("ends where it is left", () => {
    const [a] = separateFences(1);
    const ran = noteAll([a!.fence]);
    enterDelivery();
    expect(insideDelivery()).toBe(true);
    a!.signal();
    leaveDelivery();
    expect([ran, insideDelivery()]).toEqual([["t0:1"], false]);
  });
});
