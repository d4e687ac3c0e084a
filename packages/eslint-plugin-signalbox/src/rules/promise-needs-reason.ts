/**
 * promise-needs-reason: `must.promise(reason, ...)` takes a fence out of what can be checked; the reason is what a reader and
 * a trace have instead, so it must say something, in the program's text.
 */
import { AST_NODE_TYPES } from "@typescript-eslint/utils";
import type { TSESTree } from "@typescript-eslint/utils";
import type * as ts from "typescript";
import { calleeOf } from "../util/callee.ts";
import { createRule } from "../util/create-rule.ts";
import type { SignalboxRule } from "../util/create-rule.ts";
import { placeOf } from "../util/place.ts";
import { bare } from "../util/syntax.ts";

/** The rule's one option. */
export interface PromiseOptions {
  /** Forbids `promise()` altogether. */
  readonly forbid?: boolean;
}

type MessageIds = "missing" | "empty" | "computed" | "forbidden";

export const promiseNeedsReason: SignalboxRule<MessageIds, [PromiseOptions]> = createRule<MessageIds, [PromiseOptions]>(
  {
    name: "promise-needs-reason",
    meta: {
      description: "Ask for a reason, written in the program, wherever `promise()` stands in for a proof",
      messages: {
        missing: "`promise()` needs a reason: why is it sure that this fence will be signalled?",
        empty: "The reason says nothing: why is it sure that this fence will be signalled?",
        computed: "Write the reason here, or in a constant: a reader and a trace have nothing else to go by.",
        forbidden: "`promise()` is forbidden here: signal, fail or transfer the fence, so that it can be checked.",
      },
      schema: [
        {
          type: "object",
          properties: { forbid: { type: "boolean", description: "Forbids `promise()` altogether." } },
          additionalProperties: false,
        },
      ],
      defaultOptions: [{ forbid: false }],
    },
    create(context, [{ forbid }]) {
      const { services } = placeOf(context);

      /** What of the text can be read in the program; undefined where nothing says that it is there. */
      const readable = (expression: TSESTree.Node): string | undefined => {
        const node = bare(expression);
        if (node.type === AST_NODE_TYPES.TemplateLiteral) return node.quasis.map(({ value }) => value.cooked).join("");
        if (node.type === AST_NODE_TYPES.BinaryExpression && node.operator === "+") {
          const sides = [readable(node.left), readable(node.right)].filter((text) => text !== undefined);
          return sides.length === 0 ? undefined : sides.join("");
        }
        const type: ts.Type = services.getTypeAtLocation(node);
        const texts = (type.isUnion() ? type.types : [type]).map((part) =>
          part.isStringLiteral() ? part.value : undefined,
        );
        if (texts.includes(undefined)) return undefined;
        // Of several, the poorest.
        return texts.find((text) => !saysSomething(text)) ?? texts[0];
      };

      return {
        CallExpression(call) {
          const callee = calleeOf(call, services);
          if (callee?.origin !== "signalbox" || callee.owner !== "MustBeSignalled" || callee.name !== "promise") return;
          const [reason] = call.arguments;
          if (forbid === true) context.report({ node: call, messageId: "forbidden" });
          else if (reason === undefined) context.report({ node: call, messageId: "missing" });
          else if (reason.type === AST_NODE_TYPES.SpreadElement)
            context.report({ node: reason, messageId: "computed" });
          else {
            const text = readable(reason);
            if (text === undefined) context.report({ node: reason, messageId: "computed" });
            else if (!saysSomething(text)) context.report({ node: reason, messageId: "empty" });
          }
        },
      };
    },
  },
);

/** A reason has words; a dot, a dash or "TODO" is none. */
function saysSomething(text: string | undefined): boolean {
  return text !== undefined && /\p{L}/u.test(text.replace(/^\W*(?:todo|fixme|xxx|tbd|n\/?a)\W*$/i, ""));
}
