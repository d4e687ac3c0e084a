import { noUseWhenSpent } from "../../src/rules/no-use-when-spent.ts";
import { program, typedTester } from "../support.ts";

typedTester().run("no-use-when-spent", noUseWhenSpent, {
  valid: [
    {
      name: "an error before the signal, or on another way than it",
      code: program`
      export function end(owed: DriverFence, broken: boolean) {
        if (broken) { owed.setError(-5); owed.signal(); return; }
        owed.signal();
      }
      export function either(owed: DriverFence, broken: boolean) {
        if (broken) owed.signal();
        if (!broken) owed.setError(-5);
      }
    `,
    },
    {
      name: "an error where the signal has failed",
      code: program`
      export function retry(owed: DriverFence) {
        try { owed.signal(); } catch (error) { owed.setError(-5, error); }
      }
      export function outer(owed: DriverFence) {
        try { owed.fence.seqno; owed.signal(); } catch { owed.setError(-5); }
      }
    `,
    },
    {
      name: "a new fence in each round, and a name that is given another one",
      code: program`
      for (let round = 0; round < 3; round++) {
        const owed = timeline.fence();
        owed.setError(-5);
        owed.signal();
      }
      let next = timeline.fence();
      next.signal();
      next = timeline.fence();
      next.setError(-5);
    `,
    },
    {
      name: "a signal that a function gives later",
      code: program`
      const owed = timeline.fence();
      const done = () => owed.signal();
      owed.setError(-5);
      done();
      export function misuse(check: (body: () => void) => void) {
        check(() => owed.setError(-5));
      }
    `,
    },
    {
      name: "private fences that are published once each, on some way, or again after a failure",
      code: program`
      for (const each of [1, 2]) publish(timeline.privateFence(), (must) => must.signal());
      export function one(fence: PrivateFence, other: PrivateFence, flag: boolean) {
        if (flag) publish(fence, (must) => must.signal());
        else publish(fence, (must) => must.fail(-5));
        publish(other, (must) => must.signal());
      }
      export function again(fence: PrivateFence) {
        try { publish(fence, (must) => must.signal()); } catch { publish(fence, (must) => must.fail(-5)); }
      }
    `,
    },
    {
      name: "a registration whose fence may have signalled, or that was taken back",
      code: program`
      export async function wake(completion: Completion, owed: DriverFence, tick: () => void) {
        const one = Registration.complete(completion);
        fence.register(one);
        one.cancel();
        other.register(one);
        const two = Registration.complete(completion);
        fence.register(two);
        await fence.wait();
        other.register(two);
        const three = Registration.complete(completion);
        owed.fence.register(three);
        owed.signal();
        other.register(three);
        const four = Registration.complete(completion);
        fence.register(four);
        tick();
        other.register(four);
      }
    `,
    },
    {
      name: "a registration for the first fence that takes it",
      code: program`
      export function first(completion: Completion) {
        const one = Registration.complete(completion);
        if (fence.register(one) === "signalled") other.register(one);
        const two = Registration.complete(completion);
        const answer = fence.register(two);
        if (answer === "signalled") other.register(two);
      }
    `,
    },
    {
      name: "locks that are released at the end, on some ways, or asked whether they are",
      code: program`
      withReservations([reservation], (locks) => {
        locks.of(reservation).reserve(1);
        if (fence.signalled) locks.release();
        locks.of(reservation).add(fence, "write");
        locks.release();
        locks.release();
        locks.has(reservation);
        return locks.released;
      });
    `,
    },
    {
      name: "new locks in each round",
      code: program`
      for (;;) {
        const locks = tryLockAll([reservation]);
        if (locks === null) break;
        const locked = locks.of(reservation);
        locked.reserve(1);
        locks.release();
      }
    `,
    },
    {
      name: "somebody else's",
      code: `
      import { Timeline, publish } from "other";
      declare const timeline: Timeline;
      const owed = timeline.fence(), hidden = timeline.privateFence();
      owed.signal();
      owed.setError(-5);
      publish(hidden, (must) => must.signal());
      publish(hidden, (must) => must.signal());
    `,
    },
  ],
  invalid: [
    {
      name: "an error after the signal",
      code: program`
      const owed = timeline.fence();
      owed.signal();
      owed.setError(-5);
    `,
      errors: [{ messageId: "signalled", line: 4, data: { name: "owed" } }],
    },
    {
      name: "an error after a signal on both ways, and under another name",
      code: program`
      export async function end(owed: DriverFence, broken: boolean) {
        const same = owed;
        if (broken) owed.fail(-5);
        else owed.signal();
        await fence.wait();
        same.setError(-5);
      }
    `,
      errors: [{ messageId: "signalled", line: 7 }],
    },
    {
      name: "a private fence that is published twice",
      code: program`
      const hidden = timeline.privateFence();
      publish(hidden, (must) => must.signal());
      publish(hidden, (must) => must.signal());
    `,
      errors: [{ messageId: "published", line: 4, data: { name: "hidden" } }],
    },
    {
      name: "a registration on two fences, and on a point",
      code: program`
      export function both(completion: Completion, frames: SyncObject) {
        const one = Registration.complete(completion);
        fence.register(one);
        void other.register(one);
        frames.notify(one, 7n);
      }
    `,
      errors: [
        { messageId: "registered", line: 5 },
        { messageId: "registered", line: 6 },
      ],
    },
    {
      name: "locks that are used after their release, and what was got from them",
      code: program`
      withReservations([reservation], (locks) => {
        const locked = locks.of(reservation);
        locks.release();
        locked.reserve(1);
        locks.of(reservation).reserve(1);
        return withReservations([reservation], () => {}, { within: locks });
      });
      withReservationLoop(async (locks) => {
        const locked = await locks.lock(reservation);
        locks.release();
        locked.reserve(1);
        await locks.lock(reservation);
      });
    `,
      errors: [
        { messageId: "released", line: 5 },
        { messageId: "released", line: 6 },
        { messageId: "released", line: 7 },
        { messageId: "released", line: 12 },
        { messageId: "released", line: 13 },
      ],
    },
  ],
});
