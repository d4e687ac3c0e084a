/**
 * Findings: from what is wrong to a report, once for each place in the program.
 */
import { contextNames } from "./contexts.ts";
import type { Contexts } from "./contexts.ts";
import type { Origins } from "./origins.ts";
import { Report, step } from "./report.ts";
import type { Finding, ReportContext } from "./report.ts";
import type { RuleId } from "./rules.ts";
import { Site } from "./site.ts";

/** How many frames tell one place from another: a program's own wrapper of a lock is the innermost of all places where one is taken. */
const FRAMES = 4;

/** Something wrong at one place, whatever led to it. */
export interface Breach {
  readonly rule: RuleId;
  readonly message: string;
  /** What was being done, for the chain's one step. */
  readonly doing: string;
  /** That of the running code, if left out. */
  readonly context?: ReportContext;
  readonly cause?: unknown;
}

export class Findings {
  readonly #contexts: Contexts;
  readonly #origins: Origins;
  readonly #report: (report: Report) => void;
  readonly #told = new Set<string>();
  #over = false;

  constructor(contexts: Contexts, origins: Origins, report: (report: Report) => void) {
    this.#contexts = contexts;
    this.#origins = origins;
    this.#report = report;
  }

  /** Tells of nothing any more: what was being done meanwhile is seen by nobody to its end. */
  end(): void {
    this.#over = true;
  }

  tell(finding: Finding): void {
    if (this.#over) return;
    const owed = finding.context === null ? undefined : this.#contexts.handedOn;
    const steps = owed === undefined ? [] : this.#origins.of(owed);
    const chains = steps.length === 0 ? finding.chains : [...finding.chains, { title: "handed on", steps }];
    this.#report(new Report({ ...finding, chains }));
  }

  breach({ rule, message, doing, context = this.context, cause }: Breach): void {
    const site = Site.here();
    if (!this.firstTime([rule, context ?? ""], site)) return;
    this.tell({ rule, message, context, chains: [{ title: "now", steps: [step(doing, site)] }], cause });
  }

  /** Whether this was not told of before, of this place. */
  firstTime(what: readonly string[], site: Site | null): boolean {
    const key = [...what, ...(site?.frames.slice(0, FRAMES) ?? [])].join("|");
    if (this.#told.has(key)) return false;
    this.#told.add(key);
    return true;
  }

  /** In which kind of code the running code owes a fence; null if it doesn't. */
  get context(): ReportContext {
    return this.#contexts.owing?.kind ?? null;
  }
}

/** What a context is called in messages. */
export function contextName(context: Exclude<ReportContext, null>): string {
  return context === "spin lock" ? "a stretch under a spin lock" : contextNames[context];
}
