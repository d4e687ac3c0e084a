/**
 * `memory/job`: what a job takes of the heap: made and not submitted, submitted and waiting in its queue, in flight on a device, and
 * after it is done and let go. Nobody asks for a promise. Beside it what rivals and a bare floor take for a job in flight.
 *
 * The program's own share is not counted: its list of jobs and the device's are made before, and the spec of a job (one
 * number here) is weighed by itself and taken off.
 */
import { Ring, deliver, submit } from "signalbox";
import type { Driver, Job } from "signalbox";
import type { Proof } from "../harness/contest.ts";
import { collect, heapUsed } from "../harness/memory.ts";
import { median } from "../harness/statistics.ts";
import type { NumberedJob } from "../lifecycle/steady-signalbox.ts";
import { table } from "../report/table.ts";
import { bytesInFlight } from "./holding.ts";
import type { Held, Holding } from "./holding.ts";
import { bareFences, byHand, fastqCallbacks, fastqPromises, limited, queued } from "./rivals.ts";

/** So many that what the engine keeps of its own, some 300 kB, is noise. */
const JOBS = 100_000;
const ROUNDS = { thorough: 8, quick: 6 };
const WARM_UPS = 3;
/** What is noise: code, and what the engine keeps of its own. */
const RETAINED = 1;

type Numbered = Job<unknown, NumberedJob>;
type Stage = "spec" | "rest" | "queued" | "inFlight" | "retained";
type Weights = Readonly<Record<Stage, number>>;

/** Who else has a job in flight, by the key of its figure. */
type Other = "fastq" | "fastqPromise" | "pLimit" | "pQueue" | "byHand" | "bare";
const others: Readonly<Record<Other, (held: Held) => Holding>> = {
  fastq: fastqCallbacks,
  fastqPromise: fastqPromises,
  pLimit: limited,
  pQueue: queued,
  byHand,
  bare: bareFences,
};
const names = Object.keys(others) as Other[];
/** They have one stage. */
const OTHERS = {
  thorough: { jobs: JOBS, rounds: 5, warmUps: 2 },
  quick: { jobs: JOBS / 5, rounds: 3, warmUps: 1 },
};

export const memory: Proof<`${Stage | Other}Bytes`> = {
  kind: "proof",
  name: "memory/job",
  title: "bytes of a job, no promise asked for",
  keys: [
    "specBytes",
    "restBytes",
    "queuedBytes",
    "inFlightBytes",
    "retainedBytes",
    ...names.map((name) => `${name}Bytes` as const),
  ],
  async run({ quick }) {
    const weigher = new Weigher(JOBS);
    // Code and feedback live on the heap, too.
    for (let k = 0; k < WARM_UPS; k++) await weigher.round();
    const rounds: Weights[] = [];
    for (let k = 0; k < (quick ? ROUNDS.quick : ROUNDS.thorough); k++) rounds.push(await weigher.round());
    const bytes = (stage: Stage): number => median(rounds.map((round) => round[stage]));
    // What is kept of each job is kept in each round.
    const retained = Math.min(...rounds.map((round) => round.retained));
    const stages: readonly (readonly [string, number])[] = [
      ["made", bytes("rest")],
      ["submitted, waiting in its queue", bytes("queued")],
      ["in flight", bytes("inFlight")],
      ["done and let go", retained],
    ];
    const beside = await weighOthers(quick);
    return {
      lines: [
        table([["  a job", "bytes"], ...stages.map(([name, weight]) => [`  ${name}`, weight.toFixed(1)])]),
        table([
          ["  in flight, of others", "bytes"],
          ...beside.map(({ title, weight }) => [`  ${title}`, weight.toFixed(1)]),
        ]),
        `  of ${JOBS} jobs; the program's own spec of a job, ${bytes("spec").toFixed(1)} bytes, is not counted`,
      ],
      figures: {
        restBytes: bytes("rest"),
        queuedBytes: bytes("queued"),
        inFlightBytes: bytes("inFlight"),
        // Below nothing is the engine's noise.
        retainedBytes: Math.max(0, Math.round(retained)),
        specBytes: bytes("spec"),
        ...figuresOf(beside),
      },
      summary: `${bytes("inFlight").toFixed(0)} bytes in flight, ${Math.max(0, retained).toFixed(1)} after`,
      wrong: [
        ...(retained > RETAINED ? [`${retained.toFixed(1)} bytes of a job are left when it is done and let go`] : []),
      ],
    };
  },
};

interface Beside {
  readonly name: Other;
  readonly title: string;
  readonly weight: number;
}

async function weighOthers(quick: boolean): Promise<readonly Beside[]> {
  const beside: Beside[] = [];
  for (const name of names) {
    const open = others[name];
    const weight = await bytesInFlight(open, quick ? OTHERS.quick : OTHERS.thorough);
    beside.push({ name, title: open(() => {}).name, weight });
  }
  return beside;
}

function figuresOf(beside: readonly Beside[]): Record<`${Other}Bytes`, number> {
  const entries = beside.map(({ name, weight }) => [`${name}Bytes`, weight] as const);
  return Object.fromEntries(entries) as Record<`${Other}Bytes`, number>;
}

/** Takes a number of jobs from stage to stage, and weighs the heap at each. */
class Weigher {
  readonly #count: number;
  readonly #specs: NumberedJob[];
  readonly #jobs: (Numbered | undefined)[];
  readonly #device: HoldingDriver;
  readonly #queue;

  constructor(count: number) {
    this.#count = count;
    this.#specs = new Array<NumberedJob>(count);
    this.#jobs = new Array<Numbered | undefined>(count);
    this.#device = new HoldingDriver(count);
    this.#queue = new Ring(this.#device).queue("weighed");
  }

  async round(): Promise<Weights> {
    const begin = weigh();
    for (let index = 0; index < this.#count; index++) this.#specs[index] = { index };
    const specs = weigh();
    for (let index = 0; index < this.#count; index++) this.#jobs[index] = this.#queue.job(this.#specs[index]!);
    const made = weigh();
    for (let index = 0; index < this.#count; index++) submit(this.#jobs[index]!);
    // From here on the queue holds them, and the device.
    this.#jobs.fill(undefined);
    const queued = weigh();
    // A ring starts so many jobs at a time, and lets the event loop turn.
    while (this.#device.held < this.#count) await nextTurn();
    const flying = weigh();
    this.#device.completeAll();
    await this.#queue.drain();
    this.#specs.fill({ index: 0 });
    // What is done is let go of in batches, too.
    for (let turn = 0; turn < this.#count / 100; turn++) await nextTurn();
    const after = weigh();
    const each = (from: number, to: number): number => (to - from) / this.#count;
    return {
      spec: each(begin, specs),
      rest: each(specs, made),
      queued: each(specs, queued),
      inFlight: each(specs, flying),
      retained: each(begin, after),
    };
  }
}

/** Has every job at once, and is done with all of them when it is told to. */
class HoldingDriver implements Driver<NumberedJob> {
  readonly name = "holding";
  held = 0;
  readonly #jobs: (Numbered | undefined)[];

  constructor(count: number) {
    this.#jobs = new Array<Numbered | undefined>(count);
  }

  run(job: Numbered): "pending" {
    this.#jobs[this.held++] = job;
    return "pending";
  }

  cancel(): void {}

  completeAll(): void {
    deliver(() => {
      for (let k = 0; k < this.held; k++) {
        const job = this.#jobs[k]!;
        job.queue.complete(job);
      }
    });
    this.#jobs.fill(undefined);
    this.held = 0;
  }
}

function weigh(): number {
  collect();
  return heapUsed();
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
