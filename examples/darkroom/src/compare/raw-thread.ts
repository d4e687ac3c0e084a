/**
 * What a thread of the comparison runs: one strip a message, the rows posted back under the strip's number. An empty message
 * comes first: the thread is ready.
 */
import { parentPort } from "node:worker_threads";
import { develop } from "../kernels/strip.ts";
import type { SourceInput } from "../kernels/strip.ts";

/** A strip to develop, by its number. */
export interface Question {
  readonly id: number;
  readonly input: SourceInput;
}

/** Its rows. */
export interface Answer {
  readonly id: number;
  readonly rows: Uint8Array<ArrayBuffer>;
}

parentPort?.on("message", ({ id, input }: Question) => {
  const rows = develop(input);
  const answer: Answer = { id, rows };
  parentPort?.postMessage(answer, [rows.buffer]);
});
parentPort?.postMessage(undefined);
