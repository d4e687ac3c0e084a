/**
 * Follows the jobs that a function makes, in two facts: "fresh" while nobody can have submitted the job, "unsettled" while nothing
 * can have run since it was made, so that it can't be done whoever submitted it.
 *
 * Fresh ends where the job goes anywhere as a value; unsettled ends at the first `await`, or call that may do anything.
 */
import { AST_NODE_TYPES } from "@typescript-eslint/utils";
import type { TSESLint, TSESTree } from "@typescript-eslint/utils";
import { batchOf } from "./batches.ts";
import { aliasAt, bindingOf, declaredBy, keyOf, usesOf, valueOf } from "./bindings.ts";
import { calleeOf } from "./callee.ts";
import type { Call } from "./callee.ts";
import type { Facts } from "./facts.ts";
import { isExported } from "./owning.ts";
import { isCallOf, jobCallOf, queueCallOf } from "./origins.ts";
import type { Place } from "./place.ts";
import { bare, dressed, functionAround, memberName } from "./syntax.ts";

type Variable = TSESLint.Scope.Variable;

/** What of Signalbox runs nobody's code and waits for nothing. */
const inert: ReadonlySet<string> = new Set(["job", "after", "reserveSlot", "queue", "fence", "privateFence"]);
/** What may be read of a job without learning that it is done. */
const tellsNothing: ReadonlySet<string> = new Set([
  "after",
  "reserveSlot",
  "result",
  "label",
  "spec",
  "cost",
  "queue",
  "queueName",
]);

/** The listener that keeps both facts. */
export function freshJobs(facts: Facts, place: Place): TSESLint.RuleListener {
  const settle = (): void => {
    facts.ends("unsettled");
  };
  const called = (call: Call): void => {
    if (!isInert(call, place)) settle();
  };
  return {
    "VariableDeclarator:exit"(declarator) {
      for (const variable of declaredBy(declarator, place)) {
        const about = keyOf(variable);
        facts.forgets(about);
        const value = valueOf(variable);
        if (value === undefined || jobCallOf(value, place) === undefined || !isItself(variable, place)) continue;
        facts.holds({ kind: "unsettled", about });
        if (!isTakenElsewhere(variable, declarator, place)) facts.holds({ kind: "fresh", about });
      }
    },
    Identifier(name) {
      const variable =
        name.parent.type === AST_NODE_TYPES.MemberExpression && name.parent.property === name
          ? undefined
          : bindingOf(name, place);
      if (variable === undefined || positionIsDeclaration(name)) return;
      if (!staysHere(name, place)) facts.ends("fresh", keyOf(variable));
      const { parent } = dressed(name);
      const isAsked = parent?.type === AST_NODE_TYPES.MemberExpression && parent.object === dressed(name);
      if (isAsked && !tellsNothing.has(memberName(parent) ?? "")) facts.ends("unsettled", keyOf(variable));
    },
    "CallExpression:exit": called,
    "NewExpression:exit": called,
    "TaggedTemplateExpression:exit": settle,
    "AwaitExpression:exit": settle,
    "YieldExpression:exit": settle,
    "ForOfStatement[await=true] > .left": settle,
    "ForOfStatement[await=true] > .right:exit": settle,
    "ForOfStatement[await=true]:exit": settle,
    // What it disposes of may wait.
    "BlockStatement:exit": settle,
  };
}

/** The jobs that an expression makes a job wait for, where it is written down: `queue.job({ after: a }).after(b, c)`. */
export function dependenciesOf(expression: TSESTree.Node, place: Place): readonly TSESTree.Node[] {
  const node = bare(expression);
  if (isCallOf(node, "after", place)) return [...dependenciesOf(node.callee.object, place), ...node.arguments];
  if (!isCallOf(node, "job", place)) return [];
  const [spec] = node.arguments;
  if (spec?.type !== AST_NODE_TYPES.ObjectExpression) return [];
  const after = spec.properties
    .filter((each) => each.type === AST_NODE_TYPES.SpreadElement || memberName(each) === "after")
    .at(-1);
  if (after?.type !== AST_NODE_TYPES.Property) return [];
  const value = bare(after.value);
  if (value.type !== AST_NODE_TYPES.ArrayExpression) return [value];
  return value.elements.filter((each) => each !== null);
}

