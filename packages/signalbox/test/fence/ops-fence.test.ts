import { describe, expect, it } from "vitest";
import { errno } from "../../src/errors.ts";
import type { DriverFence } from "../../src/fence/driver-fence.ts";
import type { FenceOps } from "../../src/fence/ops-fence.ts";
import { Registration } from "../../src/fence/registration.ts";
import { Timeline } from "../../src/fence/timeline.ts";
import { SimPlatform } from "../../src/platform/simulated.ts";
import { noteAll, noting } from "../support/notes.ts";

const platform = new SimPlatform({ auto: false });

/** A timeline of a device that has done everything up to `done`, and says so only when asked. */
function askedDevice(name = "device") {
  const timeline = new Timeline(name, { platform });
  const device = {
    done: 0,
    asked: 0,
    fence: (more: FenceOps = {}): DriverFence =>
      timeline.fence({
        poll: (fence) => {
          device.asked++;
          return device.done >= fence.seqno;
        },
        ...more,
      }),
    timeline,
  };
  return device;
}

describe("an issuer that can be asked", () => {
  it("F16: the answer yes makes the question the signal", () => {
    const device = askedDevice();
    const one = device.fence();
    const ran = noteAll([one.fence]);
    expect([one.fence.signalled, one.fence.status]).toEqual([false, 0]);
    device.done = 1;
    expect(one.fence.state).toBe("published");
    expect([one.fence.signalled, one.fence.state, ran]).toEqual([true, "signalled", ["device:1"]]);
  });

  it("F10, F16: `status` asks, `error` and `state` don't", () => {
    const device = askedDevice();
    const one = device.fence();
    device.done = 1;
    expect([one.fence.error, one.fence.state, device.asked]).toEqual([0, "published", 0]);
    expect([one.fence.status, device.asked]).toEqual([1, 1]);
  });

  it("F16: a signalled fence is not asked again", () => {
    const device = askedDevice();
    const one = device.fence();
    device.done = 1;
    for (let count = 0; count < 3; count++) expect(one.fence.signalled).toBe(true);
    expect(device.asked).toBe(1);
  });

  it("F19: registering doesn't ask: the registration runs when somebody does", () => {
    const device = askedDevice();
    const one = device.fence();
    const ran: string[] = [];
    device.done = 1;
    expect([one.fence.register(noting(ran, "ran")), ran, device.asked]).toEqual(["registered", [], 0]);
    expect([one.fence.signalled, ran]).toEqual([true, ["ran"]]);
  });

  it("waiting asks first", async () => {
    const device = askedDevice();
    const one = device.fence();
    device.done = 1;
    await one.fence.wait({ timeout: 0 });
    expect(one.fence.timestamp).toBe(platform.now());
  });

  it("promise 2: a device that is past a fence is past those before it: they signal first", () => {
    const device = askedDevice();
    const fences = [device.fence(), device.fence(), device.fence(), device.fence()];
    const ran = noteAll(fences.map(({ fence }) => fence));
    device.done = 3;
    expect(fences[2]!.fence.signalled).toBe(true);
    expect(ran).toEqual(["device:1", "device:2", "device:3"]);
  });

  it("promise 2: a fence that is done before one that can't be asked waits for its turn", () => {
    const device = askedDevice();
    const plain = device.timeline.fence();
    const asked = device.fence();
    device.done = 2;
    expect([asked.fence.signalled, plain.fence.signalled]).toEqual([false, false]);
    plain.fail(errno.EIO);
    expect([asked.fence.status, plain.fence.status]).toEqual([1, errno.EIO]);
  });

  it("promise 1: a fence that waits for its turn asks those before it again whenever it is asked", () => {
    const done = new Set<number>();
    const timeline = new Timeline("t", { platform });
    const [one, two] = [0, 1].map(() => timeline.fence({ poll: (fence) => done.has(fence.seqno) }));
    done.add(2);
    expect([one!.fence.state, two!.fence.signalled]).toEqual(["published", false]);
    done.add(1);
    expect([two!.fence.signalled, one!.fence.state]).toEqual([true, "signalled"]);
  });

  it("an issuer that signals while it is asked, and answers no, has answered yes", () => {
    const timeline = new Timeline("t", { platform });
    const fences: DriverFence[] = [];
    const ops: FenceOps = {
      poll: () => {
        timeline.signalThrough(3);
        return false;
      },
    };
    for (let count = 0; count < 3; count++) fences.push(timeline.fence(ops));
    const ran: string[] = [];
    expect(fences[2]!.fence.signalled).toBe(true);
    expect(fences[2]!.fence.register(noting(ran, "late"))).toBe("signalled");
    expect(fences.map(({ fence }) => fence.status)).toEqual([1, 1, 1]);
    expect(ran).toEqual([]);
    for (const answer of [false, true]) {
      const one: DriverFence = new Timeline("one", { platform }).fence({ poll: () => one.signal() && answer });
      expect([one.fence.signalled, one.fence.status]).toEqual([true, 1]);
    }
  });

  it("signals from outside still work, and later questions don't reach the issuer", () => {
    const device = askedDevice();
    const fences = [device.fence(), device.fence()];
    fences[0]!.signal();
    device.timeline.close();
    expect([fences[0]!.fence.status, fences[1]!.fence.status, device.asked]).toEqual([1, errno.ENOENT, 0]);
  });
});

