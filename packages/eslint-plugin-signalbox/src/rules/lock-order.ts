/**
 * lock-order: declared locks are taken in one order, and none by who has one of its class already (promise 6). Reservations that are locked
 * under others say so with `within`, so that a deadlock through both is found; before a body's first `await` that goes by itself.
 *
 * The rule speaks of the locks of one file that are taken and released by name, and of what is held on every way there. What goes
 * through several files, or through functions that are called, is for the validator to see.
 */
import { AST_NODE_TYPES } from "@typescript-eslint/utils";
import type { TSESLint, TSESTree } from "@typescript-eslint/utils";
import { bindingOf, keyOf } from "../util/bindings.ts";
import { calleeOf, callsSignalbox } from "../util/callee.ts";
import { createRule } from "../util/create-rule.ts";
import type { SignalboxRule } from "../util/create-rule.ts";
import { Facts } from "../util/facts.ts";
import { listenTogether } from "../util/listeners.ts";
import { memberOf, optionsOf, readsOf } from "../util/own.ts";
import { isExported } from "../util/owning.ts";
import { placeOf } from "../util/place.ts";
import { roundsOf } from "../util/rounds.ts";
import { dressed, functionAround, memberName } from "../util/syntax.ts";
import type { FunctionNode } from "../util/syntax.ts";

type Variable = TSESLint.Scope.Variable;
type MessageIds = "again" | "order" | "reservations";

/** What is wanted while something else is held. */
interface Step {
  readonly held: Variable;
  readonly wanted: Variable;
  readonly node: TSESTree.Node;
}

/** The calls that lock reservations, and which argument has their options. */
const locking: ReadonlyMap<string, number> = new Map([
  ["withReservations", 2],
  ["withReservationLoop", 1],
]);
const lockingNames: ReadonlySet<string> = new Set(locking.keys());

