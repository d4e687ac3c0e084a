/**
 * `recovery-gpu/endless`: a shader that never ends, on an isolated device, again and again: how long from its timeout to the next job's
 * result, beside the same by hand; what the other jobs of the device saw, and those of a device beside it.
 */
import { SignalboxError, submit } from "signalbox";
import { openIsolatedWebGpu } from "signalbox/webgpu";
import type { IsolatedGpuJob, IsolatedRestorable, IsolatedWebGpuDevice } from "signalbox/webgpu";
import type { Proof, ProofFindings } from "../harness/contest.ts";
import { percentile } from "../harness/statistics.ts";
import { three } from "../report/figures.ts";
import { table } from "../report/table.ts";
import { ByHand } from "./by-hand.ts";

const ROUNDS = 50;
const ROUNDS_QUICK = 3;
/** How long the shader may take, in ms. */
const TIMEOUT = 100;
/** How long nothing is done before each round, in ms: a standby that has just started still costs the machine something. */
const REST = 100;

const module = new URL("./kernels.js", import.meta.url);

export const endless: Proof = {
  kind: "proof",
  name: "recovery-gpu/endless",
  title: "a shader that never ends, in an isolated device: killed, swapped, its neighbours run again",
  async run({ quick }) {
    const rounds = quick ? ROUNDS_QUICK : ROUNDS;
    let gpu: Kit;
    try {
      gpu = await open("bench", true);
    } catch (error) {
      if (!(error instanceof SignalboxError) || error.code !== "ENODEV") throw error;
      return { lines: [`  not here: ${error.message}`], figures: {}, summary: "not here", wrong: [] };
    }
    // In turns, so that what else the machine does is the same for both.
    const hand: number[] = [];
    const byHand = await ByHand.start();
    const warm = await measure(gpu, rounds, async () => {
      await rest(REST);
      hand.push(await byHand.swap(TIMEOUT));
    });
    byHand.stop();
    const neighbour = await Neighbour.open();
    const shared = await measure(gpu, Math.ceil(rounds / 5));
    const beside = await neighbour.close();
    await gpu.device.close();
    const alone = await open("alone", false);
    const cold = await measure(alone, Math.ceil(rounds / 5));
    await alone.device.close();
    return report(rounds, warm, cold, hand, { ...beside, wrong: [...shared.wrong, ...beside.wrong] });
  },
};

interface Kit {
  readonly device: IsolatedWebGpuDevice;
  readonly resources: Readonly<Record<string, IsolatedRestorable>>;
  readonly work: (value: number) => IsolatedGpuJob;
}

async function open(name: string, standby: boolean): Promise<Kit> {
  const device = await openIsolatedWebGpu({ name, standby });
  const pipelines = await device.restorable({ module, export: "makePipelines", early: true });
  const buffer = await device.restorable({ module, export: "makeBuffer", args: [0] });
  const resources = { buffer, pipelines };
  const work = (value: number): IsolatedGpuJob => ({
    module,
    export: "work",
    args: [value],
    resources,
    idempotent: true,
  });
  return { device, resources, work };
}

/** What was found in so many rounds. */
interface Measured {
  /** From the guilty job's end to the end of the job that was behind it, in ms. */
  readonly times: readonly number[];
  /** From the submission of that job to its end. */
  readonly latencies: readonly number[];
  readonly wrong: readonly string[];
}

async function measure(
  { device, resources, work }: Kit,
  rounds: number,
  between: () => Promise<void> = () => Promise.resolve(),
): Promise<Measured> {
  const guilty = device.queue("guilty", { timeout: TIMEOUT });
  const innocent = device.queue("innocent");
  const times: number[] = [];
  const latencies: number[] = [];
  const wrong: string[] = [];
  const before = device.restarts;
  for (let round = 0; round < rounds; round++) {
    await between();
    await ready(device);
    const hung = guilty.job({ module, export: "hang", resources });
    submit(hung);
    await turn();
    const submitted = performance.now();
    const next = innocent.job<number[]>(work(round));
    submit(next);
    await Promise.allSettled([hung.wait()]);
    const began = performance.now();
    await Promise.allSettled([next.wait()]);
    const ended = performance.now();
    times.push(ended - began);
    latencies.push(ended - submitted);
    if (hung.failure()?.code !== "ETIME") wrong.push(`round ${round}: the guilty job ended with ${hung.error}`);
    if (next.error !== 0) wrong.push(`round ${round}: an innocent job ended with ${next.error}`);
    else if (next.result.some((number) => number !== round + 1))
      wrong.push(`round ${round}: it read ${next.result.join()}`);
  }
  const restarts = device.restarts - before;
  if (restarts !== rounds) wrong.push(`${restarts} restarts in ${rounds} rounds`);
  return { times, latencies, wrong };
}

