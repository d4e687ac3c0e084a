/**
 * no-await-in-section: a section is one synchronous stretch; whatever is awaited in it cuts it in two, and the second half
 * runs when the section is long over.
 */
import { AST_NODE_TYPES } from "@typescript-eslint/utils";
import type { TSESLint, TSESTree } from "@typescript-eslint/utils";
import { createRule } from "../util/create-rule.ts";
import type { SignalboxRule } from "../util/create-rule.ts";
import { placeOf } from "../util/place.ts";
import { reportOnce } from "../util/report-once.ts";
import { walkRun } from "../util/run.ts";
import { sectionListener } from "../util/sections.ts";
import type { Section } from "../util/sections.ts";
import type { FunctionNode } from "../util/syntax.ts";
import { isThenable } from "../util/types.ts";

type MessageIds = "await" | "yield" | "asyncBody" | "generatorBody" | "answersPromise" | "removeAsync";

export const noAwaitInSection: SignalboxRule<MessageIds> = createRule({
  name: "no-await-in-section",
  meta: {
    hasSuggestions: true,
    description: "Forbid `await`, async functions and generators as sections: what follows the pause runs outside",
    messages: {
      await: "`await` in {{title}}: what follows it runs when the section is over. Await before, or in a work item.",
      yield: "`yield` in {{title}}: whoever iterates decides when the rest runs. Collect before, and loop here.",
      asyncBody: "{{title}} must not be async: a section ends when it returns, and can't answer a promise.",
      generatorBody: "{{title}} must not be a generator: calling it runs nothing of it.",
      answersPromise: "{{title}} answers a promise: what it stands for happens when the section is over.",
      removeAsync: "Remove `async`: nothing is awaited.",
    },
  },
  create(context) {
    const place = placeOf(context);
    const { services } = place;
    const checker = services.program.getTypeChecker();
    const once = reportOnce<MessageIds, []>(context);

    const report = (
      node: TSESTree.Node,
      messageId: Exclude<MessageIds, "removeAsync">,
      { title }: Section,
      suggest?: TSESLint.ReportSuggestionArray<MessageIds>,
    ): void => {
      const atStart =
        messageId === "await" || messageId === "yield" ? title : `${title.charAt(0).toUpperCase()}${title.slice(1)}`;
      once({ node, messageId, data: { title: atStart }, ...(suggest === undefined ? {} : { suggest }) });
    };

    const checkBody = (body: FunctionNode, section: Section): void => {
      const pauses: TSESTree.Node[] = [];
      walkRun(
        body,
        place,
        (node) => {
          const messageId = pauseOf(node);
          if (messageId === undefined) return;
          pauses.push(node);
          report(node, messageId, section);
        },
        { follow: false },
      );
      if (pauses.length > 0) return;
      if (body.generator) report(body, "generatorBody", section);
      else if (body.async) {
        report(body, "asyncBody", section, [{ messageId: "removeAsync", fix: (fixer) => withoutAsync(body, fixer) }]);
      } else checkAnswer(body, section);
    };

    const checkAnswer = (given: TSESTree.Node, section: Section): void => {
      // A driver's and a helper's answer is the compiler's affair, but where the result is `void` it lets everything through.
      const answers = services
        .getTypeAtLocation(given)
        .getCallSignatures()
        .map((signature) => checker.getReturnTypeOfSignature(signature));
      if (answers.length > 0 && answers.every((type) => isThenable(type, checker))) {
        report(given, "answersPromise", section);
      }
    };

    const withoutAsync = (body: FunctionNode, fixer: TSESLint.RuleFixer): TSESLint.RuleFix | null => {
      // A method's `async` stands before its name, outside the function.
      const holder = isMember(body.parent) ? body.parent : body;
      const token = context.sourceCode.getFirstToken(holder, ({ value }) => value === "async");
      const next = token === null ? null : context.sourceCode.getTokenAfter(token);
      return token === null || next === null ? null : fixer.removeRange([token.range[0], next.range[0]]);
    };

    return sectionListener(services, (section) => {
      if (section.body === undefined) checkAnswer(section.given, section);
      else checkBody(section.body, section);
    });
  },
});

function pauseOf(node: TSESTree.Node): "await" | "yield" | undefined {
  switch (node.type) {
    case AST_NODE_TYPES.AwaitExpression:
      return "await";
    case AST_NODE_TYPES.ForOfStatement:
      return node.await ? "await" : undefined;
    case AST_NODE_TYPES.VariableDeclaration:
      return node.kind === "await using" ? "await" : undefined;
    case AST_NODE_TYPES.YieldExpression:
      return "yield";
    default:
      return undefined;
  }
}

function isMember(node: TSESTree.Node): boolean {
  return (
    node.type === AST_NODE_TYPES.MethodDefinition ||
    (node.type === AST_NODE_TYPES.Property && (node.method || node.kind !== "init"))
  );
}
