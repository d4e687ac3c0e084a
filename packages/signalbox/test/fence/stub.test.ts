import { describe, expect, it } from "vitest";
import { stubFence } from "../../src/fence/stub.ts";
import type { Registration } from "../../src/fence/registration.ts";
import { noting } from "../support/notes.ts";

describe("a stub fence", () => {
  it("F32: has signalled when it is born, without an error", async () => {
    const stub = stubFence();
    expect([stub.kind, stub.state, stub.status, stub.failure()]).toEqual(["stub", "signalled", 1, undefined]);
    expect(stub.timestamp).toBeTypeOf("number");
    await stub.wait({ timeout: 0 });
  });

  it("F32: without a timestamp it is one object for all", () => {
    expect(stubFence()).toBe(stubFence());
  });

  it("F32: with a timestamp it is a private object that has it", () => {
    const [a, b] = [stubFence(7), stubFence(7)];
    expect(a).not.toBe(b);
    expect([a.timestamp, b.timestamp, a.status]).toEqual([7, 7, 1]);
    expect(stubFence()).not.toBe(a);
  });

  it("F20, F32: counts as enabled from its birth", () => {
    expect([stubFence().enabled, stubFence(7).enabled, stubFence().enableSignalling()]).toEqual([true, true, false]);
  });

  it("F19: takes no registration: it is too late, and the registration never runs", () => {
    const ran: string[] = [];
    const late: Registration = noting(ran, "ran");
    expect(stubFence().register(late)).toBe("signalled");
    expect([late.registered, late.cancel(), ran]).toEqual([false, false, []]);
  });
});
