/**
 * no-seqno-arithmetic: sequence numbers are ordered by `isLater` and `laterOf`. By hand the order is wrong where they wrap
 * (F7), and means nothing between two timelines (F8).
 */
import { AST_NODE_TYPES, ASTUtils, TSESLint } from "@typescript-eslint/utils";
import type { TSESTree } from "@typescript-eslint/utils";
import { calleeOf, callsLibrary } from "../util/callee.ts";
import { createRule } from "../util/create-rule.ts";
import type { SignalboxRule } from "../util/create-rule.ts";
import { importFix, localName } from "../util/imports.ts";
import { placeOf } from "../util/place.ts";
import { openerOf } from "../util/sections.ts";
import { bare, chainKey, functionAround, memberName } from "../util/syntax.ts";
import { typeNamed } from "../util/types.ts";

type MessageIds = "compare" | "arithmetic" | "extreme" | "useIsLater";

const comparisons = new Map([
  [">", { swap: false, not: false }],
  ["<", { swap: true, not: false }],
  [">=", { swap: true, not: true }],
  ["<=", { swap: false, not: true }],
]);
const extremes: ReadonlySet<string> = new Set(["max", "min"]);
const numbers: ReadonlySet<string> = new Set(["seqno", "point"]);
const fences: ReadonlySet<string> = new Set(["Fence"]);
const chains: ReadonlySet<string> = new Set(["FenceChain"]);

export const noSeqnoArithmetic: SignalboxRule<MessageIds> = createRule({
  name: "no-seqno-arithmetic",
  meta: {
    fixable: "code",
    hasSuggestions: true,
    description:
      "Forbid comparing and computing with the sequence numbers of fences; `isLater` and `laterOf` know their order",
    messages: {
      compare:
        "`{{text}}` orders fences by hand, which is wrong where seqnos wrap and between timelines: use `isLater`.",
      arithmetic:
        "`{{text}}` computes with a fence's seqno: the numbers are the timeline's, and wrap. `isLater` orders two fences.",
      extreme:
        "`{{text}}` picks a seqno by its size, which is wrong where seqnos wrap: `laterOf` picks the later fence.",
      useIsLater: "Use `isLater`, which throws EINVAL if the fences are of different timelines.",
    },
  },
  create(context) {
    const { services, source: sourceCode } = placeOf(context);

    /** The fence whose seqno an expression is: directly, or by way of constants. */
    const seqnoOf = (expression: TSESTree.Node): { member: TSESTree.MemberExpression | undefined } | undefined => {
      const node = bare(expression);
      if (node.type === AST_NODE_TYPES.MemberExpression) {
        return numbers.has(memberName(node) ?? "") && isFence(node.object) ? { member: node } : undefined;
      }
      if (node.type === AST_NODE_TYPES.Identifier && isSeqnoConstant(node)) return { member: undefined };
      return undefined;
    };

    // The points of a chain are the program's own, and never wrap.
    const isFence = (node: TSESTree.Node): boolean =>
      typeNamed(node, fences, services) !== undefined && typeNamed(node, chains, services) === undefined;

    const isSeqnoConstant = (name: TSESTree.Identifier): boolean => {
      const variable = ASTUtils.findVariable(sourceCode.getScope(name), name.name);
      const [definition] = variable?.defs ?? [];
      if (variable?.defs.length !== 1 || definition?.type !== TSESLint.Scope.DefinitionType.Variable) return false;
      const { id, init, parent } = definition.node;
      if (init === null || parent.kind !== "const") return false;
      if (id.type === AST_NODE_TYPES.Identifier) return seqnoOf(init) !== undefined;
      if (id.type !== AST_NODE_TYPES.ObjectPattern || !isFence(init)) return false;
      return id.properties.some(
        (property) =>
          property.type === AST_NODE_TYPES.Property &&
          property.value === definition.name &&
          numbers.has(memberName(property) ?? ""),
      );
    };

    /** Whether a fence's issuer asks itself how far its device is (`poll`): the numbers are its own, and it has nothing else. */
    const isIssuer = (node: TSESTree.Node): boolean => {
      for (let fn = functionAround(node); fn !== undefined; fn = functionAround(fn)) {
        if (openerOf(fn, services) === "FenceOps") return true;
      }
      return false;
    };

    /** `isLater(a, b)` for `a.seqno > b.seqno`; nothing where the fences are not simple names, which may be read in any order. */
    const rewrite = (
      node: TSESTree.BinaryExpression,
    ): ((fixer: TSESLint.RuleFixer) => TSESLint.RuleFix[]) | undefined => {
      const how = comparisons.get(node.operator);
      const left = seqnoOf(node.left)?.member;
      const right = seqnoOf(node.right)?.member;
      if (how === undefined || left === undefined || right === undefined) return undefined;
      if (memberName(left) !== memberName(right) || left.optional || right.optional) return undefined;
      if (chainKey(left.object) === undefined || chainKey(right.object) === undefined) return undefined;
      const name = localName("isLater", node, sourceCode);
      if (name === undefined) return undefined;
      const [a, b] = how.swap ? [right, left] : [left, right];
      const call = `${name}(${sourceCode.getText(a.object)}, ${sourceCode.getText(b.object)})`;
      return (fixer) => [
        ...importFix("isLater", sourceCode, fixer),
        fixer.replaceText(node, how.not ? `!${call}` : call),
      ];
    };

    const checkComparison = (node: TSESTree.BinaryExpression): void => {
      if ([node.left, node.right].some(isZero)) return; // 0 is "fresh", in every width.
      if (isIssuer(node)) return;
      const fix = rewrite(node);
      const data = { text: sourceCode.getText(node) };
      if (fix === undefined) context.report({ node, messageId: "compare", data });
      else if (comparedOnOneTimeline(node)) context.report({ node, messageId: "compare", data, fix });
      else context.report({ node, messageId: "compare", data, suggest: [{ messageId: "useIsLater", fix }] });
    };

    return {
      BinaryExpression(node) {
        const isComparison = comparisons.has(node.operator);
        if (!isComparison && !isDistance(node)) return;
        if (seqnoOf(node.left) === undefined && seqnoOf(node.right) === undefined) return;
        if (isComparison) checkComparison(node);
        else context.report({ node, messageId: "arithmetic", data: { text: sourceCode.getText(node) } });
      },
      CallExpression(node) {
        if (!callsLibrary(calleeOf(node, services), extremes)) return;
        if (!node.arguments.some((argument) => seqnoOf(argument) !== undefined)) return;
        context.report({ node, messageId: "extreme", data: { text: sourceCode.getText(node) } });
      },
    };
  },
});