export const lockOrder: SignalboxRule<MessageIds> = createRule({
  name: "lock-order",
  meta: {
    description: "Ask that locks are taken in one order, and reservations inside of others `within` them",
    messages: {
      again: "`{{wanted}}` is wanted while it is held: who holds it waits for itself (promise 6).",
      order:
        "`{{wanted}}` is wanted while `{{held}}` is held, and elsewhere it is the other way round (line {{line}}): two tasks that do so at once wait for one another (promise 6).",
      reservations:
        "Reservations are locked here while others are held, and nothing tells so: two tasks that do so in two orders wait for one another for ever. Lock all in one call, or say `within`.",
    },
  },
  create(context) {
    const place = placeOf(context);
    const { services } = place;
    const facts = new Facts(place);
    /** The locks of which a `taken()` was seen. */
    const taken = new Set<Variable>();
    const steps: Step[] = [];

    const locked = (name: string, lock: Variable, call: TSESTree.CallExpression): void => {
      const about = keyOf(lock);
      if (name === "taken") {
        taken.add(lock);
        facts.holds({ kind: "taken", about });
      }
      if (name === "released") facts.ends("taken", about);
      if (name !== "wanted") return;
      for (const held of taken) {
        facts.asks([{ kind: "taken", about: keyOf(held) }], () => {
          if (isReleasedHere(held, call)) steps.push({ held, wanted: lock, node: call });
        });
      }
    };

    /** Whether nobody but the function that holds a lock releases it. */
    const isReleasedHere = (lock: Variable, call: TSESTree.Node): boolean => {
      for (const round of roundsOf([lock], place)) {
        for (const each of round) if (!releasesOf(each).every((fn) => takesIn(each, fn))) return false;
      }
      const isLocal = lock.defs[0]?.node.type === AST_NODE_TYPES.VariableDeclarator && !isExported(lock);
      return isLocal || releasesOf(lock).includes(functionAround(call));
    };

    const nested = (call: TSESTree.CallExpression): void => {
      const index = locking.get(calleeOf(call, services)?.name ?? "");
      const body = functionAround(call);
      if (index === undefined || body === undefined || !isBody(body)) return;
      const options = optionsOf(call, index);
      if (options === "unknown" || options.some((property) => memberName(property) === "within")) return;
      const { parent } = dressed(call);
      const isWaitedFor =
        parent?.type === AST_NODE_TYPES.AwaitExpression || parent?.type === AST_NODE_TYPES.ReturnStatement;
      if (!isWaitedFor || mayRelease(body)) return;
      facts.asks([{ kind: "awaited", about: "" }], () => {
        context.report({ node: call, messageId: "reservations" });
      });
    };

    const isBody = (fn: FunctionNode): boolean => {
      const { parent } = dressed(fn);
      if (parent?.type !== AST_NODE_TYPES.CallExpression || parent.callee === fn) return false;
      return callsSignalbox(calleeOf(parent, services), lockingNames);
    };

    /** Whether a body does more with its locks than to get what they lock. */
    const mayRelease = (body: FunctionNode): boolean =>
      context.sourceCode.getDeclaredVariables(body).some((locks) =>
        readsOf(locks).some((read) => {
          const member = memberOf(read);
          return member === undefined || memberName(member) === "release";
        }),
      );

    const report = ({ held, wanted, node }: Step, messageId: MessageIds, line = 0): void => {
      context.report({ node, messageId, data: { held: held.name, wanted: wanted.name, line: String(line) } });
    };

    /** Looks at all steps of the file together, each round of a loop for itself. */
    const compare = (): void => {
      const known: Step[] = [];
      const reported = new Set<TSESTree.Node>();
      for (const { node, ...names } of steps) {
        for (const round of roundsOf([names.held, names.wanted], place)) {
          const [held, wanted] = round;
          if (held === undefined || wanted === undefined || reported.has(node)) continue;
          const step = { held, wanted, node };
          const before = wayBack(step, known);
          known.push(step);
          if (held !== wanted && before === undefined) continue;
          reported.add(node);
          report(step, held === wanted ? "again" : "order", before?.node.loc.start.line);
        }
      }
    };

    return listenTogether(facts.listener, {
      "CallExpression:exit"(call) {
        const callee = calleeOf(call, services);
        if (callee?.origin !== "signalbox") return;
        if (callee.owner === undefined) nested(call);
        if (callee.owner !== "LockClass" || call.callee.type !== AST_NODE_TYPES.MemberExpression) return;
        const lock = bindingOf(call.callee.object, place);
        if (lock !== undefined && isByName(lock)) locked(callee.name, lock, call);
      },
      "AwaitExpression:exit"() {
        facts.holds({ kind: "awaited", about: "" });
      },
      // The facts of the file's own code are told at its end.
      ...({
        onCodePathEnd(_path: unknown, node: TSESTree.Node) {
          if (node.type === AST_NODE_TYPES.Program) compare();
        },
      } as unknown as TSESLint.RuleListener),
    });
  },
});

/** Whether a lock is only ever used by its name, or listed. */
function isByName(lock: Variable): boolean {
  return readsOf(lock).every((read) => {
    if (dressed(read).parent?.type === AST_NODE_TYPES.ArrayExpression) return true;
    const member = memberOf(read);
    const call = member === undefined ? undefined : dressed(member).parent;
    // Who keeps what `wanted()` answers tells of it by that.
    return call?.type === AST_NODE_TYPES.CallExpression && call.parent.type === AST_NODE_TYPES.ExpressionStatement;
  });
}

/** The functions that call a method of a lock. */
function callersOf(lock: Variable, method: string): (FunctionNode | undefined)[] {
  return readsOf(lock)
    .filter((read) => {
      const member = memberOf(read);
      return member !== undefined && memberName(member) === method;
    })
    .map((read) => functionAround(read));
}

function releasesOf(lock: Variable): (FunctionNode | undefined)[] {
  return callersOf(lock, "released");
}

function takesIn(lock: Variable, fn: FunctionNode | undefined): boolean {
  return callersOf(lock, "taken").includes(fn);
}

/** The first of the steps that lead from what is wanted to what is held. */
function wayBack({ held, wanted }: Step, steps: readonly Step[]): Step | undefined {
  const seen = new Set<Variable>();
  const leads = (from: Variable): boolean => {
    if (from === held) return true;
    if (seen.has(from)) return false;
    seen.add(from);
    return steps.some((step) => step.held === from && leads(step.wanted));
  };
  return steps.find((step) => step.held === wanted && leads(step.wanted));
}