/** Whether a variable is no other name of something. */
function isItself(variable: Variable, place: Place): boolean {
  const value = valueOf(variable);
  return value !== undefined && bindingOf(value, place) === undefined;
}

function positionIsDeclaration(name: TSESTree.Identifier): boolean {
  return name.parent.type === AST_NODE_TYPES.VariableDeclarator && name.parent.id === name;
}

/** Whether a nested function, or another module, has the job as a value: it may be submitted whenever. */
function isTakenElsewhere(variable: Variable, declarator: TSESTree.Node, place: Place): boolean {
  if (isExported(variable)) return true;
  const home = functionAround(declarator);
  return usesOf(variable, place).some((use) => {
    const isElsewhere =
      functionAround(use) !== home ||
      use.parent.type === AST_NODE_TYPES.ExportSpecifier ||
      use.parent.type === AST_NODE_TYPES.ExportDefaultDeclaration;
    return isElsewhere && !staysHere(use, place);
  });
}

/** Whether a use of a job leaves it with who has it: it is asked for something, named anew, or waited for by another job. */
function staysHere(use: TSESTree.Node, place: Place): boolean {
  const node = dressed(use);
  const { parent } = node;
  switch (parent?.type) {
    case AST_NODE_TYPES.MemberExpression: {
      if (parent.object !== node) return true;
      // The value of `job.after()` is the job.
      const call = dressed(parent).parent;
      const isCalled = call?.type === AST_NODE_TYPES.CallExpression && call.callee === dressed(parent);
      return !isCalled || memberName(parent) !== "after" || staysHere(call, place);
    }
    case AST_NODE_TYPES.ExpressionStatement:
      return true;
    case AST_NODE_TYPES.VariableDeclarator:
      return aliasAt(node, place) !== undefined;
    case AST_NODE_TYPES.CallExpression:
      return parent.callee !== node && isCallOf(parent, "after", place);
    case AST_NODE_TYPES.ArrayExpression:
      return isDependency(dressed(parent).parent);
    default:
      return isDependency(parent);
  }
}

/** `{ after: job }`, in what a job is made of. */
function isDependency(property: TSESTree.Node | undefined): boolean {
  if (property?.type !== AST_NODE_TYPES.Property || memberName(property) !== "after") return false;
  const { parent } = property.parent;
  return property.parent.type === AST_NODE_TYPES.ObjectExpression && parent.type === AST_NODE_TYPES.CallExpression;
}

/** Whether a call runs no code but the core's, and no job either. */
function isInert(call: Call, place: Place): boolean {
  const callee = calleeOf(call, place.services);
  if (callee?.origin !== "signalbox" || call.type === AST_NODE_TYPES.NewExpression) return false;
  const batch = batchOf(call, place);
  if (batch === undefined) return inert.has(callee.name);
  return batch.how === "submit" && batch.whole && batch.armed.every(({ node }) => startsLater(node, place));
}

/** Whether a job's queue is known to start nothing inside a submission (Q23): it was opened without `bypass`. */
function startsLater(job: TSESTree.Node, place: Place): boolean {
  const made = jobCallOf(job, place);
  const opened = made === undefined ? undefined : queueCallOf(made.callee.object, place);
  if (opened === undefined) return false;
  const [, options] = opened.arguments;
  if (options === undefined) return true;
  return (
    options.type === AST_NODE_TYPES.ObjectExpression &&
    options.properties.every(
      (each) =>
        each.type === AST_NODE_TYPES.Property && memberName(each) !== undefined && memberName(each) !== "bypass",
    )
  );
}
