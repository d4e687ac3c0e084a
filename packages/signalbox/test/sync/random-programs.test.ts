/**
 * Random programs on sync objects, beside a naive model that keeps everything: points, fences in any order, transfers, resets,
 * waits that begin before, between and after all that.
 *
 * The model of an object is the list of what was left in it since it was last emptied, each with what it waits for; a wait
 * takes what serves its point when there is something, and is over when all of that has signalled.
 */
import { setImmediate } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DriverFence } from "../../src/fence/driver-fence.ts";
import { ForeignTimeline } from "../../src/fence/foreign-timeline.ts";
import { SimPlatform } from "../../src/platform/simulated.ts";
import { SyncObject } from "../../src/sync/sync-object.ts";
import { waitAll, waitAny } from "../../src/sync/sync-wait.ts";
import { thrownBy } from "../support/notes.ts";

const OBJECTS = 3;
const FENCES = 6;

const place = fc.record({ object: fc.nat(OBJECTS - 1), point: fc.bigInt(1n, 12n) });
const step = fc.oneof(
  fc.record({ kind: fc.constant("add" as const), to: place, fence: fc.nat(FENCES - 1) }),
  fc.record({ kind: fc.constant("point" as const), to: place }),
  fc.record({ kind: fc.constant("transfer" as const), from: place, to: place }),
  fc.record({ kind: fc.constant("signal" as const), fence: fc.nat(FENCES - 1) }),
  fc.record({ kind: fc.constant("signal" as const), fence: fc.nat(FENCES - 1) }),
  fc.record({ kind: fc.constant("reset" as const), object: fc.nat(OBJECTS - 1) }),
  fc.record({
    kind: fc.constant("wait" as const),
    points: fc.array(place, { minLength: 1, maxLength: 4 }),
    all: fc.boolean(),
    available: fc.boolean(),
  }),
);

interface Place {
  readonly object: number;
  readonly point: bigint;
}

/** What fences a point waits for. */
type Needs = ReadonlySet<number>;

class ModelObject {
  points: { readonly point: bigint; readonly needs: Needs }[] = [];

  get last(): bigint {
    return this.points.at(-1)?.point ?? 0n;
  }

  /** What serves a point: its fences and those of all points before; undefined if it was not submitted. */
  find(wanted: bigint): Needs | undefined {
    const index = this.points.findIndex(({ point }) => point >= wanted);
    if (index < 0) return undefined;
    return new Set(this.points.slice(0, index + 1).flatMap(({ needs }) => [...needs]));
  }

  lastSignalled(signalled: ReadonlySet<number>): bigint {
    const pending = this.points.findIndex(({ needs }) => !isSubset(needs, signalled));
    return this.points[pending < 0 ? this.points.length - 1 : pending - 1]?.point ?? 0n;
  }
}

class ModelWait {
  readonly points: readonly Place[];
  readonly all: boolean;
  readonly available: boolean;
  readonly found: (Needs | undefined)[];
  answer: number | undefined;
  /** The first that was there at the beginning. */
  first: number | undefined;

  constructor(points: readonly Place[], all: boolean, available: boolean) {
    this.points = points;
    this.all = all;
    this.available = available;
    this.found = points.map(() => undefined);
  }

  look(objects: readonly ModelObject[], signalled: ReadonlySet<number>): void {
    if (this.answer !== undefined) return;
    for (const [index, { object, point }] of this.points.entries()) this.found[index] ??= objects[object]!.find(point);
    const done = this.found.map((needs) => needs !== undefined && (this.available || isSubset(needs, signalled)));
    this.first ??= done.indexOf(true);
    if (this.all && done.every(Boolean)) this.answer = this.first;
    if (!this.all && done.includes(true)) this.answer = done.indexOf(true);
  }
}

function isSubset(needs: Needs, signalled: ReadonlySet<number>): boolean {
  return [...needs].every((fence) => signalled.has(fence));
}

