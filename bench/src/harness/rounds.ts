/**
 * A contest: warm-up, then rounds in which every contestant has its turn, first another one each time.
 *
 * Stages of a contestant: sized (its number of jobs grows until a round takes about the wanted time) -> warming, round by round
 * -> measured, round by round -> accounted (a few more rounds, for memory) -> done; or wrong, at any stage, and then it takes no further part.
 */
import type { Contest, Contestant, Lineup } from "./contest.ts";
import { TOLERATED, beginProcessStretch, beginStretch } from "./core-time.ts";
import type { BeginStretch, Stretch } from "./core-time.ts";
import { faultsOf } from "./job-body.ts";
import { Latencies } from "./latencies.ts";
import type { LatencySummary } from "./latencies.ts";
import { account, collectYoung } from "./memory.ts";
import type { Account } from "./memory.ts";
import { standingsOf } from "./results.ts";
import type { ContestResult, Measured } from "./results.ts";
import { median, rotated } from "./statistics.ts";

/** How much is measured. */
export interface Settings {
  readonly rounds: number;
  /** What a round of one contestant should take, in ms. */
  readonly roundMs: number;
  /** Whether figures are for a first look only; a proof does less of the same then. */
  readonly quick: boolean;
}

/** How often a disturbed round is repeated before it is kept. */
const REPEATS = 3;
/** How many rounds are accounted: of a first look only one. */
const ACCOUNTS = { thorough: 3, quick: 1 };
/** A contestant is warm when it was for so long, in ms, no faster than before, by a share worth speaking of; less does for a first look... */
const IDLE_MS = { thorough: 100, quick: 20 };
const GETS_FASTER = 0.95;
/** ... and counts as warm when it has run for so long. */
const WARM_UP_MS = { thorough: 300, quick: 80 };
/** ... or so often: of the shortest rounds a busy machine leaves nothing, and less, that could be added up. */
const WARM_UPS = 100;
const FEWEST = 100;
const MOST = 2_000_000;

/** Called before each step: who is at what. */
export type Progress = (contestant: string, step: string) => void;

/** How a contest is watched and timed; everything may be left out. */
export interface Conduct {
  readonly progress?: Progress;
  readonly begin?: BeginStretch;
}

/** Holds a contest. The contestants are not closed: that is for who prepared them. */
export async function holdContest(
  contest: Contest,
  lineup: Lineup,
  settings: Settings,
  conduct: Conduct = {},
): Promise<ContestResult> {
  const { progress, begin = contest.threads === true ? beginProcessStretch : beginStretch } = conduct;
  // On a busy machine every round is disturbed: all repeats together may take as long as the rounds themselves, or one of them
  // where a first look is enough.
  const repeats = { left: (settings.quick ? 1 : settings.rounds) * lineup.contestants.length };
  const fixed = settings.quick ? contest.jobs?.quick : contest.jobs?.thorough;
  const entries = lineup.contestants.map(
    (contestant) => new Entry(contestant, contest.latencies === true, fixed, begin),
  );
  const inTurn = async (round: number, step: string, act: (entry: Entry) => Promise<void>): Promise<void> => {
    for (const entry of rotated(entries, round)) {
      if (entry.wrong.length > 0) continue;
      progress?.(entry.name, step);
      await entry.attempt(act);
    }
  };
  const { roundMs } = settings;
  const thoroughness = settings.quick ? "quick" : "thorough";
  await inTurn(0, "finding its number of jobs", (entry) => entry.findJobs(roundMs));
  // In turn, as in the rounds that count: contestants that share code make each other's slow until the engine has seen all of them.
  for (
    let pass = 0;
    entries.some((entry) => entry.wrong.length === 0 && !entry.isWarm(roundMs, thoroughness));
    pass++
  ) {
    await inTurn(pass, "warming up", async (entry) =>
      entry.isWarm(roundMs, thoroughness) ? undefined : entry.warmUp(roundMs),
    );
  }
  for (let round = 0; round < settings.rounds; round++) {
    await inTurn(round, `round ${round + 1} of ${settings.rounds}`, (entry) => entry.measure(repeats));
  }
  const accounts = ACCOUNTS[thoroughness];
  await inTurn(0, "counting bytes", (entry) => entry.account(accounts));
  return {
    kind: "contest",
    name: contest.name,
    title: contest.title,
    ...(lineup.note === undefined ? {} : { note: lineup.note }),
    ...standingsOf(entries.filter(({ wrong }) => wrong.length === 0).map((entry) => entry.measured())),
    wrong: entries.flatMap(({ name, wrong }) => wrong.map((what) => `${name}: ${what}`)),
  };
}

/** A contestant on its way through a contest. */
class Entry {
  readonly name: string;
  readonly wrong: string[] = [];
  readonly #contestant: Contestant;
  readonly #notesLatencies: boolean;
  /** How many jobs a round has, if that is not for the warm-up to find. */
  readonly #fixed: number | undefined;
  readonly #begin: BeginStretch;
  readonly #rounds: number[] = [];
  readonly #latencies: LatencySummary[] = [];
  #jobs: number;
  /** The shortest time of a job in a round so far; for how long it has not become shorter; how long rounds took in all, in ms; and how many. */
  #warmth = { best: Infinity, idle: 0, spent: 0, rounds: 0 };
  #repeated = 0;
  #disturbed = 0;
  #done = 0;
  #reordered = 0;
  #bytes = 0;
  #gcShare = 0;

