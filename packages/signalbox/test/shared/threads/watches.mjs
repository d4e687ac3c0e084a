/** Watches two timelines of other threads, and tells how many signals of each it saw, in which order and with which outcome. */
import { Registration, errno } from "signalbox";
import { openTimeline, waitBlocking } from "signalbox/shared";
import { listen, post } from "./port.mjs";

/** Kept: what the collector takes at the end of the thread is not what is tried here. */
const kept = [];

listen(async ({ theirs, ours, count, blocking }) => {
  const tally = { theirs: 0, ours: 0, outOfOrder: 0, wrong: 0 };
  const follow = async (handle, name, outcome) => {
    const timeline = openTimeline(handle);
    let last = 0;
    const saw = ({ seqno, error }) => {
      if (seqno !== ++last) tally.outOfOrder++;
      // A thread that was far behind may be told that the outcome is lost, but nothing wrong.
      if (error !== outcome(seqno) && error !== errno.ENODATA) tally.wrong++;
      tally[name]++;
    };
    const fences = Array.from({ length: count }, (_, i) => timeline.fence(i + 1));
    kept.push(fences);
    for (const fence of fences) {
      // What signals while this loop registers is seen here, after everything before it.
      if (fence.register(Registration.post({ postMessage: saw })) === "signalled") saw(fence);
    }
    await fences
      .at(-1)
      .wait({ timeout: 30_000 })
      .catch(() => {});
  };
  const both = [
    follow(theirs, "theirs", (seqno) => (seqno % 7 === 0 ? errno.EIO : 0)),
    follow(ours, "ours", (seqno) => (seqno % 5 === 0 ? errno.ENOSPC : 0)),
  ];
  if (blocking) {
    try {
      waitBlocking(openTimeline(theirs).fence(count), { timeout: 30_000 });
    } catch (error) {
      if (error.code === "ETIMEDOUT") throw error;
    }
  }
  await Promise.all(both);
  post(tally);
});
post("ready");
