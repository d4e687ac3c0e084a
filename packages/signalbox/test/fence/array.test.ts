import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { errno } from "../../src/errors.ts";
import { FenceArray, fenceArray } from "../../src/fence/array.ts";
import { chainFence } from "../../src/fence/chain.ts";
import type { DriverFence } from "../../src/fence/driver-fence.ts";
import type { Fence } from "../../src/fence/fence.ts";
import { ForeignTimeline } from "../../src/fence/foreign-timeline.ts";
import { Registration } from "../../src/fence/registration.ts";
import { stubFence } from "../../src/fence/stub.ts";
import { Timeline } from "../../src/fence/timeline.ts";
import { SimPlatform } from "../../src/platform/simulated.ts";
import { bench } from "../support/bench.ts";
import { nameOf, noteAll, noting, thrownBy } from "../support/notes.ts";

const platform = new SimPlatform({ auto: false });

/** One fence on each of so many timelines. */
function separateFences(count: number): DriverFence[] {
  return Array.from({ length: count }, (_, index) => new Timeline(`t${index}`, { platform }).fence());
}

const fencesOf = (drivers: readonly DriverFence[]): Fence[] => drivers.map(({ fence }) => fence);

describe("an array of all", () => {
  it("A2: signals once, with the last of its members", () => {
    const members = separateFences(3);
    const array = fenceArray(fencesOf(members));
    const ran = noteAll([array]);
    for (const index of [1, 0]) {
      members[index]!.signal();
      expect([array.state, ran]).toEqual(["published", []]);
    }
    members[2]!.signal();
    expect([array.state, array.status, ran]).toEqual(["signalled", 1, ["unbound:1"]]);
  });

  it("A3, Q31: without anybody waiting, who asks makes it look at its members", () => {
    const members = separateFences(2);
    const array = fenceArray(fencesOf(members));
    members.forEach((each) => each.signal());
    expect([array.state, array.enabled]).toEqual(["published", false]);
    expect([array.signalled, array.state, array.enabled]).toEqual([true, "signalled", false]);
  });

  it("A3, F16: looking asks the members' issuers; while somebody waits, the members are left to signal", () => {
    const past = new Set<Fence>();
    const timeline = new ForeignTimeline("t", { platform });
    const members = [1, 2, 3, 4].map((n) => timeline.fence(n, { poll: (fence) => past.has(fence) }).fence);
    const [looked, waited] = [fenceArray(members.slice(0, 2)), fenceArray(members.slice(2))];
    const ran = noteAll([waited]);
    for (const member of members) past.add(member);
    expect([looked.signalled, waited.signalled, members[3]!.state]).toEqual([true, false, "published"]);
    expect([members[3]!.signalled, waited.signalled, members[2]!.signalled, waited.state]).toEqual([
      true,
      false,
      true,
      "signalled",
    ]);
    expect(ran).toEqual(["unbound:1"]);
  });

  it("F18: has the time at which it was found signalled", () => {
    const [member] = separateFences(1);
    const array = fenceArray([member!.fence]);
    member!.signal(5);
    expect([array.timestamp, array.signalled, array.timestamp]).toEqual([undefined, true, platform.now()]);
  });

  it("who asks after its last member's signal and before its own makes it signal at once", () => {
    const [member] = separateFences(1);
    const array = fenceArray([member!.fence]);
    const ran = noteAll([array]);
    member!.fence.register(Registration.post({ postMessage: () => void ran.push(`asked: ${array.signalled}`) }));
    member!.fence.register(noting(ran, "behind"));
    member!.signal();
    expect(ran).toEqual(["asked: true", "unbound:1", "behind"]);
  });

  it("A4: members that have signalled count at once; if all have, registering is too late", () => {
    const [one, two] = separateFences(2);
    one!.signal();
    const array = fenceArray([one!.fence, two!.fence]);
    expect(array.register(noting([], ""))).toBe("registered");
    two!.signal();
    expect(array.state).toBe("signalled");
    const late = fenceArray([one!.fence, two!.fence]);
    expect([late.register(noting([], "")), late.state, late.enabled]).toEqual(["signalled", "signalled", true]);
  });

  it("A4: members' issuers are told of the wait when the array is, not before", () => {
    const told: string[] = [];
    const timeline = new ForeignTimeline("t", { platform });
    const members = [1, 2].map((n) => timeline.fence(n, { enableSignalling: (fence) => told.push(nameOf(fence)) > 0 }));
    const array = fenceArray(fencesOf(members));
    expect([array.signalled, told]).toEqual([false, []]);
    array.register(noting([], ""));
    expect(told).toEqual(["t:1", "t:2"]);
  });

  it("the same member twice counts twice, and signals once", () => {
    const [one] = separateFences(1);
    const array = fenceArray([one!.fence, one!.fence]);
    const ran = noteAll([array]);
    one!.signal();
    expect(ran).toEqual(["unbound:1"]);
  });

  it("has a context of its own, or a given one, and the kernel's names (A7)", () => {
    const [one] = separateFences(1);
    const [a, b] = [fenceArray([one!.fence]), fenceArray([one!.fence])];
    expect(a.context).not.toBe(b.context);
    expect([a.kind, a.seqno, a.timelineName, a.driverName]).toEqual(["array", 1, "unbound", "dma_fence_array"]);
    const on = new ForeignTimeline("frames", { platform });
    const c = fenceArray([one!.fence], { on, seqno: 2n ** 64n - 1n });
    expect([c.context, c.point]).toEqual([on.context, 2n ** 64n - 1n]);
  });

  it("takes 1 000 members", () => {
    const members = separateFences(1000);
    const array = fenceArray(fencesOf(members));
    const ran = noteAll([array]);
    for (const member of members) member.signal();
    expect(ran.length).toBe(1);
  });

  it("refuses an empty list, a fence that was not submitted, and a seqno that is none", () => {
    const { ring } = bench();
    const [one] = separateFences(1);
    expect(thrownBy(() => fenceArray([])).code).toBe("EINVAL");
    expect(thrownBy(() => fenceArray([one!.fence, ring.queue("q").job({})])).code).toBe("EINVAL");
    for (const seqno of [-1, 1.5, 2 ** 53, -1n, 2n ** 64n]) {
      const error = thrownBy(() => fenceArray([one!.fence], { seqno }));
      expect(error).toBeInstanceOf(RangeError);
      expect(error.message).toContain(String(seqno));
    }
    expect(one!.fence.enabled).toBe(false);
  });

  it("keeps its list, whatever becomes of the one that it was given", () => {
    const [one, two] = separateFences(2);
    const list = [one!.fence];
    const array = fenceArray(list, { nested: "keep" });
    list.push(two!.fence);
    expect(array.fences).toEqual([one!.fence]);
  });
});

