/** What failed in a chain is told, and who gives up on one leaves nothing behind. */
import { describe, expect, it } from "vitest";
import { errno } from "../../src/errors.ts";
import { fenceArray } from "../../src/fence/array.ts";
import { chainFence } from "../../src/fence/chain.ts";
import { Registration } from "../../src/fence/registration.ts";
import { Timeline } from "../../src/fence/timeline.ts";
import { noteAll, noting } from "../support/notes.ts";
import { platform, chainOf, pointsFrom } from "../support/chains.ts";

describe("failures in a chain", () => {
  it("CH7: are no error of the node; Q32: the first is told of, and so is its point's fence", () => {
    const { drivers, nodes, head } = chainOf(3);
    head.register(noting([], ""));
    drivers[1]!.fail(errno.ENODEV, new Error("unplugged"));
    drivers[2]!.fail(errno.EIO);
    expect([head.firstFailure()?.code, nodes[0]!.firstFailure()]).toEqual(["ENODEV", undefined]);
    expect(head.failure()).toBeUndefined();
    drivers[0]!.signal();
    expect([head.status, head.error]).toEqual([1, 0]);
    expect(head.failure()).toMatchObject({
      code: "ENODEV",
      cause: { timeline: "t2", cause: { message: "unplugged" } },
    });
    expect(nodes[0]!.signalled && nodes[0]!.failure()).toBeUndefined();
  });

  it("Q32: are still known when their points have been dropped, the oldest first", () => {
    const { drivers, nodes, head } = chainOf(5);
    drivers[3]!.fail(errno.ETIME);
    expect(pointsFrom(head)).toEqual([5n, 3n, 2n, 1n]);
    expect(head.firstFailure()?.code).toBe("ETIME");
    drivers[1]!.fail(errno.EIO);
    expect(pointsFrom(nodes[2]!)).toEqual([3n, 1n]);
    expect(head.firstFailure()?.code).toBe("EIO");
    drivers[2]!.signal();
    expect(pointsFrom(head)).toEqual([5n, 1n]);
    expect([head.firstFailure()?.code, nodes[2]!.firstFailure()?.code]).toEqual(["EIO", "EIO"]);
    drivers[0]!.fail(errno.ENODEV);
    expect(head.firstFailure()?.code).toBe("ENODEV");
    expect(pointsFrom(head)).toEqual([5n]);
    expect(head.firstFailure()?.code).toBe("ENODEV");
  });

  it("F9: are none before the signal, though the error may be stored", () => {
    const { drivers, head } = chainOf(1);
    drivers[0]!.setError(errno.EIO);
    expect(head.firstFailure()).toBeUndefined();
    drivers[0]!.signal();
    expect(head.firstFailure()?.code).toBe("EIO");
  });

  it("Q32: also of a plain fence at the end, and of a member of a point's array that nobody waited for", () => {
    const [end, a, b] = ["end", "a", "b"].map((name) => new Timeline(name, { platform }).fence());
    const head = chainFence(end!.fence, fenceArray([a!.fence, b!.fence]), 1n);
    a!.signal();
    b!.fail(errno.EIO);
    expect([head.signalled, head.contained.signalled, head.firstFailure()?.timeline]).toEqual([false, true, "b"]);
    end!.fail(errno.ENODEV);
    expect([head.signalled, head.failure()?.code]).toEqual([true, "ENODEV"]);
  });

  it("end a wait, which is for people", async () => {
    const { drivers, head } = chainOf(2);
    const wait = head.wait();
    drivers[0]!.fail(errno.EIO);
    drivers[1]!.signal();
    await expect(wait).rejects.toMatchObject({ code: "EIO" });
    await expect(head.wait()).rejects.toMatchObject({ code: "EIO" });
    expect(head.status).toBe(1);
  });
});

describe("giving up on a chain", () => {
  it("leaves no registration behind, and who comes back is served", async () => {
    const { drivers, head } = chainOf(2);
    const wait = head.wait({ timeout: 1 });
    platform.run(platform.now() + 2);
    await expect(wait).rejects.toMatchObject({ code: "ETIMEDOUT" });
    expect(drivers.map(({ fence }) => fence._registrations)).toEqual([null, null]);
    const ran = noteAll([head]);
    drivers.forEach((each) => each.signal());
    expect(ran).toEqual(["unbound:2"]);
  });

  it("between a point's signal and the next registration, another may come and stay", () => {
    const { drivers, head } = chainOf(2);
    const ran: string[] = [];
    const gone = noting(ran, "gone");
    head.register(gone);
    const change = (): void => {
      gone.cancel();
      head.register(noting(ran, "stays"));
      drivers[0]!.fence.register(noting(ran, "beside it"));
    };
    drivers[1]!.fence.register(Registration.post({ postMessage: change }));
    drivers[1]!.signal();
    expect(ran).toEqual([]);
    drivers[0]!.signal();
    expect([ran, head.state]).toEqual([["beside it", "stays"], "signalled"]);
  });

  it("between a point's signal and the next registration, nothing is watched any more", () => {
    const { drivers, head } = chainOf(2);
    const gone = noting([], "");
    head.register(gone);
    drivers[1]!.fence.register(Registration.post({ postMessage: () => void gone.cancel() }));
    drivers[1]!.signal();
    expect([drivers[0]!.fence._registrations, drivers[0]!.fence.enabled]).toEqual([null, false]);
  });
});
