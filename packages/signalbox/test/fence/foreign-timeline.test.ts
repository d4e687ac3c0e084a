import { describe, expect, it } from "vitest";
import { errno } from "../../src/errors.ts";
import type { Fence } from "../../src/fence/fence.ts";
import { ForeignTimeline } from "../../src/fence/foreign-timeline.ts";
import { isLater } from "../../src/fence/order.ts";
import { Registration } from "../../src/fence/registration.ts";
import { Timeline } from "../../src/fence/timeline.ts";
import { SimPlatform } from "../../src/platform/simulated.ts";
import { noteAll, thrownBy, traced } from "../support/notes.ts";

const platform = new SimPlatform({ auto: false });
const foreign = () => new ForeignTimeline("remote", { platform, driver: "socket" });

describe("a foreign timeline", () => {
  it("makes fences of whatever seqno, each with the context's id and names", () => {
    const t = foreign();
    const fences = [7, 3, 3, 2n ** 64n - 1n, 0].map((seqno) => t.fence(seqno).fence);
    expect(fences.map(({ point }) => point)).toEqual([7n, 3n, 3n, 2n ** 64n - 1n, 0n]);
    expect(new Set(fences.map(({ context }) => context))).toEqual(new Set([t.context]));
    expect(new Set(fences.map((f) => `${f.driverName} ${f.timelineName} ${f.kind}`))).toEqual(
      new Set([`socket ${t.name} plain`]),
    );
    expect(foreign().context).not.toBe(t.context);
  });

  it("F4: refuses a seqno outside u64, and a number that can't be exact", () => {
    for (const seqno of [-1, -1n, 0.5, 2 ** 53, Number.NaN, 2n ** 64n]) {
      const error = thrownBy(() => foreign().fence(seqno));
      expect(error).toBeInstanceOf(RangeError);
      expect(error.message).toContain(String(seqno));
    }
  });

  it("F4: neighbours that one number would stand for are told apart, in messages too", () => {
    const t = foreign();
    const [one, two] = [t.fence(2n ** 60n), t.fence(2n ** 60n + 1n)];
    expect([one.fence.seqno === two.fence.seqno, isLater(two.fence, one.fence)]).toEqual([true, true]);
    two.fail(errno.EIO);
    expect(two.fence.failure()?.message).toContain(`remote:${2n ** 60n + 1n}`);
  });

  it("signals in whatever order it is told to", () => {
    const t = foreign();
    const drivers = [1, 2, 3].map((seqno) => t.fence(seqno));
    const ran = noteAll(drivers.map(({ fence }) => fence));
    drivers[2]!.signal();
    drivers[0]!.fail(errno.EIO);
    expect([drivers[1]!.signal(), drivers[1]!.signal(), drivers[0]!.signal()]).toEqual([true, false, false]);
    expect(ran).toEqual(["remote:3", `remote:1 ${errno.EIO}`, "remote:2"]);
  });

  it("a registration of another fence signals one of its fences at once, with that one's error", () => {
    const source = new Timeline("source", { platform }).fence();
    const [, two] = [foreign().fence(1), foreign().fence(2)];
    source.fence.register(Registration.signal(two));
    source.fail(errno.EIO);
    expect(two.fence.status).toBe(errno.EIO);
  });

  it("F16, F20, F28: its fences may have issuers that can be asked and told", () => {
    for (const seqno of [1n, 2n ** 63n]) {
      const told: string[] = [];
      const one = foreign().fence(seqno, {
        poll: () => told.length > 1,
        enableSignalling: () => told.push("enable") > 0,
        setDeadline: (_, time) => void told.push(`deadline ${time}`),
      });
      const ran = noteAll([one.fence]);
      one.fence.setDeadline(5);
      expect([told, one.fence.signalled, ran.length]).toEqual([["enable", "deadline 5"], true, 1]);
    }
  });

  it("is told to the trace", () => {
    const seen: Fence[] = [];
    const fence = traced({ fenceCreated: (each) => void seen.push(each) }, () => foreign().fence(1).fence);
    expect(seen).toEqual([fence]);
  });
});
