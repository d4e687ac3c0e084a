/** The floor's thread: looks for numbers, and sleeps when it found none for a while, so that others have its core. */
import { workerData } from "node:worker_threads";
import { BACK, LOOKS, PUT, SLEEPS, SLOTS, bareRing } from "./bare-ring.js";
import { next } from "./jobs.js";

const { marks, numbers } = bareRing(workerData as SharedArrayBuffer);
let back = 0;
let looks = 0;
for (;;) {
  if (Atomics.load(marks, PUT) === back) {
    if (++looks < LOOKS) continue;
    Atomics.store(marks, SLEEPS, 1);
    Atomics.wait(marks, PUT, back);
    Atomics.store(marks, SLEEPS, 0);
    // Looked at again: a bell for what was taken already may come late, and ends the next sleep.
    looks = 0;
    continue;
  }
  looks = 0;
  const slot = back % SLOTS;
  numbers[slot] = next(numbers[slot]!);
  Atomics.store(marks, BACK, ++back);
}
