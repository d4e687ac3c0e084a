/** The prices of sections, and of fences that a program owes, by the proof that they will be signalled. */
import { Timeline, WorkQueue, errno, publish, realPlatform, signallingSection } from "signalbox";
import type { DriverFence, Obliged, PrivateFence } from "signalbox";
import { linkThread } from "signalbox/shared";
import type { ThreadLink } from "signalbox/shared";
import { jobsOf, onQueue, repeated } from "./kit.ts";
import type { Operation } from "./kit.ts";

export function owingOperations(): readonly Operation[] {
  return [
    {
      name: "signallingSection(body)",
      prepare: (count) =>
        repeated(count, () => {
          signallingSection(() => {});
        }),
    },
    {
      name: "timeline.privateFence()",
      prepare(count) {
        const timeline = new Timeline("prices");
        return repeated(count, () => void timeline.privateFence());
      },
    },
    owed("publish(fence, (must) => must.signal())", (must) => must.signal()),
    owed("publish(fence, (must) => must.fail(error))", (must) => must.fail(errno.EIO)),
    promised(),
    toJobs(),
    toWork(),
    toThread(),
  ];
}

function owed(name: string, body: Obliged): Operation {
  return { name, prepare: (count) => publishing(count, () => body) };
}

function publishing(count: number, bodyOf: (index: number) => Obliged): () => void {
  const timeline = new Timeline("prices");
  const fences = Array.from({ length: count }, (): PrivateFence => timeline.privateFence());
  return repeated(count, (index) => void publish(fences[index]!, bodyOf(index)));
}

function promised(): Operation {
  const kept: DriverFence[] = [];
  const body: Obliged = (must) => must.promise("the benchmark signals it", (fence) => kept.push(fence));
  return {
    name: "publish(fence, (must) => must.promise(reason, keep))",
    prepare: (count) => publishing(count, () => body),
    finish() {
      for (const fence of kept.splice(0)) fence.signal();
    },
  };
}

function toJobs(): Operation {
  return onQueue("publish(fence, (must) => must.transferTo(queue, job))", (queue, count) => {
    const jobs = jobsOf(queue, count);
    return publishing(count, (index) => (must) => must.transferTo(queue, jobs[index]!));
  });
}

function toWork(): Operation {
  const work = new WorkQueue(realPlatform);
  const signal: Obliged = (must) => must.signal();
  return {
    name: "publish(fence, (must) => must.transferTo(workQueue, body))",
    prepare: (count) => publishing(count, () => (must) => must.transferTo(work, signal)),
    async finish() {
      while (!work.idle) await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

/** What it sends to the thread is thrown away: that is the program's own message. */
function toThread(): Operation {
  let link: ThreadLink | undefined;
  return {
    name: "publish(fence, (must) => must.transferTo(link, send))",
    prepare(count) {
      const to = (link = linkThread({ postMessage() {} }, { name: "nobody" }));
      return publishing(count, () => (must) => must.transferTo(to, () => {}));
    },
    finish() {
      link?.close();
    },
  };
}
