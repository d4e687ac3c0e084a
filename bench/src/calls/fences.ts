/** The prices of fences: made, looked at, listened to, waited for in every way, signalled; and of what holds several. */
import { Completion, Registration, Timeline, deliver, fenceArray, mergeFences, stubFence } from "signalbox";
import type { DriverFence, Fence } from "signalbox";
import { EIGHT, awaited, eights, onFences, repeated } from "./kit.ts";
import type { Operation } from "./kit.ts";

export function fenceOperations(): readonly Operation[] {
  return [
    makingFences(),
    onFences("driverFence.signal()", (fences, count) => repeated(count, (index) => void fences[index]!.signal())),
    onFences("driverFence.signal(), all in one delivery", (fences, count) => {
      const signalOne = repeated(count, (index) => void fences[index]!.signal());
      return () => {
        deliver(signalOne);
      };
    }),
    signallingThrough("timeline.signalThrough(seqno), one fence at a time", 1),
    signallingThrough("timeline.signalThrough(seqno), each of 8", EIGHT),
    onFences("fence.signalled", (fences, count) => {
      let signalled = 0;
      return repeated(count, (index) => (signalled += fences[index]!.fence.signalled ? 1 : 0));
    }),
    onFences("fence.register(registration) and registration.cancel()", (fences, count) => {
      const registration = Registration.complete(new Completion());
      return repeated(count, (index) => {
        fences[index]!.fence.register(registration);
        registration.cancel();
      });
    }),
    awaited("await fence.wait(), signalled in between", (fence) => fence.wait()),
    awaited("await fence.wait({ timeout }), signalled in between", (fence) => fence.wait({ timeout: 60_000 })),
    awaited("await fence.wait({ signal }), signalled in between", (fence) =>
      fence.wait({ signal: new AbortController().signal }),
    ),
    ofSignalled(),
    onFences("fenceArray([8 fences])", overEights(fenceArray), true, EIGHT),
    onFences("mergeFences([8 fences])", overEights(mergeFences), true, EIGHT),
    ofEight("await fenceArray([8 fences]).wait(), signalled in between", (fences) => fenceArray(fences).wait()),
    ofEight("the same with { any: true }", (fences) => fenceArray(fences, { any: true }).wait()),
  ];
}

function makingFences(): Operation {
  const made: DriverFence[] = [];
  return {
    name: "timeline.fence()",
    prepare(count) {
      const timeline = new Timeline("prices");
      return repeated(count, (index) => {
        made[index] = timeline.fence();
      });
    },
    finish() {
      for (const fence of made.splice(0)) fence.signal();
    },
  };
}

function signallingThrough(name: string, each: number): Operation {
  return {
    name,
    prepare(count) {
      const timeline = new Timeline("prices");
      const calls = Math.floor(count / each);
      for (let index = 0; index < calls * each; index++) timeline.fence();
      return repeated(calls, (index) => void timeline.signalThrough((index + 1) * each));
    },
  };
}

/** Eight fences, on timelines of their own, for each call. */
function overEights(call: (fences: readonly Fence[]) => unknown) {
  return (all: readonly DriverFence[], count: number): (() => void) => {
    const lists = eights(all.map(({ fence }) => fence));
    return repeated(count, (index) => void call(lists[index]!));
  };
}

function ofEight(name: string, wait: (fences: readonly Fence[]) => Promise<void>): Operation {
  return onFences(
    name,
    (all, count) => {
      const lists = eights(all.map(({ fence }) => fence));
      const waits: Promise<void>[] = [];
      const begin = repeated(count, (index) => waits.push(wait(lists[index]!)));
      return async () => {
        begin();
        deliver(() => {
          for (const one of all) one.signal();
        });
        for (const each of waits) await each;
      };
    },
    true,
    EIGHT,
  );
}

function ofSignalled(): Operation {
  return {
    name: "await fence.wait() of one that has signalled",
    prepare(count) {
      const fence = stubFence();
      return async () => {
        for (let index = 0; index < count; index++) await fence.wait();
      };
    },
  };
}
