/** The kinds of jobs for threads: what may go wrong in a module, each with how it must end. */
import type { WorkerJob } from "signalbox/workers";
import type { Chance } from "../harness/chance.ts";
import type { JobKind } from "../load/world.ts";

const module = new URL("./work.js", import.meta.url);

function bytes(chance: Chance): Uint8Array<ArrayBuffer> {
  return new Uint8Array(chance.one([1, 1_000, 100_000])).fill(chance.below(256));
}

export const threadKinds: readonly JobKind<WorkerJob>[] = [
  {
    name: "adds",
    weight: 20,
    make(chance) {
      const [a, b] = [chance.below(1_000), chance.below(1_000)];
      return { spec: { module, export: "add", args: [a, b] }, right: (result) => result === a + b };
    },
  },
  {
    name: "spins",
    weight: 10,
    make(chance) {
      const ms = chance.onceIn(8) ? chance.between(10, 30) : chance.fraction() * 3;
      return { spec: { module, export: "spin", args: () => [ms] }, right: (result) => result === ms };
    },
  },
  {
    name: "answers later",
    weight: 8,
    make(chance) {
      const value = `value ${chance.below(1_000)}`;
      return {
        spec: { module, export: "later", args: [value, chance.below(12)] },
        right: (result) => result === value,
      };
    },
  },
  {
    name: "transfers its argument",
    weight: 6,
    make(chance) {
      const sent = bytes(chance);
      const sum = sent.length * (sent[0] ?? 0);
      // Only once: by a second run the bytes would be gone.
      const spec = { module, export: "total", args: [sent], transfer: [sent.buffer], idempotent: false };
      return { spec, right: (result) => result === sum };
    },
  },
  {
    name: "transfers its result",
    weight: 6,
    make(chance) {
      const { length, [0]: value = 0 } = bytes(chance);
      return {
        spec: { module, export: "fill", args: [length, value] },
        right: (result) => result instanceof Uint8Array && result.length === length && result[length - 1] === value,
      };
    },
  },
  {
    name: "throws",
    weight: 3,
    make: () => ({ spec: { module, export: "fails", args: ["as it was told to"] }, fails: true, may: ["EIO"] }),
  },
  {
    name: "rejects later",
    weight: 3,
    make: (chance) => ({
      spec: { module, export: "failsLater", args: [chance.below(6)] },
      fails: true,
      may: ["EIO"],
    }),
  },
  {
    name: "throws what is no error",
    weight: 2,
    make: (chance) => ({
      spec: { module, export: "throwsOdd", args: [chance.one([undefined, null, "text", 7, { code: 1 }])] },
      fails: true,
      may: ["EIO"],
    }),
  },
  {
    name: "answers what can't be cloned",
    weight: 2,
    make: () => ({ spec: { module, export: "answersFunction" }, fails: true, may: ["EIO", "EINVAL"] }),
  },
  {
    name: "has arguments that can't be cloned",
    weight: 2,
    make: () => ({ spec: { module, export: "add", args: [() => 1, 2] }, fails: true, may: ["EINVAL"] }),
  },
  {
    name: "throws while its arguments are made",
    weight: 2,
    make: () => ({
      spec: {
        module,
        export: "add",
        args(): readonly unknown[] {
          throw new Error("No arguments");
        },
      },
      fails: true,
      may: ["EIO"],
    }),
  },
  {
    name: "names an export that isn't there",
    weight: 1,
    make: () => ({ spec: { module, export: "nowhere" }, fails: true, may: ["EIO", "EINVAL"] }),
  },
  {
    name: "ends its thread",
    weight: 1,
    make(chance, world) {
      // Whoever was transferred to the thread, and not begun, goes with it.
      world.books.hazard("EIO");
      return { spec: { module, export: "exits", args: [chance.below(3)] }, fails: true, may: ["EIO"] };
    },
  },
  {
    name: "never ends, and has a timeout",
    weight: 2,
    make(chance, world) {
      // Its thread is ended, and with it what was transferred there.
      world.books.hazard("EIO");
      return {
        spec: { module, export: chance.one(["loop", "waitForEver"]), timeout: chance.between(5, 60) },
        fails: true,
        may: ["ETIME", "EIO"],
      };
    },
  },
  {
    name: "may be out of time",
    weight: 2,
    make(chance, world) {
      world.books.hazard("EIO");
      const ms = chance.between(1, 30);
      return {
        spec: { module, export: "spin", args: [ms], timeout: chance.between(1, 30) },
        may: ["ETIME"],
        right: (result) => result === ms,
      };
    },
  },
  {
    name: "leaves an error that nobody catches",
    weight: 1,
    make(chance, world) {
      world.books.hazard("EIO");
      return { spec: { module, export: "failsUncaught", args: [chance.below(4)] } };
    },
  },
];

/** A job that never ends by itself, and has no timeout: for where something else ends it. */
export const endless: JobKind<WorkerJob> = {
  name: "never ends",
  weight: 1,
  make: () => ({ spec: { module, export: "loop" }, fails: true, may: ["EIO"] }),
};
