/** What a thread does with fences that it was handed: one message, one deed. Plain JavaScript, as threads load it. */
import { Ring, errno } from "signalbox";
import { openDriverFence, openDriverSyncObject, openDriverTimeline, openFence, waitBlocking } from "signalbox/shared";
import { listen, post } from "./port.mjs";

/** Kept, so that nothing is collected that the main thread waits for. */
const opened = [];

const decoder = new Ring({
  name: "decoder",
  run(job) {
    const [error, cause] = job.spec.fails ? [errno.EIO, new Error("no marker")] : [0, undefined];
    setTimeout(() => job.queue.complete(job, error, cause), 5);
    return "pending";
  },
  cancel() {},
});
const decoding = decoder.queue("decode");

const deeds = {
  signal({ owed }) {
    openDriverFence(owed).signal();
  },

  fail({ owed, words }) {
    openDriverFence(owed).fail(errno.EIO, new Error(words));
  },

  /** Owes it in a section, and hands it on to a job, which takes 5 ms. */
  handOn({ owed, fails }) {
    openDriverFence(owed, (must) => must.transferTo(decoding, decoding.job({ fails })));
  },

  claim({ owed }) {
    opened.push(openDriverFence(owed));
  },

  /** Blocks until `after` signals, then signals `owed` with the same error. */
  relayBlocking({ after, owed }) {
    const done = openDriverFence(owed);
    try {
      waitBlocking(after, { timeout: 10_000 });
      done.signal();
    } catch (error) {
      done.fail(error.errno ?? errno.ETIMEDOUT, error);
    }
  },

  /** The same without blocking. */
  async relay({ after, owed }) {
    const done = openDriverFence(owed);
    try {
      await openFence(after).wait({ timeout: 10_000 });
      done.signal();
    } catch (error) {
      done.fail(error.errno ?? errno.ETIMEDOUT, error);
    }
  },

  /** Signals `count` fences of a timeline, each seventh badly; dies after `dies` of them, if that is given. */
  timeline({ owed, count, dies = Infinity, pause = 0 }) {
    const timeline = openDriverTimeline(owed);
    const fences = Array.from({ length: count }, () => timeline.fence());
    for (const [i, fence] of fences.entries()) {
      if (i === dies) throw new Error(`on purpose, at ${i}`);
      if (i % 7 === 6) fence.fail(errno.EIO, `number ${i + 1}`);
      else fence.signal();
      for (const until = performance.now() + pause; performance.now() < until;);
    }
  },

  /** Submits points 1 to `count` of an object, all pending; signals `signal` of them; stays. */
  points({ owed, count, signal }) {
    const object = openDriverSyncObject(owed.object);
    const timeline = openDriverTimeline(owed.timeline);
    for (let point = 1; point <= count; point++) object.addPoint(BigInt(point), timeline.fence().fence);
    timeline.signalThrough(signal);
    opened.push(object, timeline);
  },

  crash({ owed, words }) {
    opened.push(openDriverFence(owed));
    throw new RangeError(words);
  },

  spin({ owed }) {
    opened.push(openDriverFence(owed));
    post("spinning");
    for (;;);
  },
};

listen(({ deed, ...what }) => deeds[deed](what));
post("ready");
