/** A photo's graph of jobs on a simulated device: what runs when, what becomes of failures, and what is kept. */
import { errno, submit } from "signalbox";
import type { Job, JobQueue } from "signalbox";
import { openSim } from "signalbox/sim";
import type { SimDevice, SimJob } from "signalbox/sim";
import type { WorkerJob } from "signalbox/workers";
import { describe, expect, it } from "vitest";
import { cutRows, pasteRows } from "../../src/image/slice.ts";
import { pictureBytes, type Picture } from "../../src/image/picture.ts";
import { planStrips } from "../../src/image/strips.ts";
import type { Developer } from "../../src/pipeline/developer.ts";
import { Meter } from "../../src/pipeline/meter.ts";
import { outcomeOf } from "../../src/pipeline/outcome.ts";
import { submitPhoto } from "../../src/pipeline/photo-graph.ts";
import type { PlannedPhoto, Stages } from "../../src/pipeline/photo-graph.ts";
import type { Verdict } from "../../src/verify.ts";
import { isCollected } from "../support/collect.ts";
import { noisyPicture } from "../support/pictures.ts";

const photo: PlannedPhoto = {
  input: "a.jpg",
  output: "a.png",
  size: { width: 8, height: 40 },
  strips: planStrips(8, 40, 10),
};

/** What a simulated worker job does instead of running in a thread. */
interface Act {
  readonly answer?: (args: readonly unknown[]) => unknown;
  readonly duration?: number;
  readonly error?: number;
}

/** Stages on a simulated device. The developer hands its photo's rows on as they are. */
function simulate(sim: SimDevice, acts: { decode?: Act; develop?: Act; verify?: Act; encode?: Act } = {}) {
  const log: string[] = [];
  const given: Record<string, unknown> = {};
  const meter = new Meter();
  const times: (number | undefined)[] = [];
  const queueOf = (name: keyof typeof acts): JobQueue<WorkerJob> => {
    const { answer = () => 0, duration = 1, error = 0 } = acts[name] ?? {};
    const queue = sim.queue(name, {
      ring: name === "encode" ? 1 : 0,
      ...(name === "decode" ? { onFailedDependency: "ignore" } : {}),
    });
    const job = ({ after, args = [] }: WorkerJob): Job => {
      const spec: SimJob & { result?: unknown } = {
        duration,
        error,
        ...(after === undefined ? {} : { after }),
        run: () => {
          log.push(name);
          const values = typeof args === "function" ? args() : args;
          if (name !== "decode") given[name] = values[0];
          spec.result = answer(values);
        },
      };
      return queue.job(spec);
    };
    return { job } as never;
  };
  const develop = sim.queue("develop");
  const developer: Developer = {
    description: "simulated",
    rowsFor: () => 10,
    prepare: () => Promise.resolve(),
    develop: (strip, decoded) => {
      const { duration = 1, error = 0 } = acts.develop ?? {};
      const spec: SimJob & { result?: unknown } = {
        after: decoded,
        duration,
        error: strip.index === 2 ? error : 0,
        run: () => {
          log.push(`strip ${strip.index}`);
          spec.result = cutRows(decoded.result, strip.output);
        },
      };
      const done = develop.job<Uint8Array>(spec);
      return {
        jobs: [done],
        done,
        // As on a GPU: rows that were not read back are missing, and nothing else tells.
        collect: (picture) => {
          if (done.error === 0) pasteRows(picture, strip.output, done.result);
        },
      };
    },
  };
  const stages: Stages = {
    developer,
    decode: queueOf("decode"),
    encode: queueOf("encode"),
    verify: queueOf("verify"),
    format: "png",
    meter,
    stripOver: (time) => times.push(time),
  };
  return { stages, log, given, meter, times };
}

const ERRORS = { decode: errno.EIO, develop: errno.ENOMEM, encode: errno.ENOSPC };
const source = noisyPicture(8, 40);
const decode: Act = { answer: () => source };

