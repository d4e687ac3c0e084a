/**
 * signalled-in-order: the fences of a timeline signal in the order in which they were made (promise 2), and the points of an
 * ordered sync object go up (Q33).
 *
 * The rule speaks of fences that a function has for itself, of a timeline that the file keeps to itself, and of points that are
 * written out: there all that signals is in sight.
 */
import { AST_NODE_TYPES } from "@typescript-eslint/utils";
import type { TSESLint, TSESTree } from "@typescript-eslint/utils";
import { bindingOf, declaredBy, keyOf } from "../util/bindings.ts";
import { calleeOf } from "../util/callee.ts";
import { createRule } from "../util/create-rule.ts";
import type { SignalboxRule } from "../util/create-rule.ts";
import { Facts } from "../util/facts.ts";
import { listenTogether } from "../util/listeners.ts";
import { OwnFences, callOf, memberOf, ownObject, readsOf } from "../util/own.ts";
import { placeOf } from "../util/place.ts";
import type { Place } from "../util/place.ts";
import { reportOnce } from "../util/report-once.ts";
import { functionAround, memberName } from "../util/syntax.ts";

type Variable = TSESLint.Scope.Variable;
type MessageIds = "fence" | "point";

const signals: ReadonlySet<string> = new Set(["signal", "fail"]);
const addsPoint: ReadonlySet<string> = new Set(["signalPoint", "addPoint"]);
/** What takes the points out of a sync object. */
const empties: ReadonlySet<string> = new Set(["signal", "reset", "replace"]);

export const signalledInOrder: SignalboxRule<MessageIds> = createRule({
  name: "signalled-in-order",
  meta: {
    description: "Ask that the fences of a timeline, and the points of an ordered sync object, are signalled in order",
    messages: {
      fence:
        "`{{name}}` can't signal before `{{earlier}}`, which was made first: a timeline signals in order (promise 2), and this throws EINVAL. Signal `{{earlier}}` before, or both with `signalThrough`.",
      point:
        "`{{name}}` is ordered, and point {{earlier}} is there: a point that is not above it is refused with EINVAL (Q33).",
    },
  },
  create(context) {
    const place = placeOf(context);
    const { services } = place;
    const facts = new Facts(place);
    const fences = new OwnFences(facts, place);
    const report = reportOnce(context);

    const ask = (
      call: TSESTree.CallExpression,
      fact: { readonly kind: string; readonly about: string },
      messageId: MessageIds,
      data: Record<string, string>,
    ): void => {
      facts.asks([fact], () => {
        report({ node: call, messageId, data });
      });
    };

    const signalled = (fence: Variable, call: TSESTree.CallExpression): void => {
      for (const earlier of fences.before(fence)) {
        const data = { name: fence.name, earlier: earlier.name };
        ask(call, { kind: "unsignalled", about: keyOf(earlier) }, "fence", data);
      }
    };

    const added = (object: Variable, call: TSESTree.CallExpression): void => {
      const point = pointOf(call);
      if (point === undefined || !isOrdered(object, place)) return;
      const about = keyOf(object);
      for (const other of pointsOf(object)) {
        const data = { name: object.name, earlier: String(other) };
        if (other >= point) ask(call, { kind: `point ${String(other)}`, about }, "point", data);
      }
      facts.holds({ kind: `point ${String(point)}`, about });
    };

    return listenTogether(facts.listener, {
      "CallExpression:exit"(call) {
        if (call.callee.type !== AST_NODE_TYPES.MemberExpression) return;
        const callee = calleeOf(call, services);
        const variable = callee?.origin === "signalbox" ? bindingOf(call.callee.object, place) : undefined;
        if (callee === undefined || variable === undefined) return;
        if (callee.owner === "DriverFence" && signals.has(callee.name)) signalled(variable, call);
        if (callee.owner === "SyncObject") {
          if (addsPoint.has(callee.name)) added(variable, call);
          if (empties.has(callee.name)) facts.forgets(keyOf(variable));
        }
        fences.called(call);
      },
      "VariableDeclarator:exit"(node) {
        fences.declared(declaredBy(node, place));
      },
    });
  },
});

/** Whether a sync object is made here, ordered, and emptied nowhere out of sight. */
function isOrdered(object: Variable, place: Place): boolean {
  const own = ownObject(object, place);
  if (own === undefined) return false;
  const ordered = own.options.find((property) => memberName(property) === "ordered")?.value;
  if (ordered?.type !== AST_NODE_TYPES.Literal || ordered.value !== true) return false;
  return readsOf(object).every((read) => {
    const member = memberOf(read);
    return member !== undefined && (functionAround(read) === own.home || !empties.has(memberName(member) ?? "reset"));
  });
}

/** The points that calls of an object write out. */
function pointsOf(object: Variable): Set<bigint> {
  const points = new Set<bigint>();
  for (const read of readsOf(object)) {
    const member = memberOf(read);
    const call = member === undefined ? undefined : callOf(member);
    if (member === undefined || call === undefined || !addsPoint.has(memberName(member) ?? "")) continue;
    const point = pointOf(call);
    if (point !== undefined) points.add(point);
  }
  return points;
}

function pointOf({ arguments: [point] }: TSESTree.CallExpression): bigint | undefined {
  return point?.type === AST_NODE_TYPES.Literal && "bigint" in point ? BigInt(point.bigint) : undefined;
}
