/**
 * no-throw-in-post: what a registration posts to runs in the signaller's stack. A `postMessage` of one's own that throws throws at
 * nobody who could do anything about it: the fence has signalled, and the message is lost (Q10).
 */
import { AST_NODE_TYPES } from "@typescript-eslint/utils";
import type { TSESTree } from "@typescript-eslint/utils";
import { createRule } from "../util/create-rule.ts";
import type { SignalboxRule } from "../util/create-rule.ts";
import { placeOf } from "../util/place.ts";
import { openerOf } from "../util/sections.ts";
import { ancestors, functionAround, isFunction, isWithin } from "../util/syntax.ts";

export const noThrowInPost: SignalboxRule<"thrown"> = createRule({
  name: "no-throw-in-post",
  meta: {
    description: "Forbid to throw where a registration posts to",
    messages: {
      thrown:
        "This is thrown in the stack of whoever signals the fence, and nobody there can do anything about it: keep the error, and tell of it elsewhere.",
    },
  },
  create(context) {
    const { services } = placeOf(context);
    return {
      ThrowStatement(node) {
        const fn = functionAround(node);
        if (fn !== undefined && openerOf(fn, services) === "PostTarget" && !isCaught(node)) {
          context.report({ node, messageId: "thrown" });
        }
      },
    };
  },
});

/** Whether a `catch` of the same function gets what is thrown. */
function isCaught(thrown: TSESTree.Node): boolean {
  for (const at of ancestors(thrown)) {
    if (isFunction(at)) return false;
    if (at.type === AST_NODE_TYPES.TryStatement && at.handler !== null && isWithin(thrown, at.block)) return true;
  }
  return false;
}
