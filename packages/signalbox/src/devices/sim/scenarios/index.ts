/** The scenarios that come with the package: what `signalbox check` explores when it is given no names. */
import type { Scenario } from "../explore/scenario.ts";
import { bannedQueue } from "./banned-queue.ts";
import { bindAndInvalidate } from "./bind-and-invalidate.ts";
import { creditsAtTheLimit } from "./credits-at-the-limit.ts";
import { darkroom } from "./darkroom.ts";
import { killWithDependencies } from "./kill-with-dependencies.ts";
import { multiRing } from "./multi-ring.ts";
import { noHang } from "./no-hang.ts";
import { orderlyEnd } from "./orderly-end.ts";
import { racingFences } from "./racing-fences.ts";
import { resetInTeardown } from "./reset-in-teardown.ts";
import { retryAndKill } from "./retry-and-kill.ts";
import { rollback } from "./rollback.ts";
import { submitRacingDestroy } from "./submit-racing-destroy.ts";
import { timeoutRacingCompletion } from "./timeout-racing-completion.ts";
import { zombieQueue } from "./zombie-queue.ts";

/** In the order in which they are explored. */
export const scenarios: readonly Scenario[] = [
  bindAndInvalidate,
  rollback,
  racingFences,
  submitRacingDestroy,
  creditsAtTheLimit,
  killWithDependencies,
  multiRing,
  timeoutRacingCompletion,
  noHang,
  resetInTeardown,
  zombieQueue,
  orderlyEnd,
  bannedQueue,
  retryAndKill,
  darkroom,
];
