/**
 * The contestants of the cases about the validator: off, which is what programs run; without its hooks, which is what off should cost; and
 * on. Off stands there twice: what lies between the two is noise.
 */
import type { Contestant, Lineup, Role } from "../harness/contest.ts";
import type { JobBody } from "../harness/job-body.ts";
import { Copies } from "./copies.ts";
import type { Copy, Core } from "./copies.ts";

/** One way of doing the work, with the core that it is given. */
export interface Work {
  readonly body: JobBody;
  run(jobs: number): Promise<number>;
}

/** Prepares the four contestants. */
export async function lineupOf(makeWork: (core: Core) => Work): Promise<Lineup> {
  const copies = new Copies();
  const contestants = [
    off("validator off", "signalbox", makeWork, await copies.asItIs()),
    off("validator off, a second copy", "signalbox", makeWork, await copies.asItIs()),
    off("without its hooks", "floor", makeWork, await copies.withoutHooks()),
    on(makeWork, await copies.asItIs()),
  ];
  return {
    contestants,
    note: `${copies.checksRemoved} checks were taken out of the copy without hooks`,
    close() {
      copies.remove();
      return Promise.resolve();
    },
  };
}

function off(name: string, role: Role, makeWork: (core: Core) => Work, { core }: Copy): Contestant {
  const work = makeWork(core);
  return { name, role, body: work.body, order: "kept", run: (jobs) => work.run(jobs) };
}

// On for its own rounds only: following a program over its awaits costs whatever runs in the process.
function on(makeWork: (core: Core) => Work, { core, validator }: Copy): Contestant {
  const work = makeWork(core);
  let reports = 0;
  return {
    name: "validator on",
    role: "rival",
    body: work.body,
    order: "kept",
    async run(jobs) {
      const lockdep = validator.enableLockdep();
      const seen = await work.run(jobs);
      validator.disableLockdep();
      reports = lockdep.reports.length;
      return seen;
    },
    verify: () => Promise.resolve(reports === 0 ? undefined : `${reports} reports of the validator`),
  };
}
