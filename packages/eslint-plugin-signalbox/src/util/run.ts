/**
 * Walks what runs when a section's body runs: the body, the nested functions that run with it, and, if asked, the
 * functions of the same file that it calls, in turn.
 *
 * What doesn't run in the section is left out: callbacks for later, what an async function does after its first `await`,
 * the body of a generator (which a call only makes), and sections inside, which are looked at for themselves.
 */
import { AST_NODE_TYPES } from "@typescript-eslint/utils";
import type { TSESTree } from "@typescript-eslint/utils";
import type { Call } from "./callee.ts";
import { constructorOf, functionOf } from "./functions.ts";
import type { Place } from "./place.ts";
import { isSectionBody } from "./sections.ts";
import { childrenOf, isFunction } from "./syntax.ts";
import type { FunctionNode } from "./syntax.ts";
import { whenRuns } from "./timing.ts";

/** One node that runs in a section: `trail` has the calls that lead to it, from the section's own on; empty in the body. */
type Visit = (node: TSESTree.Node, trail: readonly Call[]) => void;

/** See the head of this file. */
export function walkRun(body: FunctionNode, place: Place, visit: Visit, options: { readonly follow: boolean }): void {
  const seen = new Set<FunctionNode>([body]);

  const runFunction = (fn: FunctionNode, trail: readonly Call[], root: boolean): void => {
    let over = false;
    const step = (node: TSESTree.Node): void => {
      if (over) return;
      if (node !== fn && isFunction(node)) {
        visit(node, trail);
        if (whenRuns(node, place) === "now" && isInline(node) && !isSectionBody(node, place.services)) {
          runFunction(node, trail, false);
        }
        return;
      }
      // A class in a section only comes to be: its members run when it is used.
      if (node.type === AST_NODE_TYPES.ClassBody) return;
      if (node !== fn) visit(node, trail);
      for (const child of childrenOf(node, place.source)) step(child);
      if (options.follow && isCall(node)) followCall(node, trail);
      if (!root && node.type === AST_NODE_TYPES.AwaitExpression) over = true;
    };
    if (root || !fn.generator) step(fn);
  };

  const followCall = (call: Call, trail: readonly Call[]): void => {
    const find = call.type === AST_NODE_TYPES.NewExpression ? constructorOf : functionOf;
    const target = find(call.callee, place.services);
    // What is written inline was walked where it stands.
    if (target === undefined || seen.has(target) || target === call.callee) return;
    if (isSectionBody(target, place.services)) return;
    seen.add(target);
    runFunction(target, [...trail, call], false);
  };

  runFunction(body, [], true);
}

function isCall(node: TSESTree.Node): node is Call {
  return node.type === AST_NODE_TYPES.CallExpression || node.type === AST_NODE_TYPES.NewExpression;
}

/** Whether a function is written where it is used; one with a name is walked when it is called. */
function isInline(fn: FunctionNode): boolean {
  return fn.type !== AST_NODE_TYPES.FunctionDeclaration && fn.parent.type !== AST_NODE_TYPES.VariableDeclarator;
}
