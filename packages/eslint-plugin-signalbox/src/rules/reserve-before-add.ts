/**
 * reserve-before-add: `add` can't fail for want of room, if `reserve` came before it under the same lock (R4). What was reserved and
 * not used is gone with the lock (R5), so that no earlier one counts.
 *
 * The rule speaks of locks that it can follow from where they are taken: whoever else is given them, or what is got from them, may
 * have reserved. Which reservation it was reserved for, it doesn't ask.
 */
import { AST_NODE_TYPES, ASTUtils } from "@typescript-eslint/utils";
import type { TSESLint, TSESTree } from "@typescript-eslint/utils";
import { bindingOf, declaredBy, keyOf, valueOf } from "../util/bindings.ts";
import { calleeOf, callsSignalbox } from "../util/callee.ts";
import { createRule } from "../util/create-rule.ts";
import type { SignalboxRule } from "../util/create-rule.ts";
import { Facts } from "../util/facts.ts";
import { listenTogether } from "../util/listeners.ts";
import { callOf, memberOf, readsOf } from "../util/own.ts";
import { placeOf } from "../util/place.ts";
import { locksOf } from "../util/reserving.ts";
import { bare, dressed, functionAround, memberName, shortText } from "../util/syntax.ts";
import type { FunctionNode } from "../util/syntax.ts";

type Variable = TSESLint.Scope.Variable;
type Source = Readonly<TSESLint.SourceCode>;

/** What calls a body with locks. */
const locking: ReadonlySet<string> = new Set(["withReservations", "withReservationLoop"]);
const tries: ReadonlySet<string> = new Set(["tryLockAll"]);

export const reserveBeforeAdd: SignalboxRule<"unreserved"> = createRule({
  name: "reserve-before-add",
  meta: {
    description: "Ask that room is reserved, under the same lock, before a fence is added to a reservation",
    messages: {
      unreserved:
        "Nothing was reserved since `{{locks}}` were taken: unless a slot happens to be free, this throws EINVAL (R4). Call `reserve` first.",
    },
  },
  create(context) {
    const place = placeOf(context);
    const { services, source: sourceCode } = place;
    const facts = new Facts(place);

    const taken = (locks: Variable): void => {
      if (isFollowed(locks, sourceCode)) facts.holds({ kind: "unreserved", about: keyOf(locks) });
    };

    const enter = (fn: FunctionNode): void => {
      const [first] = fn.params;
      const { parent } = dressed(fn);
      if (first?.type !== AST_NODE_TYPES.Identifier || parent?.type !== AST_NODE_TYPES.CallExpression) return;
      if (parent.callee === fn || !callsSignalbox(calleeOf(parent, services), locking)) return;
      const locks = ASTUtils.findVariable(sourceCode.getScope(fn.body), first.name);
      if (locks !== null) taken(locks);
    };

    return listenTogether(facts.listener, {
      FunctionExpression: enter,
      ArrowFunctionExpression: enter,
      "VariableDeclarator:exit"(node) {
        for (const variable of declaredBy(node, place)) {
          const value = valueOf(variable);
          const call = value === undefined ? undefined : bare(value);
          if (call?.type !== AST_NODE_TYPES.CallExpression) continue;
          if (callsSignalbox(calleeOf(call, services), tries)) taken(variable);
        }
      },
      "CallExpression:exit"(call) {
        if (call.callee.type !== AST_NODE_TYPES.MemberExpression) return;
        const callee = calleeOf(call, services);
        if (callee?.origin !== "signalbox" || callee.owner !== "LockedReservation") return;
        const source = locksOf(call.callee.object, place);
        const locks = source === undefined ? undefined : bindingOf(source, place);
        if (source === undefined || locks === undefined) return;
        if (callee.name === "reserve") facts.ends("unreserved", keyOf(locks));
        if (callee.name !== "add") return;
        facts.asks([{ kind: "unreserved", about: keyOf(locks) }], () => {
          context.report({ node: call, messageId: "unreserved", data: { locks: shortText(source, sourceCode) } });
        });
      },
    });
  },
});

/** Whether all that is done with locks, and with what is got from them, is written in the function that has them. */
function isFollowed(locks: Variable, source: Source): boolean {
  const [name] = locks.identifiers;
  if (name === undefined) return false;
  const home = locks.scope.variableScope.block;
  return readsOf(locks).every((read) => isWithinHome(read, home) && (isLookedAt(read) || isGot(read, home, source)));
}

function isWithinHome(node: TSESTree.Node, home: TSESTree.Node): boolean {
  return (functionAround(node) ?? home) === home;
}

/** `locks === null`, `within: locks`, `locks.release()`. */
function isLookedAt(read: TSESTree.Node): boolean {
  const { parent } = dressed(read);
  if (parent?.type === AST_NODE_TYPES.BinaryExpression || parent?.type === AST_NODE_TYPES.IfStatement) return true;
  if (parent?.type === AST_NODE_TYPES.Property) return memberName(parent) === "within";
  const member = memberOf(read);
  const got = member === undefined ? undefined : memberName(member);
  return got !== undefined && got !== "of" && got !== "lock";
}

/** `locks.of(buffer).add()`, and a constant that is used in the same way. */
function isGot(read: TSESTree.Node, home: TSESTree.Node, source: Source): boolean {
  const member = memberOf(read);
  const call = member === undefined ? undefined : callOf(member);
  if (call === undefined) return false;
  const { parent } = dressed(call);
  const got = parent?.type === AST_NODE_TYPES.AwaitExpression ? parent : call;
  if (memberOf(got) !== undefined || dressed(got).parent?.type === AST_NODE_TYPES.ExpressionStatement) return true;
  const declarator = dressed(got).parent;
  if (declarator?.type !== AST_NODE_TYPES.VariableDeclarator || declarator.id.type !== AST_NODE_TYPES.Identifier)
    return false;
  const locked = ASTUtils.findVariable(source.getScope(declarator), declarator.id.name);
  return locked !== null && readsOf(locked).every((use) => isWithinHome(use, home) && memberOf(use) !== undefined);
}