describe("an array of any", () => {
  it("A2: signals once, with the first of its members, and watches the others no more", () => {
    const members = separateFences(3);
    const array = fenceArray(fencesOf(members), { any: true });
    const ran = noteAll([array]);
    members[1]!.signal();
    expect([array.state, ran]).toEqual(["signalled", ["unbound:1"]]);
    expect(members.map(({ fence }) => fence._registrations)).toEqual([null, null, null]);
    members[0]!.fail(errno.EIO);
    expect([array.status, ran.length]).toEqual([1, 1]);
  });

  it("A5: has the error of the member that it signalled with", () => {
    const members = separateFences(2);
    const array = fenceArray(fencesOf(members), { any: true });
    array.register(noting([], ""));
    members[1]!.fail(errno.ETIME);
    members[0]!.fail(errno.EIO);
    expect([array.error, array.failure()?.cause]).toMatchObject([errno.ETIME, { timeline: "t1" }]);
  });

  it("Q31: signals when asked, if a member has", () => {
    const members = separateFences(2);
    const array = fenceArray(fencesOf(members), { any: true });
    expect(array.signalled).toBe(false);
    members[1]!.signal();
    expect(array.signalled).toBe(true);
  });
});

describe("the failure of an array", () => {
  it("A5: is that of the first member that failed, and says who it was", () => {
    const members = separateFences(3);
    const array = fenceArray(fencesOf(members));
    const ran = noteAll([array]);
    members[1]!.fail(errno.ENODEV, new Error("unplugged"));
    members[0]!.fail(errno.EIO);
    expect([array.error, array.status, array.failure()]).toEqual([0, 0, undefined]);
    members[2]!.signal();
    expect([array.status, ran]).toEqual([errno.ENODEV, [`unbound:1 ${errno.ENODEV}`]]);
    expect(array.failure()).toMatchObject({
      code: "ENODEV",
      timeline: "unbound",
      cause: { timeline: "t1", seqno: 1, code: "ENODEV", cause: { message: "unplugged" } },
    });
  });

  it("A4, A5: counts where a member failed before somebody waited", () => {
    const members = separateFences(2);
    members[0]!.fail(errno.EIO);
    members[1]!.fail(errno.ETIME);
    const array = fenceArray(fencesOf(members));
    expect([array.enableSignalling(), array.status]).toEqual([false, errno.EIO]);
  });

  it("A5: is none of `status` and `error` where nobody waited, as in the kernel; `failure()` and a wait tell of it", async () => {
    const members = separateFences(2);
    const array = fenceArray(fencesOf(members));
    members[1]!.fail(errno.EIO, "the disk");
    members[0]!.signal();
    expect([array.status, array.error]).toEqual([1, 0]);
    expect(array.failure()).toMatchObject({ code: "EIO", cause: { timeline: "t1", code: "EIO" } });
    await expect(array.wait()).rejects.toMatchObject({ code: "EIO" });
    await expect(fenceArray(fencesOf(members)).wait()).rejects.toMatchObject({ code: "EIO" });
  });

  it("A5, CH7: of a member that is a chain is told of where there is no error, and is not mistaken for it where there is", () => {
    const [a, b, c] = separateFences(3);
    const chain = chainFence(null, a!.fence, 1n);
    const any = fenceArray([chain, c!.fence], { any: true });
    const all = fenceArray([chain, b!.fence], { nested: "keep" });
    for (const array of [any, all]) array.register(noting([], ""));
    a!.fail(errno.ETIME);
    expect([any.status, any.failure()?.code, all.status]).toEqual([1, "ETIME", 0]);
    b!.fail(errno.EIO);
    expect([all.status, all.failure()?.code]).toEqual([errno.EIO, "EIO"]);
  });

  it("is none while the array has not signalled, and none if no member failed", () => {
    const members = separateFences(2);
    const array = fenceArray(fencesOf(members));
    members[0]!.signal();
    expect(array.failure()).toBeUndefined();
    members[1]!.signal();
    expect([array.signalled, array.failure()]).toEqual([true, undefined]);
  });
});

