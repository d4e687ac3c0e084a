/**
 * job-fits-queue: what a job costs is a whole number within its queue's credits (Q20, Q21), and a queue that takes an obligation,
 * or completes a job, is given a job of its own.
 *
 * The rule speaks where both are written in the file: numbers as literals and constants, queues as constants.
 */
import { AST_NODE_TYPES, ASTUtils } from "@typescript-eslint/utils";
import type { TSESTree } from "@typescript-eslint/utils";
import { bindingOf, valueOf } from "../util/bindings.ts";
import { calleeOf } from "../util/callee.ts";
import { createRule } from "../util/create-rule.ts";
import type { SignalboxRule } from "../util/create-rule.ts";
import { isCallOf, jobCallOf, queueCallOf } from "../util/origins.ts";
import { isExported } from "../util/owning.ts";
import { placeOf } from "../util/place.ts";
import { bare, memberName, shortText } from "../util/syntax.ts";

type MessageIds = "tooMuch" | "noCost" | "otherQueue";

export const jobFitsQueue: SignalboxRule<MessageIds> = createRule({
  name: "job-fits-queue",
  meta: {
    description: "Ask that a job's cost is within its queue's credits, and that a queue is given jobs of its own",
    messages: {
      tooMuch:
        "The job costs {{cost}}, and its queue has {{credits}} credits: it would wait for ever, so this throws (Q21).",
      noCost: "A job's cost is a whole number from 0 (this is {{cost}}): this throws (Q20).",
      otherQueue: "This job is of another queue than `{{queue}}`, which {{what}} jobs of its own only.",
    },
  },
  create(context) {
    const place = placeOf(context);
    const { services, source: sourceCode } = place;

    /** The object that an expression is: written there, or a constant's. */
    const objectOf = (expression: TSESTree.Node | undefined): TSESTree.ObjectExpression | undefined => {
      if (expression === undefined) return undefined;
      const node = bare(expression);
      if (node.type === AST_NODE_TYPES.ObjectExpression) return node;
      const variable = bindingOf(node, place);
      const value = variable === undefined ? undefined : valueOf(variable);
      // Somebody may change what a name's object has, as long as the name goes around.
      if (value === undefined || variable === undefined || isExported(variable) || variable.references.length > 2)
        return undefined;
      const object = bare(value);
      return object.type === AST_NODE_TYPES.ObjectExpression ? object : undefined;
    };

    /** The value of an object's member, as long as nothing in the object can put another one there. */
    const memberOf = (object: TSESTree.ObjectExpression | undefined, name: string): TSESTree.Node | undefined => {
      if (object?.properties.some((each) => each.type === AST_NODE_TYPES.SpreadElement || each.computed) !== false) {
        return undefined;
      }
      const found = object.properties
        .filter((each) => each.type === AST_NODE_TYPES.Property && memberName(each) === name)
        .at(-1);
      return found?.type === AST_NODE_TYPES.Property && found.kind === "init" ? found.value : undefined;
    };

    const numberOf = (node: TSESTree.Node | undefined): number | undefined => {
      if (node === undefined) return undefined;
      const value = ASTUtils.getStaticValue(bare(node), sourceCode.getScope(node))?.value;
      return typeof value === "number" ? value : undefined;
    };

    const checkCost = (call: TSESTree.CallExpression & { readonly callee: TSESTree.MemberExpression }): void => {
      const node = memberOf(objectOf(call.arguments[0]), "cost");
      const cost = numberOf(node);
      if (node === undefined || cost === undefined) return;
      if (!Number.isSafeInteger(cost) || cost < 0) {
        context.report({ node, messageId: "noCost", data: { cost: String(cost) } });
        return;
      }
      const opened = queueCallOf(call.callee.object, place);
      const credits = numberOf(memberOf(objectOf(opened?.arguments[1]), "credits"));
      if (credits === undefined || cost <= credits) return;
      context.report({ node, messageId: "tooMuch", data: { cost: String(cost), credits: String(credits) } });
    };

    /** Whether two expressions are queues for certain, and not the same: each a constant, with an opening of its own. */
    const areDifferent = (a: TSESTree.Node, b: TSESTree.Node): boolean => {
      const [first, second] = [queueCallOf(a, place), queueCallOf(b, place)];
      return first !== undefined && second !== undefined && first !== second;
    };

    const checkQueue = (queue: TSESTree.Node, job: TSESTree.Node, what: string): void => {
      const made = jobCallOf(job, place);
      if (made === undefined || !areDifferent(queue, made.callee.object)) return;
      context.report({ node: job, messageId: "otherQueue", data: { queue: shortText(queue, sourceCode), what } });
    };

    return {
      CallExpression(call) {
        if (isCallOf(call, "job", place)) {
          checkCost(call);
          return;
        }
        const callee = calleeOf(call, services);
        if (callee?.origin !== "signalbox" || call.callee.type !== AST_NODE_TYPES.MemberExpression) return;
        const [first, second] = call.arguments;
        if (first === undefined) return;
        if (callee.owner === "MustBeSignalled" && callee.name === "transferTo" && second !== undefined) {
          checkQueue(first, second, "takes obligations with");
        } else if (callee.owner === "JobQueue" && callee.name === "complete") {
          checkQueue(call.callee.object, first, "completes");
        }
      },
    };
  },
});