describe("an issuer that is told of waits", () => {
  it("F20: is told once, at the first registration or wait", async () => {
    const told: string[] = [];
    const timeline = new Timeline("t", { platform });
    const one = timeline.fence({ enableSignalling: (fence) => told.push(`${fence.seqno}`) > 0 });
    expect(one.fence.signalled).toBe(false);
    expect(told).toEqual([]);
    one.fence.register(noting([], ""));
    one.fence.register(noting([], ""));
    const wait = one.fence.wait();
    expect(told).toEqual(["1"]);
    one.signal();
    await wait;
  });

  it("F20: its answer no signals the fence there and then; who was registered before runs, who registers is too late", () => {
    const timeline = new Timeline("t", { platform });
    const one = timeline.fence({ enableSignalling: () => false });
    const ran: string[] = [];
    const late = noting(ran, "late");
    expect([one.fence.register(late), one.fence.status, late.registered, ran]).toEqual(["signalled", 1, false, []]);
  });

  it("F20: promise 2: the answer no counts in the timeline's turn", () => {
    const timeline = new Timeline("t", { platform });
    const one = timeline.fence();
    const two = timeline.fence({ enableSignalling: () => false });
    const ran: string[] = [];
    expect(two.fence.register(noting(ran, "two"))).toBe("registered");
    one.fence.register(noting(ran, "one"));
    one.signal();
    expect([two.fence.status, ran]).toEqual([1, ["one", "two"]]);
  });

  it("F20: a wait on a fence that turns out to be signalled ends at once", async () => {
    const timeline = new Timeline("t", { platform });
    const ops: FenceOps = { enableSignalling: () => false };
    await timeline.fence(ops).fence.wait();
    await timeline.fence(ops).fence.wait({ timeout: 1000 });
    expect(platform.idle).toBe(true);
  });

  it("an issuer that signals the fence while it is told, and answers yes, strands nobody", async () => {
    const timeline = new Timeline("t", { platform });
    const one: DriverFence = timeline.fence({ enableSignalling: () => one.signal() });
    const two: DriverFence = timeline.fence({ enableSignalling: () => two.fail(errno.EIO) });
    expect(one.fence.register(Registration.post({ postMessage: () => {} }))).toBe("signalled");
    await expect(two.fence.wait()).rejects.toMatchObject({ code: "EIO" });
  });
});

describe("telling an issuer without a registration", () => {
  it("F20: tells it once, and whoever comes later doesn't", () => {
    const told: number[] = [];
    const one = new Timeline("t", { platform }).fence({ enableSignalling: (fence) => told.push(fence.seqno) > 0 });
    expect([one.fence.enabled, one.fence.enableSignalling(), one.fence.enabled]).toEqual([false, true, true]);
    one.fence.register(noting([], ""));
    expect([one.fence.enableSignalling(), told]).toEqual([true, [1]]);
    one.signal();
  });

  it("F20: the answer no signals the fence, and a signalled fence is not told of", () => {
    const told: number[] = [];
    const timeline = new Timeline("t", { platform });
    const ops: FenceOps = { enableSignalling: (fence) => told.push(fence.seqno) === 0 };
    const [one, two] = [timeline.fence(ops), timeline.fence(ops)];
    expect([one.fence.enableSignalling(), one.fence.status, told]).toEqual([false, 1, [1]]);
    two.signal();
    expect([two.fence.enabled, two.fence.enableSignalling(), two.fence.enabled, told]).toEqual([
      false,
      false,
      true,
      [1],
    ]);
  });
});

describe("an issuer that takes hints", () => {
  it("F28: is told the time, and nothing more once the fence has signalled", () => {
    const told: number[] = [];
    const timeline = new Timeline("t", { platform });
    const one = timeline.fence({ setDeadline: (_, time) => void told.push(time) });
    one.fence.setDeadline(30);
    one.fence.setDeadline(20);
    one.signal();
    one.fence.setDeadline(10);
    expect(told).toEqual([30, 20]);
  });

  it("F28: is told nothing of a fence that turns out to be signalled", () => {
    const told: number[] = [];
    const device = askedDevice();
    const one = device.fence({ setDeadline: (_, time) => void told.push(time) });
    device.done = 1;
    one.fence.setDeadline(30);
    expect([told, one.fence.state]).toEqual([[], "signalled"]);
  });
});

describe("an issuer that throws", () => {
  const wrong = (): never => {
    throw new Error("a broken issuer");
  };

  it("when asked has no news: who asked goes on, and the error is heard of", () => {
    const one = new Timeline("t", { platform }).fence({ poll: wrong });
    expect(one.fence.signalled).toBe(false);
    expect(() => platform.run(platform.now())).toThrow("a broken issuer");
    one.signal();
  });

  it("when told of a wait: the wait goes on, and the error is heard of", () => {
    const one = new Timeline("t", { platform }).fence({ enableSignalling: wrong });
    const ran: string[] = [];
    expect(one.fence.register(noting(ran, "ran"))).toBe("registered");
    expect(() => platform.run(platform.now())).toThrow("a broken issuer");
    one.signal();
    expect(ran).toEqual(["ran"]);
  });

  it("when told of a deadline: it was only a hint", () => {
    const one = new Timeline("t", { platform }).fence({ setDeadline: wrong });
    one.fence.setDeadline(5);
    expect(() => platform.run(platform.now())).toThrow("a broken issuer");
  });
});
