/** Defects of programs: of GPU programs in the field, of drivers, and of whoever uses this package in a hurry. */
import type { Defect } from "./defect.ts";
import { ofDrivers } from "./of-drivers.ts";
import { ofFences } from "./of-fences.ts";
import { ofGpuPrograms } from "./of-gpu-programs.ts";
import { ofLocks } from "./of-locks.ts";
import { ofObligations } from "./of-obligations.ts";
import { ofOrders } from "./of-orders.ts";

const numberOf = ({ id }: Defect): number => Number(id.slice(1));

/** In the order of their numbers, which they got as they were found: a new one goes to its kind, with the next number. */
export const ofPrograms: readonly Defect[] = [
  ...ofGpuPrograms,
  ...ofLocks,
  ...ofDrivers,
  ...ofObligations,
  ...ofFences,
  ...ofOrders,
].sort((a, b) => numberOf(a) - numberOf(b));
