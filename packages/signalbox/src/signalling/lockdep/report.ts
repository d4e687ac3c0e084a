/**
 * Reports: what the validator found, for tests as an object, for people as a text.
 */
import type { ContextKind } from "../../hooks.ts";
import { last } from "./last.ts";
import { ruleSentence, ruleUrl } from "./rules.ts";
import type { RuleId } from "./rules.ts";
import type { Site } from "./site.ts";

/** One step of a chain: what happened, and where. */
export interface Step {
  readonly what: string;
  /** The frames of the program's own code, innermost first; empty for what is known without having been seen. */
  readonly stack: readonly string[];
}

/** Steps that led to one another. */
export interface Chain {
  readonly title: string;
  readonly steps: readonly Step[];
}

/** In what kind of code it was found: one that the validator knows, a stretch under a spin lock, or neither. */
export type ReportContext = ContextKind | "spin lock" | null;

/** What a report is made of. */
export interface Finding {
  readonly rule: RuleId;
  /** Rules that the same step breaks. */
  readonly also?: readonly RuleId[];
  readonly message: string;
  readonly context: ReportContext;
  readonly chains: readonly Chain[];
  readonly cause?: unknown;
}

/** One breach of one rule, told once. */
export class Report {
  readonly rule: RuleId;
  /** Other rules that the same step breaks; the chains show how. */
  readonly also: readonly RuleId[];
  /** What is wrong, in one sentence. */
  readonly message: string;
  /** In what kind of code. */
  readonly context: ReportContext;
  /** What led to it: what happened now, and, where two things are wrong only together, what happened before. */
  readonly chains: readonly Chain[];
  /** The page that explains the rule, as it was installed: a URL; in a bundle its path in the package. */
  readonly url: string;
  /** What was thrown, where the rule is about that. */
  readonly cause: unknown;

  constructor({ rule, also = [], message, context, chains, cause }: Finding) {
    this.rule = rule;
    this.also = also;
    this.message = message;
    this.context = context;
    this.chains = chains;
    this.url = ruleUrl(rule);
    this.cause = cause;
  }

  /** The report as a text for people: what is wrong, where, what led to it, and the page that explains it. */
  toString(): string {
    const place = last(this.chains[0]?.steps ?? [], ({ stack }) => stack.length > 0)?.stack[0];
    return [
      `error[${this.rule}]: ${this.message}`,
      ...(place === undefined ? [] : [`  --> ${place}`]),
      "   |",
      ...this.chains.flatMap(chainText),
      `   = rule: ${ruleSentence(this.rule)}`,
      ...this.also.map((rule) => `   = also: ${ruleSentence(rule)} (${ruleUrl(rule)})`),
      `   = see:  ${this.url}`,
    ].join("\n");
  }
}

/** A step with the stack of a site; `null` for what is known and was never seen. */
export function step(what: string, site: Site | null): Step {
  return { what, stack: site === null ? [] : site.frames };
}

function chainText({ title, steps }: Chain): readonly string[] {
  return [
    `   | ${title}:`,
    ...steps.flatMap(({ what, stack }, index) => [
      `   |   ${index + 1}. ${what}`,
      ...stack.slice(0, 4).map((frame) => `   |        at ${frame}`),
    ]),
    "   |",
  ];
}
