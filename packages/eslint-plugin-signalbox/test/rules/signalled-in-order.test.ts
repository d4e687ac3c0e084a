import { signalledInOrder } from "../../src/rules/signalled-in-order.ts";
import { program, typedTester } from "../support.ts";

typedTester().run("signalled-in-order", signalledInOrder, {
  valid: [
    {
      name: "in order, both at once, or only on the way where the earlier one has signalled",
      code: program`
      const own = new Timeline("own");
      export function inOrder(flag: boolean) {
        const first = own.fence(), second = own.fence();
        first.signal();
        second.signal();
        const third = own.fence(), fourth = own.fence();
        if (flag) third.fail(-5);
        else third.signal();
        fourth.signal();
      }
      export function related(flag: boolean) {
        const first = own.fence(), second = own.fence();
        if (flag) first.signal();
        if (flag) second.signal();
        else { first.signal(); second.signal(); }
      }
    `,
    },
    {
      name: "a sweep signals the earlier ones",
      code: program`
      export function sweep() {
        const own = new Timeline("own");
        const first = own.fence(), second = own.fence(), third = own.fence();
        own.signalThrough(first.fence.seqno);
        second.signal();
        own.close();
        third.signal();
      }
    `,
    },
    {
      name: "a timeline that others can sweep",
      code: program`
      declare function drive(timeline: Timeline): void;
      const own = new Timeline("own"), swept = new Timeline("swept");
      export const shared = new Timeline("shared");
      drive(own);
      const interrupt = () => swept.signalThrough(swept.lastSeqno);
      export function signals(given: Timeline) {
        for (const each of [given]) {
          const first = each.fence(), second = each.fence();
          second.signal();
          first.signal();
        }
        const [a, b] = [own.fence(), own.fence()];
        b.signal();
        a.signal();
        const [c, d] = [swept.fence(), swept.fence()];
        interrupt();
        d.signal();
        c.signal();
        const [e, f] = [shared.fence(), shared.fence()];
        f.signal();
        e.signal();
      }
    `,
    },
    {
      name: "an earlier fence that somebody else has",
      code: program`
      export function passed(keep: (fence: DriverFence) => void, emitter: EventTarget) {
        const own = new Timeline("own");
        const first = own.fence(), second = own.fence();
        keep(first);
        second.signal();
        const third = own.fence(), fourth = own.fence();
        emitter.addEventListener("end", () => { third.signal(); });
        fourth.signal();
        const fifth = own.fence(), sixth = own.fence();
        second.fence.register(Registration.signal(fifth));
        sixth.signal();
        const asked = own.fence({ poll: () => true }), seventh = own.fence();
        seventh.signal();
        asked.signal();
      }
    `,
    },
    {
      name: "fences of two timelines, and a new one in each round",
      code: program`
      const own = new Timeline("own"), another = new Timeline("another");
      export function two() {
        const first = own.fence(), second = another.fence();
        second.signal();
        first.signal();
        for (let round = 0; round < 2; round++) {
          const each = own.fence();
          each.signal();
        }
      }
    `,
    },
    {
      name: "points that go up, or start again, or of an object that lifts them",
      code: program`
      export function points(flag: boolean, given: SyncObject, options: { ordered: boolean }) {
        const frames = new SyncObject({ ordered: true });
        frames.signalPoint(3n);
        frames.addPoint(7n, fence);
        frames.reset();
        frames.signalPoint(3n);
        const lifting = new SyncObject();
        lifting.signalPoint(7n);
        lifting.signalPoint(3n);
        const unknown = new SyncObject(options);
        unknown.signalPoint(7n);
        unknown.signalPoint(3n);
        given.signalPoint(7n);
        given.signalPoint(3n);
        const ways = new SyncObject({ ordered: true });
        if (flag) ways.signalPoint(7n);
        else ways.signalPoint(3n);
        const rounds = new SyncObject({ ordered: true });
        for (;;) {
          rounds.signalPoint(7n);
          if (flag) break;
        }
      }
    `,
    },
    {
      name: "an ordered object that somebody else may empty",
      code: program`
      export function emptied(empty: (object: SyncObject) => void) {
        const frames = new SyncObject({ ordered: true });
        frames.signalPoint(7n);
        empty(frames);
        frames.signalPoint(3n);
        const inner = new SyncObject({ ordered: true });
        const again = () => { inner.reset(); };
        inner.signalPoint(7n);
        again();
        inner.signalPoint(3n);
      }
      export const shared = new SyncObject({ ordered: true });
      export function elsewhere(emptiesShared: () => void) {
        shared.signalPoint(7n);
        emptiesShared();
        shared.signalPoint(3n);
      }
    `,
    },
    {
      name: "somebody else's",
      code: `
      import { SyncObject, Timeline } from "other";
      const own = new Timeline("own"), frames = new SyncObject({ ordered: true });
      export function signals() {
        const first = own.fence(), second = own.fence();
        second.signal();
        first.signal();
        frames.signalPoint(7n);
        frames.signalPoint(3n);
      }
    `,
    },
  ],
  invalid: [
    {
      name: "the later one first",
      code: program`
      const own = new Timeline("own");
      export async function wrong() {
        const [first, second] = [own.fence(), own.fence()];
        await fence.wait();
        second.signal();
        first.signal();
      }
    `,
      errors: [{ messageId: "fence", line: 6, data: { name: "second", earlier: "first" } }],
    },
    {
      name: "on the way where the earlier one has not signalled",
      code: program`
      export function wrong(flag: boolean) {
        const own = new Timeline("own");
        const first = own.fence();
        const second = own.fence();
        if (flag) {
          second.fail(-5);
          first.fail(-5);
          return;
        }
        first.signal();
        second.signal();
      }
    `,
      errors: [{ messageId: "fence", line: 7 }],
    },
    {
      name: "a later one that somebody else has, too",
      code: program`
      export function wrong(keep: (fence: DriverFence) => void) {
        const own = new Timeline("own");
        const first = own.fence();
        const second = own.fence();
        keep(second);
        second.signal();
        first.signal();
      }
    `,
      errors: [{ messageId: "fence", line: 7 }],
    },
    {
      name: "points that go down, or stay",
      code: program`
      const frames = new SyncObject({ ordered: true });
      frames.signalPoint(7n);
      frames.addPoint(3n, fence);
      frames.signalPoint(7n);
      frames.signalPoint(8n);
    `,
      errors: [
        { messageId: "point", line: 4, data: { name: "frames", earlier: "7" } },
        { messageId: "point", line: 5 },
      ],
    },
  ],
});
