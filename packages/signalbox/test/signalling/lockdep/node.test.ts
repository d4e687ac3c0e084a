import { afterAll, expect, it } from "vitest";
import { disableLockdep, enableLockdep } from "../../../src/signalling/lockdep/lockdep.ts";

afterAll(() => {
  delete process.env["SIGNALBOX_LOCKDEP"];
});

it("in Node an environment variable turns the validator on, and reports are warnings of the process", async () => {
  process.env["SIGNALBOX_LOCKDEP"] = "1";
  disableLockdep(); // That of this test.
  await import("../../../src/signalling/lockdep/index.node.ts");
  const lockdep = enableLockdep();
  const warned = new Promise<Error>((resolve) => process.once("warning", resolve));
  lockdep._validator.entered("delivery", null);
  lockdep._validator.submits();
  lockdep._validator.left("delivery");
  const warning = await warned;
  expect([warning.name, (warning as Error & { code?: string }).code]).toEqual(["SignalboxLockdep", "section-submit"]);
  expect(warning.message).toContain("docs/rules/section-submit.md");
  disableLockdep();
});
