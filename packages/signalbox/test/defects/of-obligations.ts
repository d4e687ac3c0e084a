/** Defects of whoever owes a fence: it is forgotten, handed on wrongly, or waited for by who owes it. */
import { defect } from "./defect.ts";
import type { Defect } from "./defect.ts";

const workers = "worker pools";
const anybody = "anybody";

export const ofObligations: readonly Defect[] = [
  defect(
    "P24",
    "A body that owes a fence forgets it",
    anybody,
    `
    publish(timeline.privateFence(), () => {});
    `,
  ),
  defect(
    "P25",
    "It forgets it on one path",
    anybody,
    `
    publish(timeline.privateFence(), (must) => {
      if (queue.state === "usable") return must.signal();
    });
    `,
  ),
  defect(
    "P26",
    "It is async",
    anybody,
    `
    publish(timeline.privateFence(), async (must) => must.signal());
    `,
  ),
  defect(
    "P27",
    "It answers another fence's proof",
    anybody,
    `
    let kept: WillBeSignalled<unknown> | undefined;
    publish(timeline.privateFence(), (must) => {
      const proof = must.signal();
      kept = proof;
      return proof;
    });
    publish(timeline.privateFence(), () => kept!);
    `,
  ),
  defect(
    "P28",
    "It answers the proof of the one around it",
    "what the types can't hold: an inner body sees the outer one's names",
    `
    const inner = new Timeline("inner").privateFence();
    publish(timeline.privateFence(), (must) => {
      const proof = must.signal();
      publish(inner, () => proof);
      return proof;
    });
    `,
  ),
  defect(
    "P29",
    "It keeps its obligation for later",
    anybody,
    `
    const kept: MustBeSignalled<unknown>[] = [];
    publish(timeline.privateFence(), (must) => {
      kept.push(must);
      return must.signal();
    });
    kept[0]?.signal();
    `,
  ),
  defect(
    "P30",
    "It discharges its obligation twice",
    anybody,
    `
    publish(timeline.privateFence(), (must) => {
      must.signal();
      return must.signal();
    });
    `,
  ),
  defect(
    "P31",
    "It gives its word without a reason",
    anybody,
    `
    publish(timeline.privateFence(), (must) => must.promise("", (fence) => void fence.signal()));
    `,
  ),
  defect(
    "P32",
    "It hands the obligation to a work item which waits before it signals",
    workers,
    `
    const work = new WorkQueue(realPlatform);
    const late = new Timeline("late").fence();
    publish(timeline.privateFence(), (must) =>
      must.transferTo(work, (there) => {
        void late.fence.wait().then(() => {});
        return there.signal();
      }),
    );
    await turn();
    late.signal();
    `,
  ),
  defect(
    "P33",
    "Something else on that work queue waits for fences",
    workers,
    `
    const work = new WorkQueue(realPlatform);
    const late = new Timeline("late").fence();
    const flush = new WorkItem(work, () => {
      late.fence.wait().catch(() => {});
      return false;
    });
    flush.schedule();
    publish(timeline.privateFence(), (must) => must.transferTo(work, (there) => there.signal()));
    await turn();
    late.signal();
    `,
  ),
  defect(
    "P34",
    "A thread blocks for a fence that is its own to signal",
    workers,
    `
    const owed = timeline.fence();
    waitBlocking(owed.fence, { timeout: 10 });
    owed.signal();
    `,
  ),
  defect(
    "P51",
    "An obligation is handed to a job of another queue",
    anybody,
    `
    publish(timeline.privateFence(), (must) => must.transferTo(queue as JobQueue, other.job({}) as Job));
    `,
  ),
  defect(
    "P52",
    "A private fence is published twice",
    anybody,
    `
    const fence = timeline.privateFence();
    publish(fence, (must) => must.signal());
    publish(fence, (must) => must.signal());
    `,
  ),
  defect(
    "P54",
    "A section's body is a generator, and is left at a yield",
    anybody,
    `
    const owed = timeline.fence();
    const steps = signallingSection(function* () {
      yield owed.fence;
      owed.signal();
    });
    steps.next();
    owed.signal();
    `,
  ),
  defect(
    "P55",
    "A callback reaches into a private fence for its read side",
    anybody,
    `
    const ready = timeline.privateFence();
    await ready.fence.wait();
    `,
  ),
];
