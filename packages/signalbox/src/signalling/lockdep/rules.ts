/**
 * The rules that the validator holds a program to, each with its page under docs/rules of this package.
 */

/** Where the package lies, and so its pages, which were installed with it; in a bundle that says nothing, and its name is said. */
const home = /^(.*\/)[^/]+\/signalling\/lockdep\/rules\.[jt]s/.exec(import.meta.url)?.[1] ?? "signalbox/";

const sentences = {
  "section-wait": "nothing may be waited for where a fence is owed",
  "section-await": "code in which a fence is owed must be synchronous",
  "section-lock": "no lock that others wait for may be wanted where a fence is owed",
  "section-block": "a thread must not block where a fence is owed",
  "section-pool": "nothing may be taken where a fence is owed from a pool that fences refill",
  "section-submit": "nothing may be submitted where a fence is owed",
  "section-balance": "a section must be left, by the code that entered it",
  "registration-throw": "a registration must not throw",
  "registration-budget": "a registration must be short",
  "registration-reentry": "a registration must not run inside another",
  "lock-order": "locks, pools and waits must be taken in one order",
  "lock-recursion": "what is held must not be wanted again",
  "worker-order": "a worker that signals must not wait for one that may wait for fences",
  "fence-cycle": "a fence must not wait for itself",
  "obligation-proof": "a body that owes a fence must answer the proof for that fence",
  "leak-driver-fence": "whoever can signal a fence must keep its driver fence until it has signalled",
  "leak-armed-job": "what is armed must be pushed",
  "leak-job": "a job that is made must be submitted",
  "leak-queue": "a queue must be kept until its jobs have ended",
  "leak-device": "a device must be closed",
  "leak-registration": "a registration must be taken back from a fence that will never signal",
} as const;

/** The id of a rule. */
export type RuleId = keyof typeof sentences;

/** All ids. */
export const ruleIds: readonly RuleId[] = Object.keys(sentences) as RuleId[];

/** The rule in one sentence. */
export function ruleSentence(rule: RuleId): string {
  return sentences[rule];
}

/** Where the rule is explained: a page that comes with the package, so that it fits the version. */
export function ruleUrl(rule: RuleId): string {
  return `${home}docs/rules/${rule}.md`;
}
