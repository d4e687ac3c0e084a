/**
 * no-early-wait: a job that was not submitted has nothing to wait for, and one that nobody waited for has no result yet.
 *
 * The rule speaks of jobs that the same function makes, as long as nobody else can have submitted them, or nothing can have run.
 */
import { AST_NODE_TYPES } from "@typescript-eslint/utils";
import type { TSESTree } from "@typescript-eslint/utils";
import { bindingOf, keyOf } from "../util/bindings.ts";
import { calleeOf } from "../util/callee.ts";
import { createRule } from "../util/create-rule.ts";
import type { SignalboxRule } from "../util/create-rule.ts";
import { Facts } from "../util/facts.ts";
import { freshJobs } from "../util/fresh-jobs.ts";
import { listenTogether } from "../util/listeners.ts";
import { placeOf } from "../util/place.ts";
import { reportOnce } from "../util/report-once.ts";
import { memberName, shortText } from "../util/syntax.ts";
import { typeNamed } from "../util/types.ts";

type MessageIds = "notSubmitted" | "noResult" | "notWaited";

const jobType: ReadonlySet<string> = new Set(["Job"]);
/** The methods that throw for a fence that was not submitted. */
const asksForSignal: ReadonlySet<string> = new Set(["wait", "register"]);

export const noEarlyWait: SignalboxRule<MessageIds> = createRule({
  name: "no-early-wait",
  meta: {
    description: "Forbid to wait for a job before it is submitted, and to read its result before it is waited for",
    messages: {
      notSubmitted: "`{{job}}` was not submitted, so nothing will ever signal it: this throws EINVAL. Submit it first.",
      noResult: "`{{job}}` was not submitted and has no result: this throws EINVAL.",
      notWaited:
        "Nobody has waited for `{{job}}`, which can't be done yet: this throws EINVAL. Wait for its fence first.",
    },
  },
  create(context) {
    const place = placeOf(context);
    const { services } = place;
    const facts = new Facts(place);
    const report = reportOnce(context);

    const ask = (kind: string, object: TSESTree.Node, node: TSESTree.Node, messageId: MessageIds): void => {
      const variable = bindingOf(object, place);
      if (variable === undefined) return;
      facts.asks([{ kind, about: keyOf(variable) }], () => {
        report({ node, messageId, data: { job: shortText(object, context.sourceCode) } });
      });
    };

    return listenTogether(
      facts.listener,
      {
        // Before the call itself counts as something that may have run.
        "CallExpression:exit"(call) {
          if (call.callee.type !== AST_NODE_TYPES.MemberExpression) return;
          const callee = calleeOf(call, services);
          if (callee?.origin !== "signalbox" || !asksForSignal.has(callee.name)) return;
          ask("fresh", call.callee.object, call, "notSubmitted");
        },
        "MemberExpression:exit"(member) {
          if (memberName(member) !== "result" || typeNamed(member.object, jobType, services) === undefined) return;
          ask("fresh", member.object, member, "noResult");
          ask("unsettled", member.object, member, "notWaited");
        },
      },
      freshJobs(facts, place),
    );
  },
});
