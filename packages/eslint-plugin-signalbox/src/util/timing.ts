/**
 * When a nested function runs: while the code around it does ("now"), or when that is over ("later").
 *
 * "Unknown" is for what can't be told from this file: a callback given to somebody else's function. The rules keep quiet
 * about those: a false alarm would cost more than the validator's finding it at run time.
 */
import { AST_NODE_TYPES, ASTUtils } from "@typescript-eslint/utils";
import type { ParserServicesWithTypeInformation, TSESTree } from "@typescript-eslint/utils";
import * as ts from "typescript";
import { calleeOf } from "./callee.ts";
import type { Call } from "./callee.ts";
import { functionOf } from "./functions.ts";
import { runsLater, runsNow, sectionOpeners } from "./names.ts";
import { LIBRARY } from "./origin.ts";
import type { Place } from "./place.ts";
import { dressed, functionAround, isFunction } from "./syntax.ts";
import type { FunctionNode } from "./syntax.ts";
import { isThenable } from "./types.ts";

export type Timing = "now" | "later" | "unknown";

/** When a function runs, seen from the code that it is written in. */
export function whenRuns(fn: FunctionNode, place: Place): Timing {
  return functionTiming(fn, place, new Set());
}

function functionTiming(fn: FunctionNode, place: Place, asked: Set<TSESTree.Node>): Timing {
  if (asked.has(fn)) return "now"; // It calls itself: its other callers decide.
  asked.add(fn);
  const name = nameOf(fn);
  return name === undefined ? valueTiming(fn, place, asked) : variableTiming(name, fn, place, asked);
}

/** The identifier under which the code around a function knows it: a declaration's, or a constant's. */
export function nameOf(fn: FunctionNode): TSESTree.Identifier | undefined {
  if (fn.type === AST_NODE_TYPES.FunctionDeclaration) return fn.id ?? undefined;
  const { parent } = dressed(fn);
  if (parent?.type !== AST_NODE_TYPES.VariableDeclarator) return undefined;
  return parent.id.type === AST_NODE_TYPES.Identifier ? parent.id : undefined;
}

/** A function with a name runs whenever one of its readers has it run; the latest counts. */
function variableTiming(name: TSESTree.Identifier, fn: FunctionNode, place: Place, asked: Set<TSESTree.Node>): Timing {
  const variable = ASTUtils.findVariable(place.source.getScope(fn), name.name);
  const home = functionAround(fn);
  let timing: Timing = "now";
  for (const { identifier, init } of variable?.references ?? []) {
    if (init === true || identifier.type !== AST_NODE_TYPES.Identifier) continue;
    const found = latest(valueTiming(identifier, place, asked), readerTiming(identifier, home, place, asked));
    timing = latest(timing, found);
  }
  return timing;
}

/** When the code that reads a name runs, if it is itself in functions nested in the name's home. */
function readerTiming(
  node: TSESTree.Node,
  home: FunctionNode | undefined,
  place: Place,
  asked: Set<TSESTree.Node>,
): Timing {
  let timing: Timing = "now";
  for (let at = functionAround(node); at !== undefined && at !== home; at = functionAround(at)) {
    timing = latest(timing, functionTiming(at, place, asked));
  }
  return timing;
}

/** When the function that an expression stands for runs, by what is done with it right there. */
function valueTiming(expression: TSESTree.Node, place: Place, asked: Set<TSESTree.Node>): Timing {
  const node = dressed(expression);
  const { parent } = node;
  switch (parent?.type) {
    case AST_NODE_TYPES.CallExpression:
    case AST_NODE_TYPES.NewExpression:
      if (parent.callee === node) return "now";
      return argumentTiming(parent, parent.arguments.indexOf(node as TSESTree.CallExpressionArgument), place, asked);
    case AST_NODE_TYPES.AssignmentExpression:
      return parent.right === node && parent.left.type === AST_NODE_TYPES.MemberExpression ? "later" : "unknown";
    case AST_NODE_TYPES.ReturnStatement:
      return "later";
    case AST_NODE_TYPES.ArrowFunctionExpression:
      return parent.body === node ? "later" : "unknown";
    default:
      return "unknown";
  }
}

function argumentTiming(call: Call, index: number, place: Place, asked: Set<TSESTree.Node>): Timing {
  const callee = calleeOf(call, place.services);
  if (callee === undefined) return "unknown";
  if (call.type === AST_NODE_TYPES.NewExpression) {
    if (callee.origin === LIBRARY && callee.name === "Promise") return "now";
    return callee.origin !== undefined && runsLater.has(callee.name) ? "later" : "unknown";
  }
  if (callee.origin === LIBRARY && runsNow.has(callee.name)) return "now";
  if (runsLater.has(callee.name) && isForeign(callee.origin)) return "later";
  if (callee.origin === "signalbox" && sectionOpeners.get(callee.name) === index) {
    // A work queue or another thread runs what is transferred to it.
    return callee.name === "transferTo" ? "later" : "now";
  }
  if (isThenable(place.services.getTypeAtLocation(call), place.services.program.getTypeChecker())) return "later";
  const target = functionOf(call.callee, place.services);
  return target !== undefined && !asked.has(target) && onlyCalls(target, index, place) ? "now" : "unknown";
}

/** Whether a name in `runsLater` means what it says: it is the library's, Node's or Signalbox's, or of whoever emits events. */
function isForeign(origin: unknown): boolean {
  return origin === LIBRARY || origin === "@types/node" || origin === "signalbox";
}

/** Whether all that a function does with one of its parameters is to call it, itself, before it returns. */
function onlyCalls(fn: FunctionNode, index: number, place: Place): boolean {
  const parameter = fn.params[index];
  if (parameter?.type !== AST_NODE_TYPES.Identifier || fn.async || fn.generator) return false;
  const variable = place.source.getDeclaredVariables(fn).find((declared) => declared.identifiers.includes(parameter));
  return (
    variable?.references.every(({ identifier }) => {
      const { parent } = dressed(identifier);
      return (
        parent?.type === AST_NODE_TYPES.CallExpression &&
        parent.callee === dressed(identifier) &&
        functionAround(identifier) === fn
      );
    }) === true
  );
}

function latest(a: Timing, b: Timing): Timing {
  if (a === "later" || b === "later") return "later";
  return a === "unknown" || b === "unknown" ? "unknown" : "now";
}

/** Whether what a function answers is thrown away: it is given where a function without a result is asked for. */
export function resultIsDropped(fn: FunctionNode, services: ParserServicesWithTypeInformation): boolean {
  if (!isFunction(fn) || fn.type === AST_NODE_TYPES.FunctionDeclaration) return false;
  const checker = services.program.getTypeChecker();
  const node = services.esTreeNodeToTSNodeMap.get(fn);
  if (!ts.isExpression(node)) return false;
  const expected = checker.getContextualType(node);
  const signatures = expected === undefined ? [] : checker.getNonNullableType(expected).getCallSignatures();
  return (
    signatures.length > 0 &&
    signatures.every((signature) => (checker.getReturnTypeOfSignature(signature).flags & ts.TypeFlags.Void) !== 0)
  );
}
