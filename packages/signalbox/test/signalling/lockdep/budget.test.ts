/** The limit that every test in Node has for registrations: by the time that the thread has a core. */
import { describe, expect, test } from "vitest";
import { Registration } from "../../../src/fence/registration.ts";
import { Timeline } from "../../../src/fence/timeline.ts";
import { coreTime } from "../../support/core-time.ts";
import { reported } from "../../support/reports.ts";

function postTo(postMessage: () => void): void {
  const owed = new Timeline("budget").fence();
  owed.fence.register(Registration.post({ postMessage }));
  owed.signal();
}

describe.skipIf(coreTime === undefined)("the validator of each test", () => {
  test("reports a registration that keeps the core for long", () => {
    const now = coreTime!;
    postTo(() => {
      for (const began = now(); now() - began < 80;);
    });
    expect(reported()).toEqual(["registration-budget"]);
  });

  test("has nothing against one whose thread has no core for long, as on a busy machine", () => {
    postTo(() => {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 150);
    });
    expect(reported()).toEqual([]);
  });
});
