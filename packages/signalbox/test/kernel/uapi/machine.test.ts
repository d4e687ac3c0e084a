import { describe, expect, it } from "vitest";
import { ForeignTimeline } from "../../../src/fence/foreign-timeline.ts";
import { mergeFences } from "../../../src/fence/merge.ts";
import { Registration } from "../../../src/fence/registration.ts";
import type { Args } from "../format.ts";
import { UapiMachine } from "./machine.ts";

describe("the adapter of the user-space operations", () => {
  it("knows its own operations only", () => {
    const machine = new UapiMachine();
    expect(["create", "twait", "finfo", "vattach", "poll", "async", "kill"].every((op) => machine.handles(op))).toBe(
      true,
    );
    expect(["k.fence", "toString", ""].some((op) => machine.handles(op))).toBe(false);
  });

  it("a name that was never bound, or was closed, is descriptor -1 and handle 2^32 - 1", async () => {
    const machine = new UapiMachine();
    expect(machine.step("create", { flags: 2 }, "a")).toEqual({ ret: -1, errno: "EINVAL", out: {} });
    expect(machine.step("destroy", { h: "a" })).toMatchObject({ errno: "EINVAL" });
    expect(machine.step("finfo", { fd: "a" })).toMatchObject({ errno: "EBADF" });
    await machine.step("swnew", {}, "t");
    expect(machine.step("close", { fd: "t" })).toEqual({ ret: 0, out: {} });
    expect(machine.step("swinc", { t: "t", v: 1 })).toMatchObject({ errno: "EBADF" });
  });

  it("duplicates share a file, which ends with the last of them", async () => {
    const machine = new UapiMachine();
    await machine.step("swnew", {}, "t");
    await machine.step("swfence", { t: "t", v: 1 }, "f");
    await machine.step("dup", { fd: "t" }, "u");
    await machine.step("close", { fd: "t" });
    expect(await machine.step("poll", { fd: "f" })).toMatchObject({ ret: 0 });
    await machine.step("close", { fd: "u" });
    expect(await machine.step("poll", { fd: "f" })).toMatchObject({ ret: 1 });
  });

  it("time passes when a step takes time, and costs none", async () => {
    const machine = new UapiMachine();
    await machine.step("create", {}, "a");
    const waiting: Args = { n: "w", run: "wait", hs: ["a"], flags: 2, timeout: "rel:86400000000000" };
    expect(await machine.step("async", waiting)).toMatchObject({ out: { blocked: true } });
    expect(await machine.step("join", { n: "w" })).toMatchObject({ errno: "ETIME" });
  });

  it("vgem signals a fence itself after 10 s", async () => {
    const machine = new UapiMachine();
    await machine.step("bufnew", {}, "h");
    await machine.step("vattach", { h: "h", flags: 1 }, "w");
    expect(machine.step("vattach", { h: "h" })).toMatchObject({ errno: "EBUSY" });
    await machine.step("sleep", { ms: 10_000 });
    expect(machine.step("vattach", { h: "h" })).toMatchObject({ ret: 0 });
    expect(machine.step("vsignal", { f: "w" })).toMatchObject({ errno: "ETIMEDOUT" });
  });

  it("a step that nothing would ever wake up is a failure, and no hang", async () => {
    const machine = new UapiMachine();
    await machine.step("create", {}, "a");
    const blocked = machine.step("wait", { hs: ["a"], flags: 2, timeout: "max" });
    await expect(blocked).rejects.toThrow("nothing is left that would ever wake it up");
  });

  it("containers are held back between steps, and never beyond the sequence", async () => {
    const machine = new UapiMachine();
    await machine.step("swnew", {}, "t");
    const fences = ["a", "b"].map((name) => new ForeignTimeline(name).fence(1));
    const both = mergeFences(fences.map(({ fence }) => fence));
    let told = 0;
    both.register(Registration.post({ postMessage: () => (told += 1) }));
    for (const fence of fences) fence.signal();
    expect([both.state, told]).toEqual(["published", 0]);
    expect(new UapiMachine().handles("create")).toBe(true);
    expect([both.state, told]).toEqual(["signalled", 1]);
  });
});
