/**
 * The adapters of one sequence, in the order in which they are asked whether they know an operation.
 */
import { LabFences } from "./lab/fences.ts";
import { LabReservations } from "./lab/reservations.ts";
import { LabState } from "./lab/state.ts";
import type { Sequence } from "./format.ts";
import type { Machine } from "./replay.ts";
import { UapiMachine } from "./uapi/machine.ts";

/** User-space objects, and kernel objects in two parts that share their slots. */
export function machines(sequence: Sequence): readonly Machine[] {
  const lab = new LabState();
  const timestamps = numbersTimestamps(sequence) ? "distinct" : "some";
  return [new UapiMachine({ timestamps }), new LabFences(lab), new LabReservations(lab)];
}

/** Whether the recording tells one timestamp from another (`T0`, `T1`, ...), or only says that there is one (`+`). */
function numbersTimestamps({ steps }: Sequence): boolean {
  return steps.some(({ answer }) => /"ts":"T\d/.test(JSON.stringify(answer)));
}
