import { afterEach, describe, expect, it } from "vitest";
import { hooks } from "../src/hooks.ts";
import type { Tracer } from "../src/hooks.ts";
import { PassingTracer } from "../src/passing-tracer.ts";

const before = hooks.tracer;
afterEach(() => {
  hooks.tracer = before;
});

const members = Object.getOwnPropertyNames(PassingTracer.prototype).filter((name) => name !== "constructor");

/** Calls a member with as many things as it takes; answers them. */
function call(tracer: PassingTracer, member: string): readonly object[] {
  const body = tracer[member as keyof PassingTracer] as (...args: readonly object[]) => void;
  const args = Array.from({ length: body.length }, () => ({}));
  body.apply(tracer, args);
  return args;
}

describe("a tracer that passes on", () => {
  it("hands everything to the tracer that was there when it was made", () => {
    const heard: [string, ...object[]][] = [];
    const listening = new Proxy(
      {},
      {
        get:
          (_, name) =>
          (...args: object[]) =>
            void heard.push([String(name), ...args]),
      },
    );
    hooks.tracer = listening as Tracer;
    const tracer = new PassingTracer();
    hooks.tracer = null;
    const told = members.map((member) => [member, ...call(tracer, member)]);
    expect(members).toContain("jobPushed");
    expect(heard).toEqual(told);
    expect(heard.every(([, ...args], index) => args.every((each, place) => each === told[index]?.[place + 1]))).toBe(
      true,
    );
  });

  it("is content where there was none", () => {
    hooks.tracer = null;
    const tracer = new PassingTracer();
    for (const member of members) expect(() => call(tracer, member)).not.toThrow();
  });
});
