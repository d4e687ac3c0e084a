/**
 * no-use-when-spent: some things are used up by one use. A fence that has signalled takes no error (F9), a private fence is
 * published once (Q8), a registration is on one fence at a time (F21), and locks that were released change nothing (R5).
 *
 * The rule speaks of things with a name that means one thing, and of what was used up on every way there. A registration is free
 * again when its fence has signalled: whatever might have done that in between silences the rule.
 */
import { AST_NODE_TYPES } from "@typescript-eslint/utils";
import type { TSESTree } from "@typescript-eslint/utils";
import { bindingOf, keyOf } from "../util/bindings.ts";
import { calleeOf } from "../util/callee.ts";
import type { Callee } from "../util/callee.ts";
import { createRule } from "../util/create-rule.ts";
import type { SignalboxRule } from "../util/create-rule.ts";
import { Facts } from "../util/facts.ts";
import { listenTogether } from "../util/listeners.ts";
import { isDropped } from "../util/owning.ts";
import { placeOf } from "../util/place.ts";
import { locksOf } from "../util/reserving.ts";
import { dressed, memberName } from "../util/syntax.ts";

type MessageIds = "signalled" | "published" | "registered" | "released";

/** What puts a registration on a fence, or on a point. */
const registers: ReadonlySet<string> = new Set(["register", "notify"]);
/** What locks answer after they were released as well as before. */
const always: ReadonlySet<string> = new Set(["release", "has"]);

export const noUseWhenSpent: SignalboxRule<MessageIds> = createRule({
  name: "no-use-when-spent",
  meta: {
    description: "Forbid to use what was used up: signalled, published, registered, released",
    messages: {
      signalled: "`{{name}}` has signalled before: it takes no error any more, and this throws EINVAL (F9).",
      published: "`{{name}}` was published before: this throws EINVAL. Make another private fence.",
      registered:
        "`{{name}}` is on another fence already: this throws EINVAL (F21). Make a registration for each fence, or `cancel()` first.",
      released: "The locks `{{name}}` were released before: this throws EINVAL.",
    },
  },
  create(context) {
    const place = placeOf(context);
    const { services } = place;
    const facts = new Facts(place);

    const asks = (kind: MessageIds, thing: TSESTree.Node, node: TSESTree.Node): void => {
      const variable = bindingOf(thing, place);
      if (variable === undefined) return;
      facts.asks([{ kind, about: keyOf(variable) }], () => {
        context.report({ node, messageId: kind, data: { name: variable.name } });
      });
    };
    const holds = (kind: MessageIds, thing: TSESTree.Node): void => {
      const variable = bindingOf(thing, place);
      if (variable !== undefined) facts.holds({ kind, about: keyOf(variable) });
    };

    const method = ({ name, owner }: Callee, object: TSESTree.Node, call: TSESTree.CallExpression): void => {
      if (owner === "DriverFence") {
        if (name === "setError") asks("signalled", object, call);
        if (name === "signal" || name === "fail") holds("signalled", object);
      }
      if (owner === "ReservationLocks" || owner === "ReservationLoopLocks") {
        if (!always.has(name)) asks("released", object, call);
        if (name === "release") holds("released", object);
      }
      if (owner === "LockedReservation") {
        const locks = locksOf(object, place);
        // What is got and used in one expression was told of where it is got.
        if (locks !== undefined && dressed(object).type === AST_NODE_TYPES.Identifier) asks("released", locks, call);
      }
    };

    /** A registration is free again when its fence signals, and anything may have that as its consequence. */
    const maySignal = (): void => {
      facts.ends("registered");
    };

    return listenTogether(facts.listener, {
      "CallExpression:exit"(call) {
        const callee = calleeOf(call, services);
        const [first] = call.arguments;
        const isOurs = callee?.origin === "signalbox";
        const registration = isOurs && callee.owner !== undefined && registers.has(callee.name) ? first : undefined;
        if (registration === undefined) maySignal();
        if (!isOurs) return;
        if (callee.name === "publish" && callee.owner === undefined && first !== undefined) {
          asks("published", first, call);
          holds("published", first);
        } else if (registration !== undefined) {
          asks("registered", registration, call);
          // Who looks at the answer knows whether the fence took it.
          if (isDropped(dressed(call))) holds("registered", registration);
        } else if (call.callee.type === AST_NODE_TYPES.MemberExpression) {
          method(callee, call.callee.object, call);
        }
      },
      Property(property) {
        if (memberName(property) !== "within" || property.parent.type !== AST_NODE_TYPES.ObjectExpression) return;
        const call = property.parent.parent;
        if (call.type !== AST_NODE_TYPES.CallExpression || calleeOf(call, services)?.origin !== "signalbox") return;
        asks("released", property.value, property);
      },
      "NewExpression:exit": maySignal,
      "AwaitExpression:exit": maySignal,
      "YieldExpression:exit": maySignal,
    });
  },
});
