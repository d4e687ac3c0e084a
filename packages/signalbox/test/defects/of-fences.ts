/** Defects of whoever uses fences, timelines and submissions in a hurry. */
import { defect } from "./defect.ts";
import type { Defect } from "./defect.ts";

const anybody = "anybody";

export const ofFences: readonly Defect[] = [
  defect(
    "P35",
    "A submission's token is used after its callback",
    anybody,
    `
    let kept: Submission | undefined;
    submission((section) => {
      kept = section;
    });
    kept?.arm(queue.job({}));
    `,
  ),
  defect(
    "P36",
    "A submission is opened inside another",
    anybody,
    `
    submission((section) => {
      const job = queue.job({});
      const armed = section.arm(job);
      submit(other.job({}));
      section.push(armed);
    });
    `,
  ),
  defect(
    "P37",
    "Whoever only waits signals",
    anybody,
    `
    const { fence } = timeline.fence();
    fence.signal();
    `,
  ),
  defect(
    "P38",
    "Fences of one timeline are signalled in another order",
    anybody,
    `
    const [first, second] = [timeline.fence(), timeline.fence()];
    second.signal();
    first.signal();
    `,
  ),
  defect(
    "P39",
    "Which of two fences is later is found out by their numbers",
    "32-bit seqnos wrap",
    `
    const wrapping = new Timeline("wrapping", { bits: 32 });
    const [a, b] = [wrapping.fence(), wrapping.fence()];
    const later = a.fence.seqno > b.fence.seqno ? a : b;
    wrapping.signalThrough(b.fence.seqno);
    void later;
    `,
  ),
  defect(
    "P40",
    "An error is stored when the fence has signalled",
    anybody,
    `
    const owed = timeline.fence();
    owed.signal();
    owed.setError(errno.EIO);
    `,
  ),
  defect(
    "P41",
    "One registration is put on two fences",
    anybody,
    `
    const [a, b] = [timeline.fence(), timeline.fence()];
    const registration = Registration.complete(new Completion());
    a.fence.register(registration);
    b.fence.register(registration);
    timeline.signalThrough(b.fence.seqno);
    `,
  ),
  defect(
    "P42",
    "A registration's port throws",
    anybody,
    `
    const owed = timeline.fence();
    owed.fence.register(
      Registration.post({
        postMessage() {
          throw new Error("the port is closed");
        },
      }),
    );
    owed.signal();
    await turn();
    `,
  ),
  defect(
    "P43",
    "A registration takes longer than a frame",
    anybody,
    `
    const owed = timeline.fence();
    owed.fence.register(
      Registration.post({
        postMessage() {
          for (const end = Date.now() + 150; Date.now() < end;);
        },
      }),
    );
    owed.signal();
    `,
  ),
  defect(
    "P44",
    "A timeline is dropped with fences that others wait for",
    anybody,
    `
    const ask = (): Fence => new Timeline("session").fence().fence;
    const answer = ask();
    const [done] = submit(queue.job({ after: answer }));
    await turn();
    collect();
    await done.wait();
    `,
  ),
  defect(
    "P45",
    "A wait for a fence that nobody can signal any more is left behind",
    anybody,
    `
    const forget = (): void => void new Timeline("once").fence().fence.wait().catch(() => {});
    forget();
    await turn();
    collect();
    `,
  ),
  defect(
    "P49",
    "A point is waited for that nobody has submitted",
    "timeline semaphores",
    `
    const frames = new SyncObject();
    await frames.at(7n).wait();
    `,
  ),
  defect(
    "P50",
    "Points are signalled out of order",
    "timeline semaphores",
    `
    const frames = new SyncObject({ ordered: true });
    frames.signalPoint(7n);
    frames.signalPoint(3n);
    `,
  ),
];
