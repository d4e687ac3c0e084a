/** What slices and instants say of themselves, in names and values that a viewer lists. */
import { errorName } from "../../errors.ts";
import type { FenceId, TracedReason } from "../events.ts";
import type { FencePath, JobPath } from "../paths.ts";
import type { Facts } from "./scene.ts";

/** A fence as people name it. */
export function nameOf({ timeline, seqno }: FenceId): string {
  return `${timeline}:${seqno}`;
}

/** A job's name and numbers, as every slice of it shows them. */
export function jobFacts(job: JobPath): Facts {
  return [
    ["fence context", job.queue.context],
    ["fence seqno", job.seqno],
    ["queue", job.queue.name],
    ...some("cost", job.cost),
    ...some("dependencies", job.dependencies.map(nameOf).join(", ")),
  ];
}

/** What kept a job at the head of its queue. */
export function blockFacts({ blocks }: JobPath): Facts {
  return some("blocked on", blocks.map(({ on }) => (on === null ? "credits" : nameOf(on))).join(", "));
}

/** The error of a job or a fence, if it has one. */
export function errorFacts({ error, cause }: { readonly error: number; readonly cause: string }): Facts {
  return [...some("error", error === 0 ? "" : errorName(error)), ...some("cause", cause)];
}

/** On whose word a fence will be signalled. */
export function promiseFacts({ promise }: FencePath): Facts {
  return some("promised", promise);
}

/** Why a job was cancelled. */
export function reasonFacts(reason: TracedReason | undefined): Facts {
  if (reason === undefined) return [];
  if (reason.kind === "dependency") return [["reason", `its dependency ${nameOf(reason.fence)} failed`]];
  return [["reason", reason.kind], ...some("cause", reason.cause)];
}

/** For a slice that goes on past the end of the trace. */
export const unfinished: Facts = [["unfinished", true]];

function some(name: string, value: string | number | undefined): Facts {
  return value === undefined || value === "" ? [] : [[name, value]];
}
