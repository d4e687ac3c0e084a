/**
 * Which jobs a call submits, and in what order, as far as it is written down there: `submit(a, b)`, `submitWith`, an obligation's
 * `transferTo(queue, job)`, and a `submission` whose callback begins with plain arms and pushes.
 */
import { AST_NODE_TYPES, ASTUtils } from "@typescript-eslint/utils";
import type { TSESTree } from "@typescript-eslint/utils";
import { bindingOf, keyOf } from "./bindings.ts";
import { calleeOf } from "./callee.ts";
import type { Place } from "./place.ts";
import { bare, isFunction, memberName } from "./syntax.ts";
import type { FunctionNode } from "./syntax.ts";

/** A job where it is named. */
export interface Named {
  readonly node: TSESTree.Node;
  /** Which variable's it is; undefined for what has no name of its own, or one that changes. */
  readonly key: string | undefined;
}

/** What a call submits. */
export interface Batch {
  readonly how: "submit" | "transferTo" | "submission";
  /** In the order in which they are armed. */
  readonly armed: readonly Named[];
  /** In the order in which they are pushed. */
  readonly pushed: readonly Named[];
  /** Whether that is all of the batch; otherwise it is what comes first, and for certain. */
  readonly whole: boolean;
}

/** The batch of a call that submits, or undefined for any other. */
export function batchOf(call: TSESTree.CallExpression, place: Place): Batch | undefined {
  const callee = calleeOf(call, place.services);
  if (callee?.origin !== "signalbox") return undefined;
  const { name, owner } = callee;
  if (owner === "MustBeSignalled" && name === "transferTo") return transferred(call, place);
  if (owner !== undefined) return undefined;
  if (name === "submit") return listed(call.arguments, place);
  if (name === "submitWith") return listed(call.arguments.slice(1), place);
  if (name !== "submission") return undefined;
  const [body] = call.arguments;
  return body !== undefined && isFunction(body) ? written(body, place) : none;
}

const none: Batch = { how: "submission", armed: [], pushed: [], whole: false };

/** A job, and whose it is. */
export function named(node: TSESTree.Node, place: Place): Named {
  const variable = bindingOf(node, place);
  return { node, key: variable === undefined ? undefined : keyOf(variable) };
}

function listed(list: readonly TSESTree.CallExpressionArgument[], place: Place): Batch {
  const spread = list.findIndex((each) => each.type === AST_NODE_TYPES.SpreadElement);
  const jobs = (spread < 0 ? list : list.slice(0, spread)).map((each) => named(each, place));
  return { how: "submit", armed: jobs, pushed: jobs, whole: spread < 0 };
}

/** `transferTo(queue, job)`; to a work queue or a thread it hands over a callback. */
function transferred(call: TSESTree.CallExpression, place: Place): Batch | undefined {
  const [, job] = call.arguments;
  if (job === undefined || place.services.getTypeAtLocation(job).getCallSignatures().length > 0) return undefined;
  const jobs = [named(job, place)];
  return { how: "transferTo", armed: jobs, pushed: jobs, whole: true };
}

/** The arms and pushes that stand at the beginning of a callback, one after the other. */
function written(body: FunctionNode, place: Place): Batch {
  const [token] = body.params;
  if (token?.type !== AST_NODE_TYPES.Identifier) return none;
  const variable = ASTUtils.findVariable(place.source.getScope(body.body), token.name);
  const armed: Named[] = [];
  const pushed: Named[] = [];
  let seen = 0;
  const take = (expression: TSESTree.Node): void => {
    const node = bare(expression);
    if (node.type !== AST_NODE_TYPES.CallExpression || node.callee.type !== AST_NODE_TYPES.MemberExpression) return;
    const object = bare(node.callee.object);
    if (object.type !== AST_NODE_TYPES.Identifier || object.name !== token.name) return;
    const [job] = node.arguments;
    const method = memberName(node.callee);
    seen++;
    if (job === undefined || method === "fill") return;
    if (method === "push") take(job); // `section.push(section.arm(job))`
    (method === "push" ? pushed : armed).push(named(job, place));
  };
  for (const statement of statementsOf(body)) {
    if (statement === "other") break;
    take(statement);
  }
  return { how: "submission", armed, pushed, whole: variable !== null && seen === variable.references.length };
}

/** What a body evaluates first, up to the first statement that may choose, repeat or leave. */
function* statementsOf({ body }: FunctionNode): Generator<TSESTree.Node | "other", void, undefined> {
  if (body.type !== AST_NODE_TYPES.BlockStatement) {
    yield body;
    return;
  }
  for (const statement of body.body) {
    if (statement.type === AST_NODE_TYPES.ExpressionStatement) yield statement.expression;
    else if (statement.type === AST_NODE_TYPES.VariableDeclaration) {
      for (const { init } of statement.declarations) if (init !== null) yield init;
    } else yield "other";
  }
}
