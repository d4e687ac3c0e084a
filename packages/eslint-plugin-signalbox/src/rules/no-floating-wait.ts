/**
 * no-floating-wait: a wait that nobody listens to is two mistakes in one: the code goes on as if it had waited, and a fence
 * that fails takes the process down with an unhandled rejection.
 */
import { AST_NODE_TYPES } from "@typescript-eslint/utils";
import type { TSESLint, TSESTree } from "@typescript-eslint/utils";
import { calleeOf, callsLibrary, callsSignalbox } from "../util/callee.ts";
import { createRule } from "../util/create-rule.ts";
import type { SignalboxRule } from "../util/create-rule.ts";
import { waits } from "../util/names.ts";
import { placeOf } from "../util/place.ts";
import { dressed, functionAround, isFunction, memberName } from "../util/syntax.ts";
import { resultIsDropped } from "../util/timing.ts";
import { isThenable } from "../util/types.ts";

/** The rule's one option. */
export interface FloatingOptions {
  /** Takes `void fence.wait()` for an answer. */
  readonly allowVoid?: boolean;
}

type MessageIds = "floating" | "floatingVoid" | "unheard" | "addAwait";

/** What gathers promises in one, and rejects as they do. */
const gathers: ReadonlySet<string> = new Set(["all", "race", "any"]);
const maps: ReadonlySet<string> = new Set(["map", "flatMap", "from"]);

/** Where a promise ends up: nobody has it, `void` threw it away, it is an answer that nobody takes, or somebody has it. */
type End = { readonly node: TSESTree.Node; readonly how: "floating" | "floatingVoid" | "unheard" } | "kept";

export const noFloatingWait: SignalboxRule<MessageIds, [FloatingOptions]> = createRule<MessageIds, [FloatingOptions]>({
  name: "no-floating-wait",
  meta: {
    hasSuggestions: true,
    description: "Forbid waits whose promise nobody awaits, returns or handles",
    messages: {
      floating:
        "Nobody waits for `{{call}}`: await it, return it, or handle its rejection, which is how a failed fence tells.",
      floatingVoid:
        "`void` keeps `{{call}}` from nobody's sight but the compiler's: a failed fence is still an unhandled rejection.",
      unheard: "Nobody takes the promise of `{{call}}`: the callback's result is thrown away.",
      addAwait: "Await it.",
    },
    schema: [
      {
        type: "object",
        properties: { allowVoid: { type: "boolean", description: "Takes `void fence.wait()` for an answer." } },
        additionalProperties: false,
      },
    ],
    defaultOptions: [{ allowVoid: false }],
  },
  create(context, [{ allowVoid }]) {
    const { services } = placeOf(context);
    const checker = services.program.getTypeChecker();

    /** Follows a promise outwards, through what passes it on. */
    const endOf = (promise: TSESTree.Node): End => {
      const node = dressed(promise);
      const { parent } = node;
      switch (parent?.type) {
        case AST_NODE_TYPES.ExpressionStatement:
          return { node, how: "floating" };
        case AST_NODE_TYPES.UnaryExpression:
          return parent.operator === "void" && allowVoid !== true ? { node: parent, how: "floatingVoid" } : "kept";
        case AST_NODE_TYPES.SequenceExpression:
          return parent.expressions.at(-1) === node ? endOf(parent) : { node, how: "floating" };
        case AST_NODE_TYPES.LogicalExpression:
          // A promise on the left is a value that is looked at; `a || wait()` passes on what is on the right.
          return parent.right === node ? endOf(parent) : "kept";
        case AST_NODE_TYPES.ConditionalExpression:
          return parent.test === node ? "kept" : endOf(parent);
        case AST_NODE_TYPES.MemberExpression:
          return endOfChain(parent);
        case AST_NODE_TYPES.ArrayExpression:
          return endOfList(parent);
        case AST_NODE_TYPES.ReturnStatement:
          return endOfAnswer(node);
        case AST_NODE_TYPES.ArrowFunctionExpression:
          return parent.body === node ? endOfAnswer(node) : "kept";
        default:
          return "kept";
      }
    };

    /** `.then(a, b)` and `.catch(b)` hear of a failure; `.then(a)` and `.finally(c)` pass it on. */
    const endOfChain = (member: TSESTree.MemberExpression): End => {
      const callee = dressed(member);
      const call = callee.parent;
      if (call?.type !== AST_NODE_TYPES.CallExpression || call.callee !== callee) return "kept";
      const name = memberName(member);
      if (name === "finally") return endOf(call);
      if (name === "catch") return isHandler(call.arguments[0]) ? "kept" : endOf(call);
      return name !== "then" || isHandler(call.arguments[1]) ? "kept" : endOf(call);
    };

    /** A list of promises is as good as what gathers them. */
    const endOfList = (list: TSESTree.Node): End => {
      const node = dressed(list);
      const { parent } = node;
      if (parent?.type === AST_NODE_TYPES.ExpressionStatement) return { node, how: "floating" };
      if (parent?.type !== AST_NODE_TYPES.CallExpression || parent.arguments[0] !== node) return "kept";
      return callsLibrary(calleeOf(parent, services), gathers) ? endOf(parent) : "kept";
    };

    /** What a callback answers goes to whoever calls it. */
    const endOfAnswer = (node: TSESTree.Node): End => {
      const fn = functionAround(node);
      if (fn === undefined || fn.generator) return "kept";
      const call = dressed(fn).parent;
      if (call?.type === AST_NODE_TYPES.CallExpression && call.callee === dressed(fn)) return endOf(call);
      if (call?.type === AST_NODE_TYPES.CallExpression && callsLibrary(calleeOf(call, services), maps)) {
        return endOfList(call);
      }
      return resultIsDropped(fn, services) ? { node, how: "unheard" } : "kept";
    };

    const isHandler = (argument: TSESTree.Node | undefined): boolean =>
      argument !== undefined && services.getTypeAtLocation(argument).getCallSignatures().length > 0;

    const awaiting = (node: TSESTree.Node): TSESLint.ReportSuggestionArray<MessageIds> => {
      const fn = functionAround(node);
      const canAwait = fn === undefined ? context.sourceCode.ast.sourceType === "module" : fn.async;
      const isStatement = node.parent?.type === AST_NODE_TYPES.ExpressionStatement;
      if (!canAwait || !isStatement || isFunction(node)) return [];
      const what = node.type === AST_NODE_TYPES.UnaryExpression ? node.argument : node;
      // `await` binds tighter than these.
      const loose =
        what.type === AST_NODE_TYPES.LogicalExpression ||
        what.type === AST_NODE_TYPES.ConditionalExpression ||
        what.type === AST_NODE_TYPES.SequenceExpression;
      const text = context.sourceCode.getText(what);
      return [
        { messageId: "addAwait", fix: (fixer) => fixer.replaceText(node, loose ? `await (${text})` : `await ${text}`) },
      ];
    };

    return {
      CallExpression(call) {
        const callee = calleeOf(call, services);
        // A completion's wait can't fail, and is often only for what follows it.
        if (!callsSignalbox(callee, waits) || callee?.owner === "Completion") return;
        if (!isThenable(checker.getNonNullableType(services.getTypeAtLocation(call)), checker)) return;
        const end = endOf(call);
        if (end === "kept") return;
        const data = { call: context.sourceCode.getText(call.callee) };
        const suggest = end.how === "unheard" ? [] : awaiting(end.node);
        context.report({ node: call, messageId: end.how, data, suggest });
      },
    };
  },
});