describe("a photo's graph", () => {
  it("decodes, develops each strip, and encodes what was put together", async () => {
    const sim = openSim({ rings: 2 });
    const { stages, log, given } = simulate(sim, { decode });
    await submitPhoto(photo, stages, undefined).encoded.wait();
    expect(log).toEqual(["decode", "strip 0", "strip 1", "strip 2", "strip 3", "encode"]);
    expect(given["encode"]).toEqual({ path: "a.png", format: "png", ...source });
    await sim.close();
  });

  it("compares before it encodes, where the file can't be compared", async () => {
    const sim = openSim({ rings: 2 });
    const verdict: Verdict = { pixels: 320, differing: 0 };
    const { stages, log, given } = simulate(sim, { decode, verify: { answer: () => verdict, duration: 50 } });
    const fences = submitPhoto(photo, { ...stages, format: "jpeg" }, undefined);
    await fences.encoded.wait();
    expect(log.slice(-2)).toEqual(["verify", "encode"]);
    expect(fences.encoded.timestamp).toBeGreaterThan(fences.verdict!.timestamp!);
    expect(fences.verdict?.result).toEqual(verdict);
    expect(given["verify"]).toEqual({ path: "a.jpg", developed: source });
    expect(given["encode"]).toEqual({ path: "a.png", format: "jpeg", ...source });
    await sim.close();
  });

  it("G1: begins when an earlier photo is over, whatever became of it", async () => {
    const sim = openSim({ rings: 2 });
    const { stages, log } = simulate(sim, { decode });
    const earlier = sim.queue("earlier", {}).job({ duration: 50, error: errno.EIO, run: () => log.push("earlier") });
    submit(earlier);
    const { encoded } = submitPhoto(photo, stages, earlier);
    await encoded.wait();
    expect(log.slice(0, 2)).toEqual(["earlier", "decode"]);
    await sim.close();
  });

  it("tells of each strip how long after the decoding its rows were back", async () => {
    const sim = openSim({ rings: 2 });
    const { stages, times } = simulate(sim, { decode: { ...decode, duration: 100 }, develop: { duration: 5 } });
    await submitPhoto(photo, stages, undefined).encoded.wait();
    expect(times).toEqual([5, 10, 15, 20]);
    await sim.close();
  });

  it.each([
    ["decode", { decode: { ...decode, error: ERRORS.decode } }, [undefined, undefined, undefined, undefined]],
    ["develop", { decode, develop: { error: ERRORS.develop } }, [1, 2, undefined, 4]],
    ["encode", { decode, encode: { error: ERRORS.encode } }, [1, 2, 3, 4]],
  ] as const)(
    "G2: a %s that fails ends the photo, nothing is encoded, and the meter has everything back",
    async (name, acts, strips) => {
      const sim = openSim({ rings: 2 });
      const { stages, given, times, meter } = simulate(sim, acts);
      const other = simulate(sim, { decode });
      const fences = [submitPhoto(photo, stages, undefined), submitPhoto(photo, other.stages, undefined)] as const;
      const error: unknown = await fences[0].encoded.wait().catch((error: unknown) => error);
      expect(outcomeOf(photo, error, { interrupted: false })).toMatchObject({
        reason: expect.stringContaining(`to fail with ${ERRORS[name]}`),
      });
      await fences[1].encoded.wait();
      await sim.close();
      expect("encode" in given).toBe(name === "encode");
      expect(times.map((time) => time === undefined)).toEqual(strips.map((time) => time === undefined));
      expect(meter.now).toBe(0);
    },
  );

  it("meters the photo and its result while they are there", async () => {
    const sim = openSim({ rings: 2 });
    const { stages, meter } = simulate(sim, { decode });
    await submitPhoto(photo, stages, undefined).encoded.wait();
    await sim.close();
    expect(meter.peak).toBeGreaterThanOrEqual(2 * pictureBytes(photo.size));
    expect(meter.peak).toBeLessThan(3 * pictureBytes(photo.size));
    expect(meter.now).toBe(0);
  });

  it.each(["png", "jpeg"] as const)("G3: keeps no picture and no rows of a photo that is over (%s)", async (format) => {
    const sim = openSim({ rings: 2 });
    const pictures: WeakRef<object>[] = [];
    const watch = <T extends object>(object: T): T => {
      pictures.push(new WeakRef(object));
      return object;
    };
    const { stages, given } = simulate(sim, {
      decode: { answer: () => watch(noisyPicture(8, 40)) },
      encode: { answer: ([input]) => watch((input as Picture).data).byteLength },
    });
    const rows = stages.developer.develop.bind(stages.developer);
    stages.developer.develop = (...args) => {
      const strip = rows(...args);
      const collect = (picture: Picture): void => {
        watch((strip.done as Job<Uint8Array>).result);
        strip.collect(picture);
      };
      return { ...strip, collect };
    };
    const fences = submitPhoto(photo, { ...stages, format }, undefined);
    await fences.encoded.wait();
    await sim.close();
    for (const name of Object.keys(given)) Reflect.deleteProperty(given, name);
    expect(pictures).toHaveLength(6);
    for (const picture of pictures) expect(await isCollected(picture)).toBe(true);
    expect(fences.encoded.signalled).toBe(true);
  });
});