describe("arrays of containers", () => {
  it("A6: an array of arrays of its own mode is flat", () => {
    const [a, b, c] = fencesOf(separateFences(3));
    expect(fenceArray([fenceArray([a!, fenceArray([b!])]), c!]).fences).toEqual([a, b, c]);
    const any = { any: true };
    expect(fenceArray([fenceArray([a!, b!], any), c!], any).fences).toEqual([a, b, c]);
  });

  it("A6: an array of all takes the fences of a chain, newest first", () => {
    const [a, b, c] = fencesOf(separateFences(3));
    const chain = chainFence(chainFence(null, a!, 1n), fenceArray([b!, c!]), 2n);
    expect(fenceArray([chain]).fences).toEqual([b, c, a]);
  });

  it("what flattening would change stays a member", () => {
    const [a, b, c] = separateFences(3);
    const all = fenceArray([a!.fence, b!.fence]);
    const any = fenceArray([a!.fence, b!.fence], { any: true });
    const chain = chainFence(chainFence(null, a!.fence, 1n), b!.fence, 2n);
    expect(fenceArray([any, c!.fence]).fences).toEqual([any, c!.fence]);
    const mixed = fenceArray([all, chain, c!.fence], { any: true });
    expect(mixed.fences).toEqual([all, chain, c!.fence]);
    mixed.register(noting([], ""));
    a!.signal();
    expect(mixed.state).toBe("published");
    b!.signal();
    expect(mixed.state).toBe("signalled");
  });

  it("A6: kept as they are on request, they signal one after the other", () => {
    const [a, b] = separateFences(2);
    const inner = fenceArray([a!.fence]);
    const outer = fenceArray([inner, b!.fence], { nested: "keep" });
    expect(outer.fences).toEqual([inner, b!.fence]);
    const ran = noteAll([outer]);
    b!.signal();
    a!.fail(errno.EIO);
    expect([inner.status, outer.status, ran.length]).toEqual([errno.EIO, errno.EIO, 1]);
  });
});

