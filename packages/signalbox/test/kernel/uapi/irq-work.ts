/**
 * What the kernel does a little later: containers signal in its irq_work, which in the recordings ran whenever time passed,
 * and never between two steps that followed one another at once.
 *
 * Ours signal before the call that signalled their last member returns. What is asked of a fence is the same either way,
 * since asking finds out; but the kernel's names tell whether somebody has found out yet. So the containers are held back
 * between the steps of a sequence, of which there is one at a time.
 */
import { holdContainers, releaseContainers } from "../../../src/fence/delivery.ts";

let holding = false;

/** From here on containers signal only when somebody asks, or `runIrqWork` is called. */
export function delayIrqWork(): void {
  if (!holding) holdContainers();
  holding = true;
}

/** Time passes. */
export function runIrqWork(): void {
  if (holding) releaseContainers();
  holding = false;
}
