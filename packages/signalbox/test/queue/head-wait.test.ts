import { describe, expect, it } from "vitest";
import { Registration } from "../../src/fence/registration.ts";
import { Timeline } from "../../src/fence/timeline.ts";
import { submit } from "../../src/queue/submission.ts";
import { SyncObject } from "../../src/sync/sync-object.ts";
import { bench, jobs } from "../support/bench.ts";

describe("promise 4: a head that is pushed and not looked at yet", () => {
  it("isn't started when an issuer that is told of another head's wait completes the job before it", () => {
    const { ring, driver, gates, work } = bench();
    const [x, y] = [ring.queue("x"), ring.queue("y")];
    const [running] = jobs(y, "running");
    submit(running!);
    work();
    const told = gates.fence({
      enableSignalling: () => {
        driver.complete(running);
        return true;
      },
    });
    const never = new Timeline("never").fence();
    submit(...jobs(x, "first", { after: told.fence }), ...jobs(y, "second", { after: never.fence }));
    work();
    expect([running!.signalled, driver.called("run")]).toEqual([true, ["running"]]);
    never.signal();
    work();
    expect(driver.called("run")).toEqual(["running", "second"]);
  });

  it("isn't started when what a mate signals at a sync object completes the job before it", () => {
    const { ring, driver, gates, work } = bench();
    const [x, y] = [ring.queue("x"), ring.queue("y")];
    const hardware = gates.fence();
    submit(y.job({ label: "running", run: hardware.fence }));
    work();
    const object = new SyncObject();
    object.notify(Registration.signal(hardware), 0n, { available: true });
    const never = new Timeline("never").fence();
    submit(x.job({ label: "first", signals: object.at() }), y.job({ label: "second", after: never.fence }));
    expect(hardware.fence.signalled).toBe(true);
    work();
    expect(driver.called("run")).toEqual(["running", "first"]);
    never.signal();
    work();
    expect(driver.called("run")).toEqual(["running", "first", "second"]);
  });
});