// Its standby is ready, if it has one, and the machine has come to rest.
async function ready(device: IsolatedWebGpuDevice): Promise<void> {
  do await rest(REST);
  while (device.standby === "starting");
}

/** A device beside the one that hangs, with a small job every few ms. */
class Neighbour {
  readonly #kit: Kit;
  readonly #times: number[] = [];
  #stopped = false;
  readonly #wrong: string[] = [];
  readonly #running: Promise<void>;

  constructor(kit: Kit) {
    this.#kit = kit;
    this.#running = this.#run();
  }

  static async open(): Promise<Neighbour> {
    return new Neighbour(await open("neighbour", false));
  }

  async close(): Promise<Measured> {
    this.#stopped = true;
    await this.#running;
    const { device } = this.#kit;
    if (device.restarts > 0) this.#wrong.push(`the neighbour was restarted ${device.restarts} times`);
    await device.close();
    return { times: this.#times, latencies: this.#times, wrong: this.#wrong };
  }

  async #run(): Promise<void> {
    const queue = this.#kit.device.queue("small");
    for (let value = 0; !this.#stopped; value++) {
      const job = queue.job<number[]>(this.#kit.work(value));
      const began = performance.now();
      submit(job);
      await Promise.allSettled([job.wait()]);
      this.#times.push(performance.now() - began);
      if (job.error !== 0 || job.result[0] !== value + 1) this.#wrong.push(`a neighbour's job ended with ${job.error}`);
      await rest(5);
    }
  }
}

function report(
  rounds: number,
  warm: Measured,
  cold: Measured,
  hand: readonly number[],
  beside: Measured,
): ProofFindings {
  const wrong = [...warm.wrong, ...cold.wrong, ...beside.wrong];
  const rows = [
    ["  from the timeout to the next job's result, with a standby", ...summary(warm.times)],
    ["  floor: kill and swap by hand", ...summary(hand)],
    ["  without a standby", ...summary(cold.times)],
    [`  a job behind the guilty one, from its submission (the timeout is ${TIMEOUT} ms)`, ...summary(warm.latencies)],
    ["  a job of another isolated device meanwhile", ...summary(beside.times)],
  ];
  const [p50, max] = summary(warm.times);
  return {
    lines: [
      table([["  ms", "p50", "max", "of"], ...rows]),
      `  innocent jobs: ${rounds} run again of ${rounds}, ${warm.wrong.length} wrong; ${beside.times.length} of the other device, ${beside.wrong.length} wrong`,
    ],
    figures: {
      rounds,
      recoveryP50Ms: at(warm.times, 0.5),
      recoveryMaxMs: at(warm.times, 1),
      byHandP50Ms: at(hand, 0.5),
      byHandMaxMs: at(hand, 1),
      withoutStandbyP50Ms: at(cold.times, 0.5),
      withoutStandbyMaxMs: at(cold.times, 1),
      behindP50Ms: at(warm.latencies, 0.5),
      behindMaxMs: at(warm.latencies, 1),
      neighbourP50Ms: at(beside.times, 0.5),
      neighbourMaxMs: at(beside.times, 1),
      neighbourJobs: beside.times.length,
      wrong: wrong.length,
    },
    summary: `p50 ${p50} ms, max ${max} ms`,
    wrong,
  };
}

function summary(times: readonly number[]): string[] {
  return [three(at(times, 0.5)), three(at(times, 1)), `${times.length}`];
}

function at(times: readonly number[], share: number): number {
  return percentile(Float64Array.from(times).sort(), share);
}

function rest(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
