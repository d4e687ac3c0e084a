/**
 * eslint-plugin-signalbox: what Signalbox's types can't hold, held before the program runs.
 *
 * @example
 * ```js
 * // eslint.config.js, with typescript-eslint's typed linting set up
 * import signalbox from "eslint-plugin-signalbox";
 * export default [...tseslint.configs.recommendedTypeChecked, signalbox.configs.recommended];
 * ```
 */
import { createRequire } from "node:module";
import type { Linter, Rule } from "eslint";
import { balancedSubmission } from "./rules/balanced-submission.ts";
import { filledSlots } from "./rules/filled-slots.ts";
import { jobFitsQueue } from "./rules/job-fits-queue.ts";
import { lockOrder } from "./rules/lock-order.ts";
import { noAwaitInSection } from "./rules/no-await-in-section.ts";
import { noEarlyWait } from "./rules/no-early-wait.ts";
import { noEscapingToken } from "./rules/no-escaping-token.ts";
import { noFloatingWait } from "./rules/no-floating-wait.ts";
import { noSeqnoArithmetic } from "./rules/no-seqno-arithmetic.ts";
import { noThrowInPost } from "./rules/no-throw-in-post.ts";
import { noUnorderedUse } from "./rules/no-unordered-use.ts";
import { noUseAfterDestroy } from "./rules/no-use-after-destroy.ts";
import { noUseAfterSubmit } from "./rules/no-use-after-submit.ts";
import { noUseWhenSpent } from "./rules/no-use-when-spent.ts";
import { noWaitForOneself } from "./rules/no-wait-for-oneself.ts";
import { noWaitInSection } from "./rules/no-wait-in-section.ts";
import { noWriteInFlight } from "./rules/no-write-in-flight.ts";
import { ownedDriverFence } from "./rules/owned-driver-fence.ts";
import { promiseNeedsReason } from "./rules/promise-needs-reason.ts";
import { reserveBeforeAdd } from "./rules/reserve-before-add.ts";
import { signalledInOrder } from "./rules/signalled-in-order.ts";
import { submissionOrder } from "./rules/submission-order.ts";

/** The plugin: its rules, and the config that turns them all on. */
export interface SignalboxPlugin {
  readonly meta: { readonly name: string; readonly version: string };
  readonly rules: Record<string, Rule.RuleModule>;
  readonly configs: { readonly recommended: Linter.Config };
}

const manifest = createRequire(import.meta.url)("../package.json") as { name: string; version: string };

const all = [
  noAwaitInSection,
  noWaitInSection,
  noEscapingToken,
  ownedDriverFence,
  balancedSubmission,
  noFloatingWait,
  noSeqnoArithmetic,
  promiseNeedsReason,
  noUseAfterSubmit,
  noUseAfterDestroy,
  noEarlyWait,
  submissionOrder,
  filledSlots,
  jobFitsQueue,
  lockOrder,
  noThrowInPost,
  noUseWhenSpent,
  noWaitForOneself,
  noWriteInFlight,
  noUnorderedUse,
  reserveBeforeAdd,
  signalledInOrder,
];

// ESLint's own type of a rule knows no TypeScript syntax; the rules are what it calls all the same.
const rules = Object.fromEntries(all.map((rule) => [rule.name, rule])) as unknown as Record<string, Rule.RuleModule>;

const recommended: Linter.Config = {
  name: "signalbox/recommended",
  rules: Object.fromEntries(all.map(({ name }) => [`signalbox/${name}`, "error" as const])),
};

const plugin: SignalboxPlugin = {
  meta: { name: manifest.name, version: manifest.version },
  rules,
  configs: { recommended },
};

recommended.plugins = { signalbox: plugin };

export default plugin;
