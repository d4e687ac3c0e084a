/** Cycles among fences, as a program makes them. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Registration } from "../../../src/fence/registration.ts";
import { Timeline } from "../../../src/fence/timeline.ts";
import { submit } from "../../../src/queue/submission.ts";
import { disableLockdep, enableLockdep } from "../../../src/signalling/lockdep/lockdep.ts";
import type { Lockdep } from "../../../src/signalling/lockdep/lockdep.ts";
import { bench } from "../../support/bench.ts";
import { thrownBy } from "../../support/notes.ts";

let lockdep: Lockdep;
beforeEach(() => {
  disableLockdep();
  lockdep = enableLockdep();
});
afterEach(disableLockdep);
const rules = (): readonly string[] => lockdep.takeReports().map(({ rule }) => rule);
const owed = (name: string) => new Timeline(name).fence();

describe("a registration that signals", () => {
  it("closes a ring with another that is there", () => {
    const [a, b] = [owed("a"), owed("b")];
    a.fence.register(Registration.signal(b));
    b.fence.register(Registration.signal(a));
    expect(rules()).toEqual(["fence-cycle"]);
  });

  it("bug: closes none with another that was taken back", () => {
    const [a, b, c] = [owed("a"), owed("b"), owed("c")];
    const taken = Registration.signal(b);
    a.fence.register(taken);
    taken.cancel();
    b.fence.register(Registration.signal(a));
    expect(rules()).toEqual([]);
    c.fence.register(taken);
    a.fence.register(Registration.signal(c));
    expect(rules()).toEqual(["fence-cycle"]); // b -> c -> a -> b: it is there again, elsewhere.
  });

  it("bug: that its issuer has put elsewhere meanwhile is there, and not here (F21)", () => {
    const [elsewhere, b] = [owed("elsewhere"), owed("b")];
    const registration = Registration.signal(b);
    const asked = new Timeline("asked").fence({
      enableSignalling: () => elsewhere.fence.register(registration) === "registered",
    });
    expect(thrownBy(() => asked.fence.register(registration)).code).toBe("EINVAL");
    b.fence.register(Registration.signal(asked));
    expect(rules()).toEqual([]);
    b.fence.register(Registration.signal(elsewhere));
    expect(rules()).toEqual(["fence-cycle"]);
  });
});

it("bug: a job's start waits for what the job waits for: it can't be what signals that", () => {
  const { ring } = bench();
  const gate = owed("gate");
  const job = ring.queue("q").job({ label: "late" }).after(gate.fence);
  const { started } = job;
  submit(job);
  started.register(Registration.signal(gate));
  expect(rules()).toEqual(["fence-cycle"]);
});
