import { noWaitForOneself } from "../../src/rules/no-wait-for-oneself.ts";
import { program, typedTester } from "../support.ts";

typedTester().run("no-wait-for-oneself", noWaitForOneself, {
  valid: [
    {
      name: "behind the signal, or with an end of its own",
      code: program`
      const own = new Timeline("own");
      export async function waits(flag: boolean) {
        const owed = own.fence();
        await owed.fence.wait({ timeout: 5 });
        if (flag) owed.signal();
        else own.close();
        await owed.fence.wait();
        waitBlocking(owed.fence);
      }
    `,
    },
    {
      name: "a wait that goes on beside the signal",
      code: program`
      export async function beside() {
        const own = new Timeline("own");
        const owed = own.fence();
        const wait = owed.fence.wait();
        owed.signal();
        await wait;
        const late = own.fence();
        await Promise.race([late.fence.wait(), fence.wait()]);
        late.signal();
      }
    `,
    },
    {
      name: "somebody else signals",
      code: program`
      export async function others(start: (owed: DriverFence) => void, sweeps: (timeline: Timeline) => void) {
        const own = new Timeline("own"), given = new Timeline("given");
        const owed = own.fence();
        setTimeout(() => owed.signal(), 5);
        await owed.fence.wait();
        const passed = own.fence();
        start(passed);
        await passed.fence.wait();
        const linked = own.fence();
        fence.register(Registration.signal(linked));
        await linked.fence.wait();
        sweeps(given);
        const swept = given.fence();
        await swept.fence.wait();
        const asked = own.fence({ poll: () => true });
        await asked.fence.wait();
      }
    `,
    },
    {
      name: "a point that was submitted, or may be, or is waited for until it is",
      code: program`
      export async function points(give: (object: SyncObject) => void, options: { signalled: boolean }) {
        const frames = new SyncObject();
        await frames.at(7n).wait({ forSubmit: true });
        await frames.wait(7n, { available: true });
        await frames.at(7n).submitted();
        frames.addPoint(7n, fence);
        await frames.at(7n).wait();
        const given = new SyncObject();
        give(given);
        await given.wait(7n);
        const kept = new SyncObject();
        const point = kept.at(7n);
        await kept.wait(7n);
        const filled = new SyncObject();
        setTimeout(() => filled.signalPoint(7n), 5);
        await filled.wait(7n);
        const signalled = new SyncObject({ signalled: true }), unknown = new SyncObject(options);
        await signalled.wait();
        await unknown.wait();
        return point;
      }
    `,
    },
    {
      name: "a point on some way",
      code: program`
      export async function some(flag: boolean) {
        const frames = new SyncObject();
        if (flag) frames.signalPoint(7n);
        await frames.at(7n).wait();
      }
    `,
    },
    {
      name: "somebody else's",
      code: `
      import { SyncObject, Timeline, waitBlocking } from "other";
      export async function waits() {
        const own = new Timeline("own"), owed = own.fence(), frames = new SyncObject();
        waitBlocking(owed.fence);
        await owed.fence.wait();
        await frames.wait(7n);
        owed.signal();
      }
    `,
    },
  ],
  invalid: [
    {
      name: "a fence that is signalled behind the wait",
      code: program`
      const own = new Timeline("own");
      export async function wrong() {
        const owed = own.fence();
        const read = owed.fence;
        waitBlocking(owed.fence, { timeout: 10 });
        await read.wait();
        owed.signal();
      }
    `,
      errors: [
        { messageId: "deadlock", line: 6, data: { name: "owed" } },
        { messageId: "hangs", line: 7 },
      ],
    },
    {
      name: "on one way",
      code: program`
      export async function wrong(flag: boolean) {
        const own = new Timeline("own"), owed = own.fence();
        if (flag) {
          await owed.fence.wait();
        }
        owed.signal();
      }
    `,
      errors: [{ messageId: "hangs", line: 5 }],
    },
    {
      name: "a point of an object that is empty",
      code: program`
      export async function wrong() {
        const frames = new SyncObject({ name: "frames" });
        if (frames.lastSubmitted > 7n) return;
        frames.at(7n).find();
        await frames.at(7n).wait();
        await frames.wait(7n);
        frames.signalPoint(7n);
      }
    `,
      errors: [
        { messageId: "empty", line: 5, data: { name: "frames" } },
        { messageId: "empty", line: 6 },
        { messageId: "empty", line: 7 },
      ],
    },
  ],
});
