/**
 * `growth/webgpu`: what a small job for a GPU costs in a run of a hundred to ten thousand of them, 64 on the way at any time. It must not
 * grow. Beside it raw WebGPU with the same error scopes.
 */
import type { Proof, Skipped } from "../harness/contest.ts";
import { onGpu } from "../webgpu/lineup.ts";
import { inErrorScopes, inWindow } from "../webgpu/pipelined.ts";
import { measureSizes, sameFor } from "./sizes.ts";

const SIZES = { thorough: [100, 1_000, 10_000], quick: [10, 100] };

export const growthOnGpu: Proof<string, Skipped> = {
  kind: "proof",
  name: "growth/webgpu",
  title: "what a small job for a GPU costs at 100 to 10 000 jobs (10 to 100 with --quick)",
  keys: ["growth", "bareGrowth"],
  async run({ quick }) {
    const lineup = await onGpu([
      { name: "signalbox", role: "signalbox", make: inWindow },
      { name: "raw, each job in its own error scopes", role: "floor", make: inErrorScopes },
    ]);
    if ("skipped" in lineup) return lineup;
    const { contestants, note } = lineup;
    try {
      const loads = contestants.map((one) => sameFor(one.name, one.role === "floor" ? "bare" : "jobs", one));
      const findings = await measureSizes(loads, {
        sizes: quick ? SIZES.quick : SIZES.thorough,
        unit: "jobs",
        rounds: 3, // ten thousand of them take a software GPU seconds
        roundMs: quick ? 15 : 100,
      });
      return { ...findings, lines: [`  ${note ?? ""}`, ...findings.lines] };
    } finally {
      await lineup.close?.();
    }
  },
};