describe("for every program on sync objects", () => {
  it("points, queries and waits are those of the naive model, and nothing is left at the end", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 50 }), async (program) => {
        const platform = new SimPlatform({ auto: false });
        const objects = Array.from({ length: OBJECTS }, () => new SyncObject({ platform, ordered: true }));
        const fences: DriverFence[] = Array.from({ length: FENCES }, (_, n) =>
          new ForeignTimeline(`f${n}`, { platform }).fence(1),
        );
        const models = objects.map(() => new ModelObject());
        const signalled = new Set<number>();
        const waits: { model: ModelWait; answer: number | undefined }[] = [];
        const signalFence = (index: number): void => {
          fences[index]!.signal();
          signalled.add(index);
        };

        /** Adds a point to both, or sees it refused. */
        const add = (to: Place, needs: Needs, body: () => void): void => {
          const model = models[to.object]!;
          if (to.point <= model.last) {
            expect(thrownBy(body).code).toBe("EINVAL");
            return;
          }
          body();
          model.points.push({ point: to.point, needs });
        };
        const run = (action: (typeof program)[number]): void => {
          switch (action.kind) {
            case "add": {
              const { to, fence } = action;
              add(to, new Set([fence]), () => objects[to.object]!.addPoint(to.point, fences[fence]!.fence));
              return;
            }
            case "point":
              add(action.to, new Set(), () => objects[action.to.object]!.signalPoint(action.to.point));
              return;
            case "transfer": {
              const { from, to } = action;
              const needs = models[from.object]!.find(from.point);
              const body = () => objects[from.object]!.at(from.point).transferTo(objects[to.object]!.at(to.point));
              if (needs === undefined) expect(thrownBy(body).code).toBe("EINVAL");
              else add(to, needs, body);
              return;
            }
            case "signal":
              signalFence(action.fence);
              return;
            case "reset":
              objects[action.object]!.reset();
              models[action.object]!.points = [];
              return;
            case "wait": {
              const { points, all, available } = action;
              const wait = { model: new ModelWait(points, all, available), answer: undefined as number | undefined };
              waits.push(wait);
              const wanted = points.map(({ object, point }) => objects[object]!.at(point));
              const options = { forSubmit: true, available };
              const answered = (index: number): void => {
                wait.answer = index;
              };
              void (all ? waitAll : waitAny)(wanted, options).then(answered);
            }
          }
        };
        const compare = async (): Promise<void> => {
          await setImmediate();
          for (const { model } of waits) model.look(models, signalled);
          expect(waits.map(({ answer }) => answer)).toEqual(waits.map(({ model }) => model.answer));
          for (const [index, object] of objects.entries()) {
            const model = models[index]!;
            expect(object.lastSubmitted).toBe(model.last);
            expect(object.lastSignalled).toBe(model.lastSignalled(signalled));
          }
        };

        for (const action of program) {
          run(action);
          await compare();
        }
        // The end: everything is submitted and signals, so that every wait has its answer.
        for (let fence = 0; fence < FENCES; fence++) signalFence(fence);
        for (const [index, object] of objects.entries()) {
          object.reset();
          object.signalPoint(100n);
          models[index]!.points = [{ point: 100n, needs: new Set() }];
        }
        await compare();
        expect(waits.every(({ answer }) => answer !== undefined)).toBe(true);
        expect(objects.map(({ _awaited }) => _awaited)).toEqual([0, 0, 0]);
        expect(platform.idle).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it("what is known to have signalled never goes back while the object is not emptied", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.bigInt(1n, 30n), fc.nat(9)), { maxLength: 40 }), (program) => {
        const platform = new SimPlatform({ auto: false });
        const object = new SyncObject({ platform, ordered: true });
        const pending: DriverFence[] = [];
        let before = 0n;
        let submitted = 0n;
        for (const [gap, choice] of program) {
          if (choice < 5) {
            const fence = new ForeignTimeline("f", { platform }).fence(1);
            pending.push(fence);
            submitted += gap;
            object.addPoint(submitted, fence.fence);
          } else {
            pending.splice(choice % Math.max(1, pending.length), 1)[0]?.signal();
          }
          expect(object.lastSignalled).toBeGreaterThanOrEqual(before);
          expect(object.lastSignalled).toBeLessThanOrEqual(object.lastSubmitted);
          before = object.lastSignalled;
        }
        for (const fence of pending) fence.signal();
        expect(object.lastSignalled).toBe(object.lastSubmitted);
      }),
    );
  });
});
