/**
 * no-wait-for-oneself: what nobody but this function can bring about is not waited for before it has done that. The wait for a
 * driver fence that is signalled behind it never ends, and a thread that blocks for it throws EDEADLK; the wait for a point that
 * nobody has submitted throws EINVAL (SY8).
 *
 * The rule speaks of fences and sync objects that a function has for itself: whatever else has a hand on them silences it.
 */
import { AST_NODE_TYPES } from "@typescript-eslint/utils";
import type { TSESLint, TSESTree } from "@typescript-eslint/utils";
import { bindingOf, declaredBy, keyOf } from "../util/bindings.ts";
import { calleeOf } from "../util/callee.ts";
import type { Callee } from "../util/callee.ts";
import { createRule } from "../util/create-rule.ts";
import type { SignalboxRule } from "../util/create-rule.ts";
import { Facts } from "../util/facts.ts";
import { listenTogether } from "../util/listeners.ts";
import { OwnFences, callOf, memberOf, ownObject, readsOf } from "../util/own.ts";
import { placeOf } from "../util/place.ts";
import type { Place } from "../util/place.ts";
import { dressed, functionAround, memberName } from "../util/syntax.ts";

type Variable = TSESLint.Scope.Variable;
type MessageIds = "hangs" | "deadlock" | "empty";

/** What of a sync object only looks at it. */
const looks: ReadonlySet<string> = new Set(["fence", "name", "ordered", "lastSignalled", "lastSubmitted"]);
const asksForPoint: ReadonlySet<string> = new Set(["wait", "find"]);
const withPoint: ReadonlySet<string> = new Set(["wait", "find", "submitted"]);

export const noWaitForOneself: SignalboxRule<MessageIds> = createRule({
  name: "no-wait-for-oneself",
  meta: {
    description: "Forbid to wait for what only the code behind the wait could bring about",
    messages: {
      hangs: "Nobody but this function can signal `{{name}}`, and it has not: this wait never ends.",
      deadlock: "Nobody but this thread can signal `{{name}}`, and it has not: this throws EDEADLK.",
      empty: "Nobody has submitted anything to `{{name}}`: this throws EINVAL (SY8). To wait for it, say `forSubmit`.",
    },
  },
  create(context) {
    const place = placeOf(context);
    const { services } = place;
    const facts = new Facts(place);
    const fences = new OwnFences(facts, place);

    const ask = (kind: string, about: Variable | undefined, node: TSESTree.Node, messageId: MessageIds): void => {
      if (about === undefined) return;
      facts.asks([{ kind, about: keyOf(about) }], () => {
        context.report({ node, messageId, data: { name: about.name } });
      });
    };

    const waited = (callee: Callee, call: TSESTree.CallExpression): void => {
      const [first] = call.arguments;
      if (callee.owner === undefined) {
        if (callee.name === "waitBlocking" && first !== undefined) {
          ask("unsignalled", fences.readBy(first), call, "deadlock");
        }
        return;
      }
      if (call.callee.type !== AST_NODE_TYPES.MemberExpression) return;
      const { object } = call.callee;
      // With a timeout or a signal somebody means it to end.
      const isAwaited = dressed(call).parent?.type === AST_NODE_TYPES.AwaitExpression;
      if (callee.owner === "Fence" && callee.name === "wait" && isAwaited && call.arguments.length === 0) {
        ask("unsignalled", fences.readBy(object), call, "hangs");
      }
      if (callee.owner === "SyncObject" && callee.name !== "at") {
        const variable = bindingOf(object, place);
        if (variable === undefined) return;
        if (asksForPoint.has(callee.name) && call.arguments.length < 2) ask("empty", variable, call, "empty");
        if (!withPoint.has(callee.name)) facts.ends("empty", keyOf(variable));
      }
      if (callee.owner === "SyncPoint" && asksForPoint.has(callee.name) && call.arguments.length === 0) {
        const at = object.type === AST_NODE_TYPES.CallExpression ? object.callee : undefined;
        if (at?.type === AST_NODE_TYPES.MemberExpression && memberName(at) === "at") {
          ask("empty", bindingOf(at.object, place), call, "empty");
        }
      }
    };

    const declare = (variable: Variable): void => {
      if (isOwnObject(variable, place)) facts.holds({ kind: "empty", about: keyOf(variable) });
    };

    return listenTogether(facts.listener, {
      "CallExpression:exit"(call) {
        const callee = calleeOf(call, services);
        if (callee?.origin === "signalbox") waited(callee, call);
        fences.called(call);
      },
      "VariableDeclarator:exit"(node) {
        const variables = declaredBy(node, place);
        fences.declared(variables);
        for (const variable of variables) declare(variable);
      },
    });
  },
});

/** Whether a sync object is made empty, and nobody but this function ever puts something in. */
function isOwnObject(object: Variable, place: Place): boolean {
  const own = ownObject(object, place);
  if (own === undefined || own.options.some((property) => memberName(property) === "signalled")) return false;
  return readsOf(object).every((read) => functionAround(read) === own.home && isPlain(read));
}

/** Whether a use of an object is a call of its own, or of a point that nobody else gets. */
function isPlain(read: TSESTree.Node): boolean {
  const member = memberOf(read);
  if (member === undefined) return false;
  const name = memberName(member) ?? "";
  if (looks.has(name)) return true;
  const call = callOf(member);
  if (call === undefined) return false;
  if (name !== "at") return true;
  const point = memberOf(call);
  return point !== undefined && withPoint.has(memberName(point) ?? "");
}
