/** The scenarios that come with the package: what `signalbox check` explores when it is given no names. */
import type { Scenario } from "../explore/scenario.ts";
import { bindAndInvalidate } from "./bind-and-invalidate.ts";
import { creditsAtTheLimit } from "./credits-at-the-limit.ts";
import { killWithDependencies } from "./kill-with-dependencies.ts";
import { multiRing } from "./multi-ring.ts";
import { racingFences } from "./racing-fences.ts";
import { rollback } from "./rollback.ts";
import { submitRacingDestroy } from "./submit-racing-destroy.ts";

/** In the order in which they are explored. */
export const scenarios: readonly Scenario[] = [
  bindAndInvalidate,
  rollback,
  racingFences,
  submitRacingDestroy,
  creditsAtTheLimit,
  killWithDependencies,
  multiRing,
];
