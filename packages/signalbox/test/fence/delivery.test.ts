import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { errno } from "../../src/errors.ts";
import { fenceArray } from "../../src/fence/array.ts";
import { chainFence } from "../../src/fence/chain.ts";
import {
  deliver,
  deliveryTime,
  enterDelivery,
  holdContainers,
  insideDelivery,
  leaveDelivery,
  releaseContainers,
} from "../../src/fence/delivery.ts";
import type { Fence } from "../../src/fence/fence.ts";
import { ForeignTimeline } from "../../src/fence/foreign-timeline.ts";
import { Registration } from "../../src/fence/registration.ts";
import { Timeline } from "../../src/fence/timeline.ts";
import { SimPlatform } from "../../src/platform/simulated.ts";
import { submit } from "../../src/queue/submission.ts";
import { bench, jobs } from "../support/bench.ts";
import { noteAll, noting, thrownBy, traced } from "../support/notes.ts";
import { reported } from "../support/reports.ts";

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

  it("Q30: depth first: what a registration makes due runs before what was due behind it", () => {
    const [a, b, c] = separateFences(3);
    const ran: string[] = [];
    a!.fence.register(noting(ran, "a1"));
    a!.fence.register(Registration.signal(b!));
    a!.fence.register(noting(ran, "a2"));
    b!.fence.register(Registration.signal(c!));
    b!.fence.register(noting(ran, "b1"));
    c!.fence.register(noting(ran, "c1"));
    a!.signal();
    expect(ran).toEqual(["a1", "c1", "b1", "a2"]);
  });

  it("Q30: of several fences that one registration signals, the first signalled comes first", () => {
    const [a, b, c] = separateFences(3);
    const ran: string[] = [];
    a!.fence.register(Registration.post({ postMessage: () => [b!, c!].forEach((each) => each.signal()) }));
    a!.fence.register(noting(ran, "a"));
    for (const word of ["b1", "b2"]) b!.fence.register(noting(ran, word));
    c!.fence.register(noting(ran, "c"));
    a!.signal();
    expect(ran).toEqual(["b1", "b2", "c", "a"]);
  });

  it("refuses a body that answers a promise, when the consequences have run; and so does the compiler", () => {
    const [a] = separateFences(1);
    const ran: string[] = [];
    a!.fence.register(noting(ran, "a"));
    // @ts-expect-error -- a delivery is synchronous
    expect(thrownBy(() => deliver(async () => void a!.signal())).code).toBe("EINVAL");
    expect([ran, insideDelivery()]).toEqual([["a"], false]);
    expect(reported()).toEqual(["section-await"]);
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
    expect(reported()).toEqual(["registration-throw"]);
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
    expect(reported()).toEqual(["registration-throw"]);
    finish();
    expect(second!.status).toBe(1);
  });

  it("a delivery that is opened while registrations run only adds to them", () => {
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
    expect(ran).toEqual(["a1", "b1", "a2"]);
  });

  it("promise 10: what is due can be taken back, wherever in the order it is", () => {
    fc.assert(
      fc.property(fc.nat(4), fc.nat(4), fc.uniqueArray(fc.nat(9)), (before, inside, cancelled) => {
        const [a, b] = separateFences(2);
        const ran: string[] = [];
        const registrations: Registration[] = [];
        const answers: boolean[] = [];
        const add = (fence: Fence, word: string): void => {
          registrations.push(noting(ran, word));
          fence.register(registrations.at(-1)!);
        };
        // What runs first signals `b`, so that there is something in front, and cancels.
        const cancel = (): void => {
          b!.signal();
          for (const index of cancelled) answers.push(registrations[index]?.cancel() ?? true);
        };
        a!.fence.register(Registration.post({ postMessage: cancel }));
        for (let index = 0; index <= before; index++) add(a!.fence, `a${index}`);
        for (let index = 0; index <= inside; index++) add(b!.fence, `b${index}`);
        const words = [...Array.from({ length: inside + 1 }, (_, index) => `b${index}`)];
        words.push(...Array.from({ length: before + 1 }, (_, index) => `a${index}`));
        const gone = new Set(cancelled.map((index) => (index <= before ? `a${index}` : `b${index - before - 1}`)));
        a!.signal();
        expect(ran).toEqual(words.filter((word) => !gone.has(word)));
        expect(answers.every(Boolean)).toBe(true);
        expect(registrations.some(({ registered }) => registered)).toBe(false);
      }),
    );
  });
});

