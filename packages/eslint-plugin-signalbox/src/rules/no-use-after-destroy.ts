/**
 * no-use-after-destroy: a queue that was destroyed or killed takes no more jobs, and neither does one whose ring or device was
 * ended (promise 8): what is made or submitted there throws ENODEV.
 *
 * The rule speaks of queues and devices with a name that means one, and of what was ended on every way there.
 */
import { AST_NODE_TYPES } from "@typescript-eslint/utils";
import type { TSESTree } from "@typescript-eslint/utils";
import { batchOf } from "../util/batches.ts";
import { bindingOf, declaredBy, keyOf } from "../util/bindings.ts";
import { calleeOf } from "../util/callee.ts";
import { createRule } from "../util/create-rule.ts";
import type { SignalboxRule } from "../util/create-rule.ts";
import { Facts } from "../util/facts.ts";
import { listenTogether } from "../util/listeners.ts";
import { isCallOf, jobCallOf, originsOf } from "../util/origins.ts";
import { placeOf } from "../util/place.ts";
import { reportOnce } from "../util/report-once.ts";
import { typeNamed } from "../util/types.ts";

type MessageIds = "job" | "submitted" | "queue";

/** What ends something for good, by the type that has the method. */
const endings: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ["JobQueue", new Set(["destroy", "kill"])],
  ["Ring", new Set(["stop", "kill", "lose"])],
  ["Device", new Set(["close", "kill", "lose"])],
]);
const ended: ReadonlySet<string> = new Set(endings.keys());

export const noUseAfterDestroy: SignalboxRule<MessageIds> = createRule({
  name: "no-use-after-destroy",
  meta: {
    description: "Forbid to make or submit jobs on a queue after it, its ring or its device was ended",
    messages: {
      job: "`{{ended}}` was ended before: its queue takes no job, and this throws ENODEV.",
      submitted:
        "`{{ended}}` was ended before: a job of its queue can't be submitted any more, and this throws ENODEV.",
      queue: "`{{ended}}` was ended before: it opens no queue, and this throws ENODEV.",
    },
  },
  create(context) {
    const place = placeOf(context);
    const { services } = place;
    const facts = new Facts(place);
    const report = reportOnce(context);

    /** Reports a node if one of those that this came from was ended: queue, ring, device. */
    const check = (from: TSESTree.Node, node: TSESTree.Node, messageId: MessageIds): void => {
      for (const origin of originsOf(from, place)) {
        facts.asks([{ kind: "ended", about: keyOf(origin) }], () => {
          report({ node, messageId, data: { ended: origin.name } });
        });
      }
    };

    const isEnding = (
      call: TSESTree.CallExpression,
    ): call is TSESTree.CallExpression & { callee: TSESTree.MemberExpression } => {
      if (call.callee.type !== AST_NODE_TYPES.MemberExpression) return false;
      const callee = calleeOf(call, services);
      if (callee?.origin !== "signalbox") return false;
      const type = typeNamed(call.callee.object, ended, services);
      return type !== undefined && endings.get(type)?.has(callee.name) === true;
    };

    return listenTogether(facts.listener, {
      "CallExpression:exit"(call) {
        if (isCallOf(call, "job", place)) check(call.callee.object, call, "job");
        if (isCallOf(call, "queue", place)) check(call.callee.object, call, "queue");
        for (const { node } of batchOf(call, place)?.armed ?? []) {
          const made = jobCallOf(node, place);
          // What is made right there was reported where it is made.
          const isMadeHere = made !== undefined && made.range[0] >= call.range[0] && made.range[1] <= call.range[1];
          if (made !== undefined && !isMadeHere) check(made.callee.object, node, "submitted");
        }
        if (!isEnding(call)) return;
        const variable = bindingOf(call.callee.object, place);
        if (variable !== undefined) facts.holds({ kind: "ended", about: keyOf(variable) });
      },
      "VariableDeclarator:exit"(node) {
        // In a loop it is another queue each time.
        for (const variable of declaredBy(node, place)) facts.forgets(keyOf(variable));
      },
    });
  },
});
