/** How a rule of this plugin is made: typed, with its page under docs/rules/ as the address that reports link to. */
import { ESLintUtils } from "@typescript-eslint/utils";

/** What the plugin says of a rule beyond what ESLint asks. */
export interface RuleDocs {
  /** Whether the recommended config turns it on: all of them are. */
  readonly recommended: boolean;
  readonly requiresTypeChecking: true;
}

/** A rule of this plugin. */
export type SignalboxRule<MessageIds extends string, Options extends readonly unknown[] = []> = ESLintUtils.RuleModule<
  MessageIds,
  Options,
  RuleDocs
> & { name: string };

type Definition<MessageIds extends string, Options extends readonly unknown[]> = Readonly<
  ESLintUtils.RuleWithMetaAndName<Options, MessageIds, RuleDocs>
>;

// The page that was installed with the rule, so that the link works without a network and fits the version.
const create = ESLintUtils.RuleCreator<RuleDocs>(
  (name) => new URL(`../../docs/rules/${name}.md`, import.meta.url).href,
);

export function createRule<MessageIds extends string, Options extends readonly unknown[] = []>(
  definition: Definition<MessageIds, Options>,
): SignalboxRule<MessageIds, Options> {
  return create(definition);
}
