/**
 * The calls whose prices `calls/prices` takes: each does one thing so many times, and leaves all as it was.
 */
import { fenceOperations } from "./fences.ts";
import { jobOperations, tracedOperations } from "./jobs.ts";
import type { Operation } from "./kit.ts";
import { owingOperations } from "./owing.ts";
import { queueOperations } from "./queues.ts";
import { sharingOperations } from "./sharing.ts";
import { workerOperations } from "./workers.ts";

/** All of them, in the order of docs/costs.md. */
export function operations(): readonly Operation[] {
  return [
    ...jobOperations(),
    ...fenceOperations(),
    ...sharingOperations(),
    ...owingOperations(),
    ...queueOperations(),
    ...workerOperations(),
    ...tracedOperations(),
  ];
}
