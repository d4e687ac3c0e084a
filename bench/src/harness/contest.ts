/**
 * What a case of the benchmark is: a contest between contestants that do the same work, or a proof that something holds.
 *
 * Each case runs in a process of its own, so that no case warms up, or spoils, the code of another.
 */
import type { JobBody } from "./job-body.ts";
import type { Latencies } from "./latencies.ts";

/** What is measured (signalbox), what it is measured against (rival), and what nobody can beat (floor). */
export type Role = "signalbox" | "rival" | "floor";

/** One way to do the work of a contest. */
export interface Contestant {
  readonly name: string;
  readonly role: Role;
  /** What its jobs do: a copy that no other contestant calls, and the ledger that its work is checked with. */
  readonly body: JobBody;
  /** Whether it promises that jobs start in the order in which they were submitted; if "free", how many did not is only told. */
  readonly order: "kept" | "free";
  /** Does jobs 0 to `jobs - 1` and answers how many of them it was told are done; notes how long each took where asked to. */
  run(jobs: number, latencies: Latencies | undefined): number | Promise<number>;
  /** Looks after a round, outside the time that counts, whether the work was really done; answers what is wrong. */
  verify?(jobs: number): Promise<string | undefined>;
}

/** Contestants that are ready to run, and what to do when all is over. */
export interface Lineup {
  readonly contestants: readonly Contestant[];
  /** What was found on this machine and belongs beside the figures, such as the name of an adapter. */
  readonly note?: string;
  close?(): Promise<void>;
}

/** Why a case can't be had on this machine. */
export interface Skipped {
  readonly skipped: string;
}

/** A comparison: the same work for each contestant, in rounds. */
export interface Contest {
  readonly kind: "contest";
  readonly name: string;
  readonly title: string;
  /** Whether each contestant notes how long single jobs took; then the median job is what counts. */
  readonly latencies?: boolean;
  /** So many jobs in each round, whatever time that takes: for work that is about their number. Fewer for a first look. */
  readonly jobs?: { readonly thorough: number; readonly quick: number };
  /** Whether the work runs on threads of this process, which take the core from one another: that is no disturbance. */
  readonly threads?: boolean;
  prepare(): Lineup | Skipped | Promise<Lineup | Skipped>;
}

/** Something that must hold, printed as it is found. `Missing` is Skipped for one that can't be had on every machine. */
export interface Proof<Key extends string = string, Missing extends Skipped = never> {
  readonly kind: "proof";
  readonly name: string;
  readonly title: string;
  /** Figures that it has whenever it comes to an end, as far as somebody goes by their names. */
  readonly keys?: readonly Key[];
  /** `quick` asks for a smaller number of the same. */
  run(settings: { readonly quick: boolean }): Promise<ProofFindings<Key> | Missing>;
}

export interface ProofFindings<Key extends string = string> {
  /** What was found, line by line, for people. */
  readonly lines: readonly string[];
  /** The same for programs. */
  readonly figures: Readonly<Record<Key, number>>;
  /** The one figure that goes into the last line of the output. */
  readonly summary: string;
  /** What does not hold; empty if all does. */
  readonly wrong: readonly string[];
}

export type Case = Contest | Proof<string, Skipped>;
