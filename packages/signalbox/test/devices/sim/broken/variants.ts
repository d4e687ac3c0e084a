/**
 * Deliberately broken variants of the core, as patches of its built files: each is one mistake that a core could have, and which the
 * exploration of one scenario must find.
 */

import type { CoreSite } from "signalbox/sim";

/** A text that occurs once in a built file, and what stands there in the variant. */
export interface Patch {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** A core with a mistake in it. */
export interface Variant {
  readonly name: string;
  readonly patches: readonly Patch[];
  /** Where it is found. */
  readonly scenario: string;
  /** The promise that is seen broken. */
  readonly promise: number;
  /** Of how many schedules at the most; 20 000 if left out. Fewer come sooner to those with faults, and to those by chance. */
  readonly schedules?: number;
  /** The site of the core without which it isn't found, if there is one. */
  readonly site?: CoreSite;
}

export const variants: readonly Variant[] = [
  {
    name: "credits are returned twice",
    patches: [
      {
        file: "queue/job-end.js",
        from: "queue._credits.give(job._cost);",
        to: "queue._credits.give(job._cost);\n    queue._credits.give(job._cost);",
      },
    ],
    scenario: "credits-at-the-limit",
    promise: 5,
  },
  {
    name: "credits are returned again when a job that has failed is released",
    patches: [
      { file: "queue/job-release.js", from: "import { RELEASED }", to: "import { COMPLETE, RELEASED }" },
      {
        file: "queue/job-release.js",
        from: "list.passReleased(job);",
        to: "list.passReleased(job);\n        if (job._error !== 0 && job._stage === COMPLETE) job._queue._credits.give(job._cost);",
      },
    ],
    scenario: "credits-at-the-limit",
    promise: 5,
  },
  {
    name: "jobs are published before they are pushed",
    patches: [
      { file: "queue/batch.js", from: "    for (const job of jobs)\n        job.queue._push(job);\n", to: "" },
      {
        file: "queue/batch.js",
        from: "    return show(jobs);",
        to: "    for (const job of jobs)\n        job.queue._push(job);\n    return show(jobs);",
      },
    ],
    scenario: "bind-and-invalidate",
    promise: 1,
  },
  {
    name: "a job signals when it is complete, whether or not those before it have signalled",
    patches: [
      {
        file: "queue/job-queue.js",
        from: "import { releaseJobs }",
        to: 'import { signalFence } from "../fence/fence.js";\nimport { releaseJobs }',
      },
      {
        file: "queue/job-queue.js",
        from: "        if (this._list.oldest === job)\n            retire(this);\n        this.#offerHead();",
        to: "        if (this._list.oldest === job)\n            retire(this);\n        else\n            signalFence(job);\n        this.#offerHead();",
      },
    ],
    scenario: "credits-at-the-limit",
    promise: 2,
  },
  {
    name: "a rollback keeps the seqnos that it took",
    patches: [{ file: "queue/batch.js", from: "job.queue._timeline.lastSeqno--;", to: "" }],
    scenario: "rollback",
    promise: 2,
  },
  {
    name: "a killed queue cancels its head before its dependencies have signalled",
    patches: [
      {
        file: "queue/job-queue.js",
        from: "return head !== null && this.#wait.waiting === 0 &&",
        to: "return head !== null && (this.#wait.waiting === 0 || this.#end !== undefined) &&",
      },
    ],
    scenario: "kill-with-dependencies",
    promise: 4,
  },
  {
    name: "a multi-ring job is complete when the first of its rings is done with it",
    patches: [{ file: "queue/hardware.js", from: "if (this.#left === 0)", to: "if (this.#left === 1)" }],
    scenario: "multi-ring",
    promise: 8,
  },
  {
    name: "the timer is armed again at each start",
    patches: [
      {
        file: "queue/recovery/job-clock.js",
        from: "        if (at >= this.#at)\n            return;\n",
        to: "",
      },
    ],
    scenario: "timeout-racing-completion",
    promise: 9,
  },
  {
    name: "a reset passes over queues that were destroyed",
    patches: [
      {
        file: "queue/recovery/take-back.js",
        from: "    const { _list: list } = queue;",
        to: '    if (queue.state !== "usable")\n        return;\n    const { _list: list } = queue;',
      },
    ],
    scenario: "reset-in-teardown",
    promise: 12,
  },
  {
    name: "a job that is put back keeps its credits",
    patches: [
      {
        file: "queue/job-end.js",
        from: "    queue._credits.give(job._cost);",
        to: "    if (job._stage === COMPLETE)\n        queue._credits.give(job._cost);",
      },
    ],
    scenario: "retry-and-kill",
    promise: 5,
  },
  {
    name: "a device is asked to let go of a queue that has jobs left",
    patches: [
      {
        file: "queue/queue-end.js",
        from: 'if (this.#state === "destroyed" && this.#queue._list.empty)',
        to: 'if (this.#state === "destroyed")',
      },
    ],
    scenario: "zombie-queue",
    promise: 8,
  },
  {
    name: "a job that a reset has put back is cancelled as if it had never run",
    patches: [
      {
        file: "queue/job-start.js",
        from: "        if (timesRun(job) === 0)\n            ring.driver.cancel(job, reason);",
        to: "        ring.driver.cancel(job, reason);",
      },
    ],
    scenario: "retry-and-kill",
    promise: 3,
    schedules: 2000,
  },
  {
    name: "each delivery runs what is due when it ends, and not the outermost alone",
    patches: [
      {
        file: "fence/delivery.js",
        from: "        endOutermost();\n    else\n        depth--;",
        to: "        endOutermost();\n    else {\n        drain();\n        depth--;\n    }",
      },
    ],
    scenario: "multi-ring",
    promise: 6,
    schedules: 2000,
  },
  {
    name: "what a listener throws leaves its delivery open",
    patches: [
      {
        file: "fence/delivery.js",
        from: "            throwLater(fence._timeline.platform, error);",
        to: "            throw error;",
      },
    ],
    scenario: "racing-fences",
    promise: 7,
    schedules: 2000,
  },
  {
    name: "a registration that is due can't be taken back, and says that it was",
    patches: [
      {
        file: "fence/registration.js",
        from: "        fence._unlink(this);\n        this._fence = null;",
        to: '        if (fence.state === "signalled")\n            return true;\n        fence._unlink(this);\n        this._fence = null;',
      },
    ],
    scenario: "credits-at-the-limit",
    promise: 10,
    schedules: 2000,
  },
  {
    name: "a job may wait for one that is armed after it",
    patches: [
      {
        file: "queue/batch.js",
        from: "    if (fresh !== null)\n        refuseEarly(job, fresh);",
        to: "",
      },
    ],
    scenario: "rollback",
    promise: 11,
    schedules: 2000,
  },
  {
    name: "who drains a queue is forgotten when it is empty",
    patches: [{ file: "queue/job-queue.js", from: "            this.#idle?.completeAll();\n", to: "" }],
    scenario: "orderly-end",
    promise: 1,
    schedules: 2000,
  },
  {
    name: "a large set of dependencies loses some when it is settled",
    patches: [
      {
        file: "queue/dependencies.js",
        from: "            else\n                others[kept++] = fence;\n        }\n        else if (timeline.place < 0)",
        to: "            else if (kept > 0)\n                others[kept++] = fence;\n        }\n        else if (timeline.place < 0)",
      },
    ],
    scenario: "racing-fences",
    promise: 4,
    schedules: 4000,
    site: "one pass",
  },
  {
    name: "a work queue that gives the event loop a turn forgets the item that was next",
    patches: [
      {
        file: "work/work-queue.js",
        from: "this.#items = this.#items.slice(index);",
        to: "this.#items = this.#items.slice(index + 1);",
      },
    ],
    scenario: "multi-ring",
    promise: 8,
    schedules: 4000,
    site: "early yield",
  },
  {
    name: "a batch of which one job can't be armed keeps the seqno of those before it",
    patches: [
      {
        file: "queue/submission.js",
        from: "rollBack(jobs.slice(0, armed));",
        to: "rollBack(jobs.slice(0, Math.max(0, armed - 1)));",
      },
    ],
    scenario: "retry-and-kill",
    promise: 2,
    schedules: 4000,
    site: "arm throws",
  },
];
