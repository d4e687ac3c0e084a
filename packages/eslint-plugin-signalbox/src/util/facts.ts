/**
 * Facts: what is certain at a place in a function, because it was made so on every way there (a job was submitted, a queue was
 * ended).
 *
 * A rule says as ESLint walks the file where a fact begins to hold and where it ends, and asks at places whether it does. It
 * hears only of what holds: a fact of some ways but not of others is none, so that what is done under a condition, or may have
 * thrown (a `try`, whose `catch` begins where the `try` did), raises no false alarm.
 */
import type { TSESLint } from "@typescript-eslint/utils";
import { Paths } from "./paths.ts";
import type { Flow } from "./paths.ts";
import type { Place } from "./place.ts";

/** A fact: what kind it is of, and whom it is about (`keyOf` of bindings.ts). */
export interface Fact {
  readonly kind: string;
  readonly about: string;
  /** The other one, where it is about two: what a job waits for. */
  readonly on?: string;
}

type Mark =
  | { readonly step: "holds" | "ends"; readonly is: (fact: Fact) => boolean }
  | { readonly step: "asks"; readonly facts: readonly Fact[]; readonly yes: () => void };

/** The facts of a file. */
export class Facts {
  readonly #paths: Paths<Mark>;

  constructor(place: Place) {
    this.#paths = new Paths<Mark>(place, answer);
  }

  /** To be put before the rule's own listeners. */
  get listener(): TSESLint.RuleListener {
    return this.#paths.listener;
  }

  /** From here on the fact holds. */
  holds({ kind, about, on }: Fact): void {
    this.#paths.markHere({
      step: "holds",
      is: (fact) => fact.kind === kind && fact.about === about && fact.on === on,
    });
  }

  /** From here on no fact of this kind does. */
  ends(kind: string, about?: string): void {
    this.#paths.markHere({
      step: "ends",
      is: (fact) => fact.kind === kind && (about === undefined || fact.about === about),
    });
  }

  /** From here on a name means another thing: nothing is known of it. */
  forgets(about: string): void {
    this.#paths.markHere({ step: "ends", is: (fact) => fact.about === about || fact.on === about });
  }

  /** Calls `yes` when the function ends, if all of these facts hold here. */
  asks(facts: readonly Fact[], yes: () => void): void {
    this.#paths.markHere({ step: "asks", facts, yes });
  }
}

function answer(flow: Flow<Mark>): void {
  for (const mark of flow.marks) {
    if (mark.step === "asks" && mark.facts.every((fact) => isCertain(fact, mark, flow))) mark.yes();
  }
}

/** Whether each way to a mark, from the start and from where the fact ended, passes a place from which it holds. */
function isCertain(fact: Fact, asking: Mark, flow: Flow<Mark>): boolean {
  const reaches = (from: Mark | undefined, stops: boolean): boolean => {
    let reached = false;
    flow.ahead(
      from,
      (mark) => {
        if (mark === asking) reached = true;
        return stops && mark.step === "holds" && mark.is(fact) ? "stop" : "on";
      },
      "all",
    );
    return reached;
  };
  // What nothing leads to never runs: nothing is said of it.
  if (!reaches(undefined, false) || reaches(undefined, true)) return false;
  return !flow.marks.some((mark) => mark.step === "ends" && mark.is(fact) && reaches(mark, true));
}
