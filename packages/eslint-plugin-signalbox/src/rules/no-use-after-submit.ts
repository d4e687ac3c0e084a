/**
 * no-use-after-submit: a job is submitted once, and what it waits for is said before that (promise 4). What is left to do with it
 * then is to wait for it, to depend on it and to read its result.
 *
 * The rule speaks of jobs with a name that means one job, and of what was submitted on every way there.
 */
import { AST_NODE_TYPES, ASTUtils } from "@typescript-eslint/utils";
import type { TSESTree } from "@typescript-eslint/utils";
import { batchOf, named } from "../util/batches.ts";
import type { Batch, Named } from "../util/batches.ts";
import { bindingOf, declaredBy, keyOf, positionOf } from "../util/bindings.ts";
import { calleeOf } from "../util/callee.ts";
import { createRule } from "../util/create-rule.ts";
import type { SignalboxRule } from "../util/create-rule.ts";
import { Facts } from "../util/facts.ts";
import { isPartOfRound } from "../util/jobs.ts";
import { listenTogether } from "../util/listeners.ts";
import { placeOf } from "../util/place.ts";
import { ancestors, isFunction, shortText } from "../util/syntax.ts";

type MessageIds = "again" | "inLoop" | "dependency" | "slot";

export const noUseAfterSubmit: SignalboxRule<MessageIds> = createRule({
  name: "no-use-after-submit",
  meta: {
    description: "Forbid to submit a job again, or to add to what it waits for, once it was submitted",
    messages: {
      again: "`{{job}}` was submitted before: this throws EINVAL. A job runs once; make another one of the same spec.",
      inLoop: "`{{job}}` is submitted in each round, and is the same job: from the second round on this throws EINVAL.",
      dependency: "`{{job}}` was submitted and takes no more dependencies: this throws EINVAL (promise 4).",
      slot: "`{{job}}` was submitted and takes no more slots: this throws EINVAL (promise 4).",
    },
  },
  create(context) {
    const place = placeOf(context);
    const { services, source: sourceCode } = place;
    const facts = new Facts(place);

    const report = (node: TSESTree.Node, messageId: MessageIds): void => {
      context.report({ node, messageId, data: { job: shortText(node, sourceCode) } });
    };

    const submitted = (call: TSESTree.CallExpression, batch: Batch): void => {
      for (const job of batch.armed) {
        if (job.key === undefined) continue;
        facts.asks([{ kind: "submitted", about: job.key }], () => {
          report(job.node, "again");
        });
        if (batch.how !== "submission" && isRepeated(job, call)) report(job.node, "inLoop");
      }
      for (const { key } of batch.pushed) if (key !== undefined) facts.holds({ kind: "submitted", about: key });
      for (const job of twice(batch)) report(job.node, "again");
    };

    /** Whether a loop comes back to a call with the same job, whatever happens in it. */
    const isRepeated = ({ node }: Named, call: TSESTree.CallExpression): boolean => {
      const variable = bindingOf(node, place);
      if (variable === undefined) return false;
      for (const at of ancestors(call)) {
        if (isFunction(at) || at.type === AST_NODE_TYPES.TryStatement || at.range[0] <= positionOf(variable))
          return false;
        const goesOn =
          at.type === AST_NODE_TYPES.ForOfStatement ||
          at.type === AST_NODE_TYPES.ForInStatement ||
          (at.type === AST_NODE_TYPES.ForStatement && at.update !== null);
        if (goesOn) return !isPartOfRound(call, at, sourceCode) && !/\bthrow\b/.test(sourceCode.getText(at));
        if (ASTUtils.isLoop(at)) return false;
      }
      return false;
    };

    return listenTogether(facts.listener, {
      "CallExpression:exit"(call) {
        const batch = batchOf(call, place);
        if (batch !== undefined) {
          submitted(call, batch);
          return;
        }
        const callee = calleeOf(call, services);
        if (callee?.origin !== "signalbox" || call.callee.type !== AST_NODE_TYPES.MemberExpression) return;
        const [first] = call.arguments;
        if (callee.owner === "Submission" && callee.name === "arm" && first !== undefined) {
          // Of a second arm in the same callback `balanced-submission` tells.
          const { key } = named(first, place);
          if (key !== undefined) facts.holds({ kind: "armed", about: key });
        }
        if (callee.owner !== "Job" || (callee.name !== "after" && callee.name !== "reserveSlot")) return;
        const { object } = call.callee;
        const { key } = named(object, place);
        if (key === undefined) return;
        for (const kind of ["submitted", "armed"]) {
          facts.asks([{ kind, about: key }], () => {
            report(object, callee.name === "after" ? "dependency" : "slot");
          });
        }
      },
      "VariableDeclarator:exit"(node) {
        // In a loop it is another job each time.
        for (const variable of declaredBy(node, place)) facts.forgets(keyOf(variable));
      },
    });
  },
});

/** The jobs that a list names for a second time. */
function twice({ how, armed }: Batch): readonly Named[] {
  if (how === "submission") return [];
  return armed.filter(({ key }, index) => key !== undefined && armed.findIndex((each) => each.key === key) < index);
}
