/** What the queues of two jobs say of their order, as far as the file tells how they were opened. */
import { AST_NODE_TYPES } from "@typescript-eslint/utils";
import type { TSESTree } from "@typescript-eslint/utils";
import { bindingOf, valueOf } from "./bindings.ts";
import { queueCallOf } from "./origins.ts";
import type { MethodCall } from "./origins.ts";
import { optionsOf } from "./own.ts";
import type { Place } from "./place.ts";
import { bare, memberName } from "./syntax.ts";
import { typeNamed } from "./types.ts";

const ring: ReadonlySet<string> = new Set(["Ring"]);

/**
 * Whether two jobs are of two queues for certain, which start them in whatever order: neither starts jobs where they are submitted
 * (Q23), nor do they share a ring that goes by the order of pushes.
 */
export function areUnordered(a: MethodCall, b: MethodCall, place: Place): boolean {
  const [first, second] = [queueOf(a, place), queueOf(b, place)];
  if (first === undefined || second === undefined || first === second) return false;
  return startsLater(first) && startsLater(second) && !mayShareOrder(first, second, place);
}

/** Whether two jobs may be of one queue. */
export function mayShareQueue(a: MethodCall, b: MethodCall, place: Place): boolean {
  const [first, second] = [queueOf(a, place), queueOf(b, place)];
  return first === undefined || second === undefined || first === second;
}

function queueOf(job: MethodCall, place: Place): MethodCall | undefined {
  return queueCallOf(job.callee.object, place);
}

function startsLater(opened: MethodCall): boolean {
  const options = optionsOf(opened, 1);
  return (
    options !== "unknown" &&
    options.every((each) => {
      const name = memberName(each);
      return name !== undefined && name !== "bypass";
    })
  );
}

function mayShareOrder(a: MethodCall, b: MethodCall, place: Place): boolean {
  const [first, second] = [a.callee.object, b.callee.object];
  if (typeNamed(first, ring, place.services) === undefined || typeNamed(second, ring, place.services) === undefined) {
    return false;
  }
  const [made, other] = [madeBy(first, place), madeBy(second, place)];
  if (made === undefined || other === undefined) return true;
  if (made !== other) return false;
  const options = optionsOf(made, 1);
  return options === "unknown" || options.some((each) => memberName(each) === "policy");
}

/** The `new Ring(...)` that a name stands for. */
function madeBy(node: TSESTree.Node, place: Place): TSESTree.NewExpression | undefined {
  const variable = bindingOf(node, place);
  const value = variable === undefined ? undefined : valueOf(variable);
  const made = value === undefined ? undefined : bare(value);
  return made?.type === AST_NODE_TYPES.NewExpression ? made : undefined;
}
