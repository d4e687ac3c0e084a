/**
 * filled-slots: a slot that was reserved is filled inside the submission, before its job is armed (Q9); a job that goes off with
 * an empty one is refused.
 */
import { AST_NODE_TYPES } from "@typescript-eslint/utils";
import type { TSESLint, TSESTree } from "@typescript-eslint/utils";
import { batchOf, named } from "../util/batches.ts";
import { bindingOf, declaredBy, keyOf, valueOf } from "../util/bindings.ts";
import { calleeOf } from "../util/callee.ts";
import { createRule } from "../util/create-rule.ts";
import type { SignalboxRule } from "../util/create-rule.ts";
import { Facts } from "../util/facts.ts";
import { listenTogether } from "../util/listeners.ts";
import { isCallOf } from "../util/origins.ts";
import { isDropped, isExported } from "../util/owning.ts";
import { placeOf } from "../util/place.ts";
import { bare, dressed, shortText } from "../util/syntax.ts";

type MessageIds = "dropped" | "never" | "notFilled" | "late";

export const filledSlots: SignalboxRule<MessageIds> = createRule({
  name: "filled-slots",
  meta: {
    description: "Ask that a reserved slot is filled in its job's submission, before the job is armed",
    messages: {
      dropped: "Nobody has this slot, so it can't be filled, and the submission of `{{job}}` throws EINVAL (Q9).",
      never: "The slot `{{slot}}` is never filled: the submission of its job throws EINVAL (Q9).",
      notFilled:
        "`{{job}}` has a slot, which only `section.fill()` in a `submission` can fill: `{{call}}` throws EINVAL (Q9).",
      late: "`{{job}}` was armed before with this slot empty, which throws EINVAL: fill it before (Q9).",
    },
  },
  create(context) {
    const place = placeOf(context);
    const { services, source: sourceCode } = place;
    const facts = new Facts(place);

    const reserved = (call: TSESTree.CallExpression & { readonly callee: TSESTree.MemberExpression }): void => {
      const { object } = call.callee;
      const { key } = named(object, place);
      const node = dressed(call);
      const slot = slotAt(node);
      if (isDropped(node)) {
        context.report({ node: call, messageId: "dropped", data: { job: shortText(object, sourceCode) } });
      } else if (slot !== undefined && !isExported(slot) && !slot.references.some((reference) => reference.isRead())) {
        context.report({ node: call, messageId: "never", data: { slot: slot.name } });
      } else if (key !== undefined) {
        facts.holds({ kind: "slotted", about: key });
      }
    };

    /** The variable that a new slot is put in. */
    const slotAt = ({ parent }: TSESTree.Node): TSESLint.Scope.Variable | undefined => {
      const isNamed =
        parent?.type === AST_NODE_TYPES.VariableDeclarator && parent.id.type === AST_NODE_TYPES.Identifier;
      return isNamed ? declaredBy(parent, place)[0] : undefined;
    };

    /** The job that a slot is of. */
    const jobOf = (slot: TSESTree.Node): string | undefined => {
      const variable = bindingOf(slot, place);
      const value = variable === undefined ? undefined : valueOf(variable);
      const call = value === undefined ? undefined : bare(value);
      return call !== undefined && isCallOf(call, "reserveSlot", place)
        ? named(call.callee.object, place).key
        : undefined;
    };

    return listenTogether(facts.listener, {
      "CallExpression:exit"(call) {
        if (isCallOf(call, "reserveSlot", place)) reserved(call);
        const batch = batchOf(call, place);
        for (const { node, key } of batch === undefined || batch.how === "submission" ? [] : batch.armed) {
          if (key === undefined) continue;
          facts.asks([{ kind: "slotted", about: key }], () => {
            const data = { job: shortText(node, sourceCode), call: shortText(call.callee, sourceCode) };
            context.report({ node, messageId: "notFilled", data });
          });
        }
        const callee = calleeOf(call, services);
        const [first] = call.arguments;
        if (callee?.origin !== "signalbox" || callee.owner !== "Submission" || first === undefined) return;
        if (callee.name === "arm") {
          const { key } = named(first, place);
          if (key !== undefined) facts.holds({ kind: "armed", about: key });
        } else if (callee.name === "fill") {
          const about = jobOf(first);
          if (about === undefined) return;
          const name = about.slice(0, about.lastIndexOf("@"));
          facts.asks([{ kind: "armed", about }], () => {
            context.report({ node: call, messageId: "late", data: { job: name } });
          });
        }
      },
      "VariableDeclarator:exit"(node) {
        for (const variable of declaredBy(node, place)) facts.forgets(keyOf(variable));
      },
    });
  },
});