describe("giving up on an array", () => {
  it("leaves no registration behind, however often one waits in vain", async () => {
    const [longLived, other] = separateFences(2);
    for (let count = 0; count < 100; count++) {
      const wait = fenceArray([longLived!.fence, other!.fence], { any: true }).wait({ timeout: 1 });
      platform.run(platform.now() + 2);
      await expect(wait).rejects.toMatchObject({ code: "ETIMEDOUT" });
    }
    expect([longLived!.fence._registrations, other!.fence._registrations]).toEqual([null, null]);
    expect(platform.idle).toBe(true);
  });

  it("who comes back finds what happened meanwhile", () => {
    const members = separateFences(3);
    const array = fenceArray(fencesOf(members));
    const ran: string[] = [];
    const [first, second] = [noting(ran, "first"), noting(ran, "second")];
    array.register(first);
    members[0]!.fail(errno.EIO);
    expect(first.cancel()).toBe(true);
    members[1]!.signal();
    expect([array.signalled, array.enabled]).toEqual([false, true]);
    expect(array.register(second)).toBe("registered");
    members[2]!.signal();
    expect([ran, array.status]).toEqual([["second"], errno.EIO]);
  });

  it("while somebody else waits, changes nothing", () => {
    const members = separateFences(2);
    const array = fenceArray(fencesOf(members));
    const ran: string[] = [];
    const gone = noting(ran, "gone");
    array.register(gone);
    array.register(noting(ran, "stays"));
    gone.cancel();
    members.forEach((each) => each.signal());
    expect(ran).toEqual(["stays"]);
  });

  it("after it was enabled for good, it signals by itself nevertheless", () => {
    const members = separateFences(2);
    const array = fenceArray(fencesOf(members));
    array.enableSignalling();
    const gone = noting([], "");
    array.register(gone);
    gone.cancel();
    members.forEach((each) => each.signal());
    expect(array.state).toBe("signalled");
  });

  it("between its last member's signal and its own is too late: it signals", () => {
    const [member] = separateFences(1);
    const array = fenceArray([member!.fence]);
    const gone = noting([], "");
    array.register(gone);
    member!.fence.register(Registration.post({ postMessage: () => void gone.cancel() }));
    member!.signal();
    expect(array.state).toBe("signalled");
  });
});

describe("the deadline of an array", () => {
  it("F28: goes to the members that have not signalled", () => {
    const told: string[] = [];
    const timeline = new ForeignTimeline("t", { platform });
    const setDeadline = (fence: Fence, time: number): void => void told.push(`${nameOf(fence)} ${time}`);
    const members = [1, 2].map((n) => timeline.fence(n, { setDeadline }));
    const array = fenceArray(fencesOf(members));
    array.setDeadline(5);
    members[0]!.signal();
    array.setDeadline(6);
    members[1]!.signal();
    array.setDeadline(7);
    expect([told, array.state]).toEqual([["t:1 5", "t:2 5", "t:2 6"], "signalled"]);
  });
});

describe("an array's promise", () => {
  it("signals exactly once, when the members it needs have, whoever looks when", () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constantFrom("signal", "fail"), at: fc.nat(9) }),
      fc.record({ kind: fc.constantFrom("ask", "register", "cancel"), at: fc.constant(0) }),
    );
    fc.assert(
      fc.property(
        fc.array(fc.nat(5), { minLength: 1, maxLength: 8 }),
        fc.boolean(),
        fc.array(step),
        (which, any, steps) => {
          const drivers = separateFences(6);
          const members = which.map((index) => drivers[index]!);
          const array = fenceArray(fencesOf(members), { any });
          const done = (): boolean => {
            const states = members.map(({ fence }) => fence.state === "signalled");
            return any ? states.some(Boolean) : states.every(Boolean);
          };
          let [runs, registered] = [0, 0];
          const live: Registration[] = [];
          for (const { kind, at } of steps) {
            if (kind === "signal") drivers[at % 6]!.signal();
            else if (kind === "fail") drivers[at % 6]!.fail(errno.EIO);
            else if (kind === "ask") expect(array.signalled).toBe(done());
            else if (kind === "cancel") registered -= live.pop()?.cancel() === true ? 1 : 0;
            else {
              const registration = Registration.post({ postMessage: () => runs++ });
              if (array.register(registration) === "registered") {
                live.push(registration);
                registered++;
              } else expect(done()).toBe(true);
            }
            // Where somebody waits it has signalled as soon as it is due; and nobody hears of it twice, or too early.
            expect(runs).toBe(done() ? registered : 0);
            if (array.state === "signalled") expect(done()).toBe(true);
          }
          for (const driver of drivers) driver.signal();
          expect([array.signalled, runs]).toEqual([true, registered]);
          const failed = members.some(({ fence }) => fence.error !== 0);
          if (!any) expect(array.failure() !== undefined).toBe(failed);
          for (const { fence } of drivers) expect(fence._registrations).toBeNull();
        },
      ),
      { numRuns: 500 },
    );
  });

  it("a stub among the members changes nothing", () => {
    const [one] = separateFences(1);
    const array = fenceArray([stubFence(), one!.fence]);
    expect(array).toBeInstanceOf(FenceArray);
    array.register(noting([], ""));
    one!.signal();
    expect(array.state).toBe("signalled");
  });
});
