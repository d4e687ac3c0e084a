/**
 * Following a list of choices: to the letter, or as far as it makes sense.
 *
 * After the end of the list, and where it makes no sense: the lane goes on that took the step before, or else the first; the first way.
 */
import { SignalboxError } from "../../../errors.ts";
import type { Chooser, Lane } from "../explore/lane.ts";
import type { Choice } from "../explore/schedule.ts";

/** Follows to the letter: throws EINVAL where the run differs from the one that the list was taken of. */
export class Follow implements Chooser {
  readonly #choices: readonly Choice[];
  #next = 0;

  constructor(choices: readonly Choice[]) {
    this.#choices = choices;
  }

  step(enabled: readonly Lane[], last: number): number {
    const choice = this.#choices[this.#next++];
    if (choice === undefined) return Math.max(0, last);
    const { kind, place, count, name } = choice;
    const lane = enabled[place];
    if (kind !== "step" || count !== enabled.length || lane?.name !== name)
      throw this.#differs(choice, `${enabled.map((each) => each.name).join(", ")} can go on`);
    return place;
  }

  data(what: string, count: number): number {
    const choice = this.#choices[this.#next++];
    if (choice === undefined) return 0;
    if (choice.kind !== "way" || choice.count !== count || choice.name !== what)
      throw this.#differs(choice, `it goes one of ${count} ways: ${what}`);
    return choice.place;
  }

  #differs(choice: Choice, here: string): SignalboxError {
    const wanted = `choice ${this.#next - 1} is ${choice.kind} ${choice.place} of ${choice.count}, ${choice.name}`;
    return new SignalboxError("EINVAL", `The schedule is of another program: ${wanted}, and here ${here}`);
  }
}

/** Follows where it can: a lane that can't go on is passed over, so that what is left of a list from which choices were taken still leads somewhere. */
export class FollowLoosely implements Chooser {
  readonly #choices: readonly Choice[];
  #next = 0;

  constructor(choices: readonly Choice[]) {
    this.#choices = choices;
  }

  step(enabled: readonly Lane[], last: number): number {
    for (let choice = this.#choices[this.#next]; choice !== undefined; choice = this.#choices[this.#next]) {
      this.#next++;
      const { kind, name } = choice;
      if (kind !== "step") continue;
      const place = enabled.findIndex((lane) => lane.name === name);
      if (place >= 0) return place;
    }
    return Math.max(0, last);
  }

  // Among the ways of this step: others before it may be about what is not asked any more.
  data(what: string, count: number): number {
    for (let at = this.#next; this.#choices[at]?.kind === "way"; at++) {
      const { name, place } = this.#choices[at]!;
      if (name !== what || place >= count) continue;
      this.#next = at + 1;
      return place;
    }
    return 0;
  }
}
