/** How a rule of this plugin is made: typed, with its page under docs/rules/ as the address that reports link to. */
import { ESLintUtils } from "@typescript-eslint/utils";
import type { TSESLint } from "@typescript-eslint/utils";

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

type WholeDefinition<MessageIds extends string, Options extends readonly unknown[]> = ESLintUtils.RuleWithMetaAndName<
  Options,
  MessageIds,
  RuleDocs
>;

/** What a rule says of itself: all of them tell of problems, need types and are recommended, and few take options. */
interface Definition<MessageIds extends string, Options extends readonly unknown[]> extends Pick<
  WholeDefinition<MessageIds, Options>,
  "name" | "create"
> {
  readonly meta: Pick<
    TSESLint.RuleMetaData<MessageIds, RuleDocs, Options>,
    "messages" | "fixable" | "hasSuggestions" | "defaultOptions"
  > & {
    /** What it forbids, or asks for. */
    readonly description: string;
    /** Of its options; none if left out. */
    readonly schema?: TSESLint.RuleMetaData<MessageIds, RuleDocs, Options>["schema"];
  };
}

// The page that was installed with the rule, so that the link works without a network and fits the version.
const create = ESLintUtils.RuleCreator<RuleDocs>(
  (name) => new URL(`../../docs/rules/${name}.md`, import.meta.url).href,
);

export function createRule<MessageIds extends string, Options extends readonly unknown[] = []>({
  meta: { description, schema = [], ...meta },
  ...rule
}: Definition<MessageIds, Options>): SignalboxRule<MessageIds, Options> {
  const docs = { description, recommended: true, requiresTypeChecking: true } as const;
  return create<Options, MessageIds>({ ...rule, meta: { ...meta, type: "problem", docs, schema } });
}
