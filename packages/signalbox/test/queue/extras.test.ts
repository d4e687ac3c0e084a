import { describe, expect, it } from "vitest";
import { fenceArray } from "../../src/fence/array.ts";
import { submission, submit } from "../../src/queue/submission.ts";
import { Reservation } from "../../src/sync/reservation/reservation.ts";
import { SyncObject } from "../../src/sync/sync-object.ts";
import { bench, jobs } from "../support/bench.ts";

describe("the extras of a job", () => {
  it("are not there for a job that has fences, jobs and arrays to wait for, and no more", () => {
    const { ring, gates } = bench();
    const [first] = jobs(ring.queue("x"), "first");
    const array = fenceArray([gates.fence().fence, gates.fence().fence]);
    const job = ring.queue("y").job({ cost: 1, label: "job", after: [first!, gates.fence().fence, array] });
    expect(job._extras).toBe(null);
    submit(first!, job);
    expect(job._extras).toBe(null);
  });

  it("are let go of when the job is published, and all but the start's fence when there is one", () => {
    const { ring, gates } = bench();
    const object = new SyncObject();
    object.replace(gates.fence().fence);
    const queue = ring.queue("q");
    const make = () => queue.job({ after: object.at(), signals: object.at(1n), writes: [new Reservation()] });
    const [plain, asked] = [make(), make()];
    const slot = asked.reserveSlot();
    const { started } = asked;
    submission((section) => {
      section.fill(slot, gates.fence().fence);
      const armed = [plain, asked].map((job) => section.arm(job));
      for (const job of armed) section.push(job);
    });
    expect(plain._extras).toBe(null);
    expect(asked._extras).toEqual({
      sources: [],
      slots: [],
      signals: [],
      uses: [],
      found: [],
      started,
      retries: 0,
      carries: false,
      arming: false,
    });
    expect(slot._fences).toBe(null);
  });
});