describe("containers", () => {
  const both = () => {
    const [a, b] = separateFences(2);
    return { a: a!, b: b!, array: fenceArray([a!.fence, b!.fence]) };
  };

  it("F14: signal after everything that is due, not inside their member's signal", () => {
    const { a, b, array } = both();
    const ran: string[] = [];
    array.register(noting(ran, "array"));
    const seen = (): void => void ran.push(`b, array ${array.state}`);
    b.fence.register(Registration.post({ postMessage: seen }));
    a.signal();
    b.signal();
    expect(ran).toEqual(["b, array published", "array"]);
  });

  it("F14: wait for the end of the outermost delivery", () => {
    const { a, b, array } = both();
    const ran = noteAll([array]);
    deliver(() => {
      deliver(() => [a, b].forEach((each) => each.signal()));
      expect([array.state, ran]).toEqual(["published", []]);
    });
    expect([array.state, ran]).toEqual(["signalled", ["unbound:1"]]);
  });

  it("Q30: settle newest first, and what one of them signals comes before the next", () => {
    const [member, other] = separateFences(2);
    const ran: string[] = [];
    const arrays = ["first", "second", "third"].map((word) => {
      const array = fenceArray([member!.fence]);
      array.register(noting(ran, word));
      return array;
    });
    arrays[2]!.register(Registration.signal(other!));
    other!.fence.register(noting(ran, "other"));
    member!.signal();
    expect(ran).toEqual(["third", "other", "second", "first"]);
  });

  it("Q30: settle in batches: what comes up while one is settled waits for the rest of the batch", () => {
    const [member] = separateFences(1);
    const ran: string[] = [];
    const older = fenceArray([member!.fence]);
    const newer = fenceArray([member!.fence]);
    const above = fenceArray([newer], { nested: "keep" });
    older.register(noting(ran, "older"));
    newer.register(noting(ran, "newer"));
    above.register(noting(ran, "above"));
    member!.signal();
    expect(ran).toEqual(["newer", "older", "above"]);
  });

  it("F14: don't settle in the middle of what is due, though somebody looks at others there", () => {
    const { a, b, array } = both();
    const ran = noteAll([array]);
    a.signal();
    const other = fenceArray(separateFences(2).map(({ fence }) => fence));
    b.fence.register(Registration.post({ postMessage: () => void ran.push(`asked: ${other.signalled}`) }));
    b.signal();
    expect(ran).toEqual(["asked: false", "unbound:1"]);
  });

  it("are held back as long as one operation looks at fences, and nothing else is", () => {
    const { a, b, array } = both();
    const ran = noteAll([a.fence, array]);
    holdContainers();
    holdContainers();
    a.signal();
    b.signal();
    expect(ran).toEqual(["t0:1"]);
    releaseContainers();
    expect(array.state).toBe("published");
    releaseContainers();
    expect(ran).toEqual(["t0:1", "unbound:1"]);
  });

  it("bug: one that fails to settle keeps none of the others from it, and its error is heard of", () => {
    const [one, two] = separateFences(2);
    const ran: string[] = [];
    const past = new ForeignTimeline("past", { platform }).fence(1, { poll: () => true });
    const older = fenceArray([one!.fence]);
    older.register(noting(ran, "older"));
    chainFence(past.fence, one!.fence, 1).register(noting(ran, "chain"));
    const newer = fenceArray([one!.fence]);
    newer.register(noting(ran, "newer"));
    const broken = (fence: Fence): void => {
      if (fence === past.fence) throw new Error("a broken tracer");
    };
    traced({ fenceSignalled: broken }, () => one!.signal());
    expect([ran, insideDelivery()]).toEqual([["newer", "older"], false]);
    expect(() => platform.run(platform.now())).toThrow("a broken tracer");
    const array = fenceArray([two!.fence]);
    array.register(noting(ran, "later"));
    two!.signal();
    expect(ran).toEqual(["newer", "older", "later"]);
  });

  it("count as a delivery while they are settled, nobody may wait there", () => {
    const { a, b, array } = both();
    let inside = false;
    const ops = {
      enableSignalling: () => {
        inside = insideDelivery();
        return true;
      },
    };
    const next = new Timeline("next", { platform }).fence(ops);
    const chain = chainFence(chainFence(null, next.fence, 1n), array, 2n);
    chain.register(noting([], ""));
    a.signal();
    b.signal();
    expect([inside, insideDelivery(), next.fence.enabled]).toEqual([true, false, true]);
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