  constructor(contestant: Contestant, notesLatencies: boolean, fixed: number | undefined, begin: BeginStretch) {
    this.name = contestant.name;
    this.#contestant = contestant;
    this.#notesLatencies = notesLatencies;
    this.#fixed = fixed;
    this.#jobs = fixed ?? FEWEST;
    this.#begin = begin;
  }

  /** Takes a step; what goes wrong in it ends this contestant's part, not the contest. */
  async attempt(act: (entry: Entry) => Promise<void>): Promise<void> {
    try {
      await act(this);
    } catch (error) {
      this.wrong.push(error instanceof Error ? error.message : String(error));
    }
  }

  /** Runs more and more jobs until a round takes as long as it should, unless their number is fixed. */
  async findJobs(roundMs: number): Promise<void> {
    let ms = 0;
    while (this.#fixed === undefined && ms < roundMs / 2 && this.#jobs < MOST) {
      ({ ms } = await this.#once());
      this.#warmth.spent += ms;
      this.#aimAt(roundMs, ms);
    }
  }

  /** Whether rounds get no faster any more, or have had their time. */
  isWarm(roundMs: number, thoroughness: keyof typeof IDLE_MS): boolean {
    const { idle, spent, rounds } = this.#warmth;
    if (idle >= Math.max(IDLE_MS[thoroughness], roundMs) || rounds >= WARM_UPS) return true;
    return spent >= Math.max(WARM_UP_MS[thoroughness], 4 * roundMs);
  }

  /** A round that doesn't count. */
  async warmUp(roundMs: number): Promise<void> {
    const { ms } = await this.#once();
    const { best, idle, spent, rounds } = this.#warmth;
    const each = ms / this.#jobs;
    const faster = each < best * GETS_FASTER;
    this.#warmth = {
      best: Math.min(best, each),
      idle: faster ? 0 : idle + ms,
      spent: spent + ms,
      rounds: rounds + 1,
    };
    if (this.#fixed === undefined) this.#aimAt(roundMs, ms);
  }

  /** One round that counts; repeated, within reason, when another process took the core. */
  async measure(repeats: { left: number }): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      collectYoung();
      const { ms, lost, latency } = await this.#once();
      const disturbed = lost > TOLERATED;
      if (disturbed && attempt < REPEATS && repeats.left > 0) {
        repeats.left--;
        this.#repeated++;
        continue;
      }
      if (disturbed) this.#disturbed++;
      this.#rounds.push(latency?.p50 ?? (ms * 1e6) / this.#jobs);
      if (latency !== undefined) this.#latencies.push(latency);
      return;
    }
  }

  /** Rounds for the memory that they take. The least is kept: a loop that turns while it waits allocates, too. */
  async account(rounds: number): Promise<void> {
    const accounts: Account[] = [];
    for (let k = 0; k < rounds; k++) accounts.push(await account(() => this.#once()));
    const { bytes, gcShare } = accounts.reduce((least, one) => (one.bytes < least.bytes ? one : least));
    this.#bytes = bytes / this.#jobs;
    this.#gcShare = gcShare;
  }

  measured(): Measured {
    const { role } = this.#contestant;
    return {
      name: this.name,
      role,
      jobs: this.#jobs,
      rounds: this.#rounds,
      bytesPerJob: this.#bytes,
      gcShare: this.#gcShare,
      repeated: this.#repeated,
      disturbed: this.#disturbed,
      reordered: this.#reordered / this.#done,
      ...(this.#latencies.length === 0 ? {} : { latency: this.#medianLatency() }),
    };
  }

  // The next round's number of jobs, after one that took `ms`: at most four times as many, since cold code says little.
  #aimAt(roundMs: number, ms: number): void {
    const factor = Math.min(4, roundMs / Math.max(ms, 0.001));
    this.#jobs = Math.round(Math.min(MOST, Math.max(FEWEST, this.#jobs * factor)));
  }

  #medianLatency(): LatencySummary {
    return {
      p50: median(this.#latencies.map(({ p50 }) => p50)),
      p99: median(this.#latencies.map(({ p99 }) => p99)),
    };
  }

  // Every round is verified, those that don't count too; the ledger is read outside the time.
  async #once(): Promise<Stretch & { readonly latency: LatencySummary | undefined }> {
    const { body, order } = this.#contestant;
    const jobs = this.#jobs;
    const latencies = this.#notesLatencies ? new Latencies(jobs) : undefined;
    body.reset();
    const end = this.#begin();
    const seen = await this.#contestant.run(jobs, latencies);
    const stretch = end();
    const tally = body.tally();
    const faults = faultsOf(tally, jobs, seen, order);
    const more = await this.#contestant.verify?.(jobs);
    if (more !== undefined) faults.push(more);
    if (faults.length > 0) throw new Error(faults.join("; "));
    this.#done += jobs;
    this.#reordered += tally.reordered;
    return { ...stretch, latency: latencies?.summary() };
  }
}
