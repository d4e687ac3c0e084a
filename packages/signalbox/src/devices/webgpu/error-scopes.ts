/**
 * The three error scopes around one job's `run`, so that what the device finds wrong is that job's error and no other's.
 *
 * A scope tells only the first error in it, not whose it was: so each job has its own three, and they can't be shared by a
 * batch, and WebGPU has no scope for all three. They cost a job 1 to 4 us in Node and some 55 us in Chromium (three answers
 * between processes), and settle long before the work does.
 *
 * Invariant: pushed and popped in the same synchronous stretch, so scopes of two jobs never nest.
 */
import type { Flight } from "./flight.ts";
import type { ScopeFilter } from "./webgpu-error.ts";

/** In the order of the pushes; popped the other way round. */
const filters: readonly ScopeFilter[] = ["validation", "internal", "out-of-memory"];

/** @internal */
export function pushScopes(device: GPUDevice): void {
  for (const filter of filters) device.pushErrorScope(filter);
}

/** @internal What the scopes tell settles the flight, three times. */
export function popScopes(device: GPUDevice, flight: Flight): void {
  for (let index = filters.length - 1; index >= 0; index--) popScope(device, filters[index]!, flight);
}

function popScope(device: GPUDevice, filter: ScopeFilter, flight: Flight): void {
  flight.await();
  device.popErrorScope().then(
    (error) => {
      if (error !== null) flight.deviceFailed(filter, error);
      flight.settle();
    },
    (error: unknown) => {
      // A lost device, which ends the job anyway; or `run` popped more scopes than it had pushed.
      flight.threw(error);
      flight.settle();
    },
  );
}
