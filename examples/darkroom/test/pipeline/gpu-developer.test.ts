/** The GPU developer on a real device: strips that share slots, and photos that fail between others. */
import { submit } from "signalbox";
import type { Fence, Job } from "signalbox";
import { afterAll, describe, expect, it } from "vitest";
import { createPicture, type Picture } from "../../src/image/picture.ts";
import { planStrips, type Strip } from "../../src/image/strips.ts";
import { developReference } from "../../src/kernels/reference.ts";
import type { Developer } from "../../src/pipeline/developer.ts";
import { openGpuDeveloper } from "../../src/pipeline/gpu-developer.ts";
import { Meter } from "../../src/pipeline/meter.ts";
import { comparePictures } from "../../src/verify.ts";
import { openTestGpu } from "../support/adapter.ts";
import { noisyPicture } from "../support/pictures.ts";

const gpu = await openTestGpu();
afterAll(() => gpu?.close());

/** Credits for exactly so many slots of strips of 20 rows of 64 pixels with their halo. */
const slots = (count: number): number => count * (3 * 64 * 30 * 4 + 64 * 20 * 4 + 32);

describe.skipIf(gpu === undefined)("the GPU developer", () => {
  /** A developer with its own meter, for photos of 64 x 200 in ten strips or more. */
  async function prepare(
    credits: number,
    photos: number,
  ): Promise<{ developer: Developer; strips: Strip[]; meter: Meter }> {
    const developer = await openGpuDeveloper(gpu!, { credits, stripRows: 20 });
    const strips = planStrips(64, 200, developer.rowsFor({ width: 64, height: 200 }));
    const meter = new Meter();
    await developer.prepare(Array.from({ length: photos }, () => strips).flat(), meter);
    return { developer, strips, meter };
  }

  /** Submits a photo's strips behind a job that decodes it. */
  function develop(developer: Developer, strips: readonly Strip[], photo: () => Picture) {
    const decode = gpu!.queue("decode", {});
    const decoded: Job<Picture> = decode.job<Picture>({ run: () => Promise.resolve().then(photo) });
    const result = createPicture(64, 200);
    const made = strips.map((strip) => developer.develop(strip, decoded, () => result));
    submit(decoded, ...made.flatMap(({ jobs }) => jobs));
    const done = made.map(({ done }): Fence => done);
    return { result, done, over: Promise.allSettled(done.map((fence) => fence.wait())) };
  }

  it.each([1, 2, 3])(
    "U2: develops ten strips and more through %d slots without writing into one that is in use",
    async (count) => {
      const { developer, strips, meter } = await prepare(slots(count), 1);
      expect(strips.length).toBeGreaterThanOrEqual(10);
      expect(meter.now).toBeGreaterThan(slots(count - 1));
      expect(meter.now).toBeLessThanOrEqual(slots(count));
      const photo = noisyPicture(64, 200, count);
      const { result, over } = develop(developer, strips, () => photo);
      await over;
      expect(comparePictures(developReference(photo), result).differing).toBe(0);
    },
  );

  it("U2: leaves the photos before and after one that is not decoded alone", async () => {
    const { developer, strips } = await prepare(slots(2), 3);
    const photos = [noisyPicture(64, 200, 1), undefined, noisyPicture(64, 200, 3)] as const;
    const damaged = (): never => {
      throw new RangeError("the file is damaged");
    };
    const developed = photos.map((photo) => develop(developer, strips, () => photo ?? damaged()));
    await Promise.all(developed.map(({ over }) => over));
    for (const index of [0, 2] as const) {
      expect(comparePictures(developReference(photos[index]), developed[index]!.result).differing).toBe(0);
    }
    for (const fence of developed[1]!.done) {
      let root: unknown = fence.failure();
      while (root instanceof Error && root.cause !== undefined) root = root.cause;
      expect(root).toMatchObject({ message: "the file is damaged" });
    }
  });

  it("counts on the meter what its strips take, until they are over, whether or not they were done", async () => {
    const { developer, strips, meter } = await prepare(slots(3), 2);
    const before = meter.now;
    const good = develop(developer, strips, () => noisyPicture(64, 200));
    const bad = develop(developer, strips, () => {
      throw new RangeError("the file is damaged");
    });
    await Promise.all([good.over, bad.over]);
    expect(meter.peak).toBeGreaterThan(before);
    expect(meter.now).toBe(before);
  });

  it("names what a photo is too wide for: the credits", async () => {
    const developer = await openGpuDeveloper(gpu!, { credits: 65536, stripRows: 20 });
    expect(() => developer.rowsFor({ width: 1000, height: 500 })).toThrow(
      "A picture of 1000 x 500 does not fit the credits of 64 KiB, a quarter for each of 4 buffers: a strip needs 11 whole rows at once, so at most 372 pixels of width.",
    );
  });

  it("refuses a strip that it was not prepared for", async () => {
    const developer = await openGpuDeveloper(gpu!, { credits: 65536, stripRows: 20 });
    const [strip] = planStrips(64, 20, 20);
    expect(() => developer.develop(strip!, undefined as never, () => createPicture(1, 1))).toThrow(RangeError);
  });
});
