/**
 * no-wait-in-section: in a section nobody waits for a fence, takes a lock or takes from a pool that fences refill, since the
 * fence that would end the wait may be the one that the section is to signal.
 */
import { AST_NODE_TYPES } from "@typescript-eslint/utils";
import type { ParserServicesWithTypeInformation, TSESTree } from "@typescript-eslint/utils";
import { calleeOf } from "../util/callee.ts";
import type { Call } from "../util/callee.ts";
import { createRule } from "../util/create-rule.ts";
import type { SignalboxRule } from "../util/create-rule.ts";
import { declaredOption } from "../util/declared.ts";
import { declaredWaits, locks, otherWaits, submits, waits } from "../util/names.ts";
import { LIBRARY } from "../util/origin.ts";
import { placeOf } from "../util/place.ts";
import { walkRun } from "../util/run.ts";
import { sectionListener } from "../util/sections.ts";
import { ancestors, isFunction, shortText } from "../util/syntax.ts";

type Kind = "wait" | "block" | "spin" | "lock" | "pool" | "submit";
type MessageIds = Kind | `${Kind}Through`;

const because: Record<Kind, string> = {
  wait: "waits for a fence, and this section may be what signals it (L4)",
  block: "blocks the thread, and with it whatever is to wake it",
  lock: "takes a lock, whose holder may wait for the fence that this section signals (L2)",
  spin: "keeps the thread until its time is up, and with it whoever is to signal next",
  pool: "takes from a pool that fences refill, and may wait for the fence that this section signals (L2)",
  submit: "submits, which no section may: the call throws EDEADLK",
};

export const noWaitInSection: SignalboxRule<MessageIds> = createRule({
  name: "no-wait-in-section",
  meta: {
    description: "Forbid waits, locks, pools that fences refill and submissions in a section, and in what it calls",
    messages: {
      ...(Object.fromEntries(
        Object.entries(because).flatMap(([kind, reason]) => [
          [kind, `\`{{call}}\` in {{title}} ${reason}.`],
          [
            `${kind}Through`,
            `\`{{first}}\` in {{title}} leads to \`{{call}}\` (line {{line}}{{way}}), which ${reason}.`,
          ],
        ]),
      ) as Record<MessageIds, string>),
    },
  },
  create(context) {
    const place = placeOf(context);
    const { services } = place;
    const reported = new Map<Call, Set<Call>>();

    return sectionListener(services, ({ body, title }) => {
      if (body === undefined) return;
      walkRun(
        body,
        place,
        (node, trail) => {
          if (node.type !== AST_NODE_TYPES.CallExpression) return;
          const kind = kindOf(node, services);
          if (kind === undefined) return;
          const [first = node, ...further] = trail;
          const known = reported.get(first) ?? new Set();
          reported.set(first, known);
          if (known.has(node)) return;
          known.add(node);
          const call = shortText(node.callee, context.sourceCode);
          if (first === node) {
            context.report({ node, messageId: kind, data: { call, title } });
            return;
          }
          const names = further.map(({ callee }) => `\`${shortText(callee, context.sourceCode)}\``);
          context.report({
            node: first,
            messageId: `${kind}Through`,
            data: {
              first: shortText(first.callee, context.sourceCode),
              title,
              call,
              line: node.loc.start.line,
              way: names.length === 0 ? "" : `, through ${names.join(" and ")}`,
            },
          });
        },
        { follow: true },
      );
    });
  },
});

/** What a call does that no section may. */
function kindOf(call: TSESTree.CallExpression, services: ParserServicesWithTypeInformation): Kind | undefined {
  const callee = calleeOf(call, services);
  if (callee === undefined) return undefined;
  const { name, owner, origin } = callee;
  if (name === "now" && isSpinning(call) && (origin === LIBRARY || origin === "@types/node")) return "spin";
  if (origin === LIBRARY) return name === "wait" && owner === "Atomics" ? "block" : undefined;
  if (origin !== "signalbox") return undefined;
  if (owner !== undefined && declaredWaits.get(owner)?.has(name) === true) return declaredKind(call, owner, services);
  if (waits.has(name) || (owner !== undefined && otherWaits.has(name))) return "wait";
  if (submits.has(name)) return "submit";
  return locks.has(name) ? "lock" : undefined;
}

/** Whether a call is all that a loop does: `while (Date.now() < end);`. */
function isSpinning(call: TSESTree.CallExpression): boolean {
  for (const at of ancestors(call)) {
    const { parent } = at;
    const isLoop =
      parent?.type === AST_NODE_TYPES.WhileStatement ||
      parent?.type === AST_NODE_TYPES.DoWhileStatement ||
      parent?.type === AST_NODE_TYPES.ForStatement;
    if (isLoop && parent.test === at) return isEmpty(parent.body);
    if (isFunction(at)) return false;
  }
  return false;
}

function isEmpty(body: TSESTree.Statement): boolean {
  return (
    body.type === AST_NODE_TYPES.EmptyStatement ||
    (body.type === AST_NODE_TYPES.BlockStatement && body.body.length === 0)
  );
}

/** A spin lock may be taken anywhere, and so may a pool that no fence refills: as far as it can be seen how they were declared. */
function declaredKind(
  call: TSESTree.CallExpression,
  owner: string,
  services: ParserServicesWithTypeInformation,
): Kind | undefined {
  const receiver = call.callee.type === AST_NODE_TYPES.MemberExpression ? call.callee.object : undefined;
  const option = owner === "LockClass" ? "spin" : "refilledByFences";
  const declared = receiver === undefined ? undefined : declaredOption(receiver, option, services);
  if (owner === "LockClass") return declared === true ? undefined : "lock";
  return declared === false ? undefined : "pool";
}