/** A difference, or a step to a neighbour (`seqno + 1`). Bits, remainders and sums of several only tell fences apart. */
function isDistance({ operator, left, right }: TSESTree.BinaryExpression): boolean {
  if (operator === "-") return true;
  return (
    operator === "+" &&
    [left, right].some((side) => side.type === AST_NODE_TYPES.Literal && typeof side.value !== "string")
  );
}

function isZero(node: TSESTree.Node): boolean {
  return node.type === AST_NODE_TYPES.Literal && (node.value === 0 || node.value === 0n);
}

/** Whether a comparison stands behind `a.context === b.context &&`, for the same two fences: then `isLater` can't throw. */
function comparedOnOneTimeline(node: TSESTree.BinaryExpression): boolean {
  const wanted = fenceKeys(node);
  for (let at: TSESTree.Node = node; at.parent.type === AST_NODE_TYPES.LogicalExpression; at = at.parent) {
    const { left, operator, right }: TSESTree.LogicalExpression = at.parent;
    if (operator !== "&&" || right !== at) return false;
    const proves = conjuncts(left).some(
      (test) =>
        test.type === AST_NODE_TYPES.BinaryExpression &&
        (test.operator === "===" || test.operator === "==") &&
        [test.left, test.right].every(
          (side) => side.type === AST_NODE_TYPES.MemberExpression && memberName(side) === "context",
        ) &&
        fenceKeys(test).join() === wanted.join(),
    );
    if (proves) return true;
  }
  return false;
}

function conjuncts(node: TSESTree.Node): TSESTree.Node[] {
  if (node.type !== AST_NODE_TYPES.LogicalExpression || node.operator !== "&&") return [node];
  return [...conjuncts(node.left), ...conjuncts(node.right)];
}

/** The names of the two fences whose members are compared, in an order of their own. */
function fenceKeys(node: TSESTree.BinaryExpression): string[] {
  return [node.left, node.right]
    .map((side) => bare(side))
    .map((side) => (side.type === AST_NODE_TYPES.MemberExpression ? (chainKey(side.object) ?? "") : ""))
    .sort();
}
