/**
 * `proofs/chain`: 100 000 fences, each signalled by a registration on the one before it. The first one signals, and with it
 * all of them, in the stack of one.
 *
 * A `post` registration runs inside the delivery, so its target can look at the stack: it does so at the first fence, in the
 * middle and at the last.
 */
import { Registration, Timeline } from "signalbox";
import type { PostTarget } from "signalbox";
import type { Proof } from "../harness/contest.ts";
import { median } from "../harness/statistics.ts";
import { table } from "../report/table.ts";

const FENCES = 100_000;
const ROUNDS = 5;

/** What one chain came to. */
interface Outcome {
  readonly ms: number;
  readonly signalled: number;
  readonly depths: readonly number[];
}

export const chain: Proof = {
  kind: "proof",
  name: "proofs/chain",
  title: "100 000 fences chained by registrations, signalled at once: constant stack",
  run() {
    const one = new Timeline("chain");
    const kinds = [
      { name: "on one timeline", make: () => one },
      { name: "each on its own", make: () => new Timeline("link") },
    ].map(({ name, make }) => ({ name, outcomes: Array.from({ length: ROUNDS }, () => signalChain(make)) }));

    const rows = kinds.map(({ name, outcomes }) => {
      const ms = median(outcomes.map((outcome) => outcome.ms));
      const { depths, signalled } = outcomes[0]!;
      return [
        `  ${name}`,
        `${ms.toFixed(1)} ms`,
        `${((ms * 1e6) / FENCES).toFixed(0)} ns`,
        String(signalled),
        depths.join(" "),
      ];
    });
    const times = kinds.map(({ outcomes }) => median(outcomes.map(({ ms }) => ms)));
    const depths = kinds.map(({ outcomes }) => Math.max(...outcomes.flatMap((outcome) => outcome.depths)));
    return Promise.resolve({
      lines: [table([["  100 000 fences", "all", "each", "signalled", "frames at first, middle, last"], ...rows])],
      figures: {
        fences: FENCES,
        oneTimelineMs: times[0]!,
        ownTimelinesMs: times[1]!,
        deepestFrames: Math.max(...depths),
      },
      summary: `${times[0]!.toFixed(1)} ms, ${Math.max(...depths)} frames deep`,
      wrong: kinds.flatMap(({ name, outcomes }) => outcomes.flatMap((outcome) => faults(name, outcome))),
    });
  },
};

function faults(name: string, { signalled, depths }: Outcome): string[] {
  const wrong: string[] = [];
  if (signalled !== FENCES) wrong.push(`${name}: ${signalled} of ${FENCES} fences signalled`);
  if (depths.length !== 3) wrong.push(`${name}: ${depths.length} of 3 looks at the stack were taken`);
  if (new Set(depths).size > 1) wrong.push(`${name}: the stack grows along the chain (${depths.join(", ")} frames)`);
  return wrong;
}

function signalChain(timelineOf: () => Timeline): Outcome {
  const fences = Array.from({ length: FENCES }, () => timelineOf().fence());
  const depths: number[] = [];
  const look: PostTarget = { postMessage: () => void depths.push(framesNow()) };
  for (const index of [0, FENCES >> 1, FENCES - 1]) fences[index]!.fence.register(Registration.post(look));
  for (let index = 1; index < FENCES; index++) {
    fences[index - 1]!.fence.register(Registration.signal(fences[index]!));
  }
  const began = performance.now();
  fences[0]!.signal();
  const ms = performance.now() - began;
  return { ms, signalled: fences.filter(({ fence }) => fence.status === 1).length, depths };
}

function framesNow(): number {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = Infinity;
  const frames = (new Error("a look at the stack").stack ?? "").split("\n").length - 1;
  Error.stackTraceLimit = limit;
  return frames;
}
