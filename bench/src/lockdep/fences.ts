/**
 * `lockdep/fences`: what the validator costs a fence of a program's own: made, registered on, signalled, one after the other.
 */
import type { Contest } from "../harness/contest.ts";
import { freshCopy } from "../harness/fresh.ts";
import { freshBody } from "../harness/job-body.ts";
import type { JobBody } from "../harness/job-body.ts";
import type { Core } from "./copies.ts";
import { lineupOf } from "./lineup.ts";
import type { Work } from "./lineup.ts";

export const fences: Contest = {
  kind: "contest",
  name: "lockdep/fences",
  title: "the validator off, without its hooks and on: fences with a registration each",
  prepare: () => lineupOf(makeWork),
};

function makeWork(core: Core): Work {
  const body = freshBody({ lanes: 1, distance: 0 });
  const produce = freshCopy(signalEach);
  return { body, run: (count) => Promise.resolve(produce(core, body, count)) };
}

// Refers to nothing outside itself: it is copied by its text.
function signalEach({ Completion, Registration, Timeline }: Core, body: JobBody, count: number): number {
  const timeline = new Timeline("fences");
  const completion = new Completion();
  let seen = 0;
  for (let index = 0; index < count; index++) {
    const handle = timeline.fence();
    const registration = Registration.complete(completion);
    handle.fence.register(registration);
    body.run(index);
    handle.signal();
    if (!registration.registered && handle.fence.status === 1) seen++;
  }
  return seen;
}
