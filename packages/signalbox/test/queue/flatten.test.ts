import { describe, expect, it } from "vitest";
import { errno } from "../../src/errors.ts";
import { fenceArray } from "../../src/fence/array.ts";
import { chainFence } from "../../src/fence/chain.ts";
import type { FenceChain } from "../../src/fence/chain.ts";
import type { Fence } from "../../src/fence/fence.ts";
import { Timeline } from "../../src/fence/timeline.ts";
import { submit } from "../../src/queue/submission.ts";
import { bench } from "../support/bench.ts";
import type { Bench } from "../support/bench.ts";
import { nameOf, thrownBy, traced } from "../support/notes.ts";
import type { AnyJob } from "../support/manual-driver.ts";

/** A job after these, submitted; and what it waits for. */
function waiting(one: Bench, ...after: Fence[]): { job: AnyJob; found: string[] } {
  const job = one.ring
    .queue("q")
    .job({ label: "job" })
    .after(...after);
  const found: string[] = [];
  traced({ jobDependency: (_, fence) => void found.push(nameOf(fence)) }, () => submit(job));
  return { job, found };
}

/** Fences "a:1", "b:1" and so on, each of a timeline of that name. */
function fences(names: string) {
  return names.split(" ").map((name) => new Timeline(name).fence());
}

describe("Q18: a container as a dependency", () => {
  it("an array of all is its members, with the dedup of after(): nothing waits for the array", () => {
    const one = bench();
    const [first, second] = [one.gates.fence(), one.gates.fence()];
    const [a, b] = fences("a b");
    const { job, found } = waiting(one, second.fence, fenceArray([a!.fence, first.fence, b!.fence]));
    expect(found).toEqual(["gate:2", "a:1", "b:1"]);
    for (const fence of [a!, b!, first, second]) fence.signal();
    one.work();
    expect(job.stage).toBe("running");
  });

  it("arrays in arrays and chains in arrays are unwrapped too", () => {
    const one = bench();
    const [a, b, c, d] = fences("a b c d").map(({ fence }) => fence);
    const inner = fenceArray([a!, chainFence(chainFence(null, b!, 1n), c!, 2n)], { nested: "keep" });
    const { found } = waiting(one, fenceArray([inner, d!], { nested: "keep" }));
    expect(found.sort()).toEqual(["a:1", "b:1", "c:1", "d:1"]);
    const [e, f] = fences("e f").map(({ fence }) => fence);
    expect(waiting(one, chainFence(e!, chainFence(null, f!, 1n), 1n)).found.sort()).toEqual(["e:1", "f:1"]);
  });

  it("members that have signalled vanish, unless they failed", () => {
    const one = bench();
    const [a, b, c] = fences("a b c");
    a!.signal();
    b!.fail(errno.EIO);
    const { job, found } = waiting(one, fenceArray([a!.fence, b!.fence, c!.fence]));
    expect(found).toEqual(["b:1", "c:1"]);
    c!.signal();
    one.work();
    expect(job.error).toBe(errno.ECANCELED);
    expect(job.failure()?.message).toContain("its dependency b:1 failed");
  });

  it("an array that signals with its first member is one dependency: the first is enough", () => {
    const one = bench();
    const [a, b] = fences("a b");
    const { job, found } = waiting(one, fenceArray([a!.fence, b!.fence], { any: true }));
    expect(found).toEqual(["unbound:1"]);
    one.work();
    expect(job.stage).toBe("queued");
    b!.signal();
    one.work();
    expect(job.stage).toBe("running");
    const done = waiting(one, fenceArray([a!.fence, b!.fence], { any: true }));
    expect(done.found).toEqual([]);
  });

  it("and if its first member fails, before or after the submission, so did the dependency", () => {
    const one = bench();
    const [a, b, c] = fences("a b c");
    const pending = waiting(one, fenceArray([a!.fence, b!.fence], { any: true }));
    const early = fenceArray([a!.fence, c!.fence], { any: true });
    a!.fail(errno.EIO);
    one.work();
    // Nobody waited for this one: it has no error of its own, and its member's counts all the same (A5).
    expect(early.signalled).toBe(true);
    const late = waiting(one, early);
    one.work();
    expect([pending.job.error, late.job.error]).toEqual([errno.ECANCELED, errno.ECANCELED]);
  });

  it("a chain is its points, looked at when the job is armed: what has signalled by then is gone", () => {
    const one = bench();
    const list = fences("a b c d");
    let chain: FenceChain | null = null;
    for (const [at, { fence }] of list.entries()) chain = chainFence(chain, fence, BigInt(at + 1));
    const job = one.ring.queue("q").job({ label: "job", after: chain! });
    list[1]!.signal();
    const found: string[] = [];
    traced({ jobDependency: (_, fence) => void found.push(nameOf(fence)) }, () => submit(job));
    expect(found).toEqual(["d:1", "c:1", "a:1"]);
    for (const at of [3, 2]) list[at]!.signal();
    one.work();
    expect(job.stage).toBe("queued");
    list[0]!.signal();
    one.work();
    expect(job.stage).toBe("running");
  });

  it("a point that failed is a failed dependency while it is there; one that the chain has let go of is not", () => {
    const one = bench();
    const [a, b, c] = fences("a b c");
    const chain = chainFence(chainFence(null, a!.fence, 1n), b!.fence, 2n);
    const pending = waiting(one, chain);
    a!.fail(errno.EIO);
    b!.signal();
    one.work();
    expect(pending.job.error).toBe(errno.ECANCELED);
    const later = waiting(one, chainFence(chain, c!.fence, 3n));
    expect(later.found).toEqual(["c:1"]);
    c!.signal();
    one.work();
    expect(later.job.stage).toBe("running");
  });

  it("a rollback leaves a chain to be looked at anew", () => {
    const one = bench();
    const [a, b] = fences("a b");
    const chain = chainFence(chainFence(null, a!.fence, 1n), b!.fence, 2n);
    const job = one.ring.queue("q").job({ label: "job", after: chain });
    const bad = one.ring.queue("r").job({ after: one.ring.queue("s").job({}) });
    thrownBy(() => submit(job, bad));
    a!.signal();
    const found: string[] = [];
    traced({ jobDependency: (_, fence) => void found.push(nameOf(fence)) }, () => submit(job));
    expect(found).toEqual(["b:1"]);
  });

  it("a chain of 50 000 points on one timeline, and an array of as many timelines, take no stack", () => {
    const one = bench();
    const timeline = new Timeline("long");
    let chain: FenceChain | null = null;
    for (let point = 1; point <= 50_000; point++) chain = chainFence(chain, timeline.fence().fence, point);
    expect(waiting(one, chain!).found).toEqual(["long:50000"]);
    const many = Array.from({ length: 50_000 }, () => new Timeline("t").fence());
    const { job, found } = waiting(one, fenceArray(many.map(({ fence }) => fence)));
    expect(found).toHaveLength(50_000);
    timeline.signalThrough(50_000);
    for (const each of many) each.signal();
    one.finish();
    expect(job.status).toBe(1);
  });
});
