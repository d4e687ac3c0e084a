/** Reports of a rule that may find the same node wrong for several reasons, or on several ways: the first is enough. */
import type { TSESLint, TSESTree } from "@typescript-eslint/utils";

/** A report of a node. */
export type NodeReport<MessageIds extends string> = TSESLint.ReportDescriptor<MessageIds> & {
  readonly node: TSESTree.Node;
};

/** Reports for this file; all but the first of a node are dropped. */
export function reportOnce<MessageIds extends string, Options extends readonly unknown[]>(
  context: Readonly<TSESLint.RuleContext<MessageIds, Options>>,
): (report: NodeReport<MessageIds>) => void {
  const reported = new Set<TSESTree.Node>();
  return (report) => {
    if (reported.has(report.node)) return;
    reported.add(report.node);
    context.report(report);
  };
}
