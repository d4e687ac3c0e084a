/**
 * Which jobs of a file come after which, over any number of others: by `after`, by their queue, by what they declare to read and
 * write. What can't be told counts as an order, so that a rule that asks for one raises no false alarm.
 */
import { AST_NODE_TYPES } from "@typescript-eslint/utils";
import type { TSESLint, TSESTree } from "@typescript-eslint/utils";
import { batchOf } from "./batches.ts";
import { bindingOf, declaredBy, valueOf } from "./bindings.ts";
import { isCallOf, jobCallOf } from "./origins.ts";
import type { MethodCall } from "./origins.ts";
import { isExported } from "./owning.ts";
import type { Place } from "./place.ts";
import { mayShareQueue } from "./queue-order.ts";
import { mayMeet } from "./reserved.ts";
import { bare, dressed, functionAround, memberName, walk } from "./syntax.ts";
import { specOf } from "./uses.ts";

/** How a job comes after another one: behind its start, or its end; or not at all. */
export type Order = "none" | "started" | "done";

interface Link {
  readonly on: MethodCall;
  readonly order: "started" | "done";
}

/** What may be asked of a job without anybody learning to know it. */
const harmless: ReadonlySet<string> = new Set([
  "cost", "label", "queue", "queueName", "result", "spec", "stage", "started", "wait",
]); // prettier-ignore

/** Two jobs whose order is asked for. */
export interface Pair {
  readonly earlier: MethodCall;
  readonly later: MethodCall;
  /** What was submitted between them, in that order. */
  readonly between: readonly MethodCall[];
  /** The call that submits the later one. */
  readonly submission: TSESTree.Node;
}

/** The jobs of a file. */
export class JobOrder {
  readonly #place: Place;
  /** The calls of `job.after()`, gone for when the first question comes. */
  #afters: readonly MethodCall[] | undefined;

  constructor(place: Place) {
    this.#place = place;
  }

  /** How the later job comes after the earlier one; "done" where it can't be told. */
  of(pair: Pair): Order {
    const { earlier, later } = pair;
    const seen = new Set<MethodCall>([later]);
    let found: Order = "none";
    const left = [later];
    for (let job = left.pop(); job !== undefined; job = left.pop()) {
      const links = this.#linksOf(job, pair);
      if (links === "unknown") return "done";
      for (const { on, order } of links) {
        if (on === earlier && order === "done") return "done";
        if (on === earlier) found = order;
        else if (!seen.has(on)) left.push(on);
        seen.add(on);
      }
    }
    return found;
  }

  #linksOf(job: MethodCall, { earlier, later, between, submission }: Pair): readonly Link[] | "unknown" {
    const spec = specOf(job);
    const isLast = job === later;
    if (spec === undefined || !this.#keepsToItself(job, isLast ? submission : undefined)) return "unknown";
    this.#afters ??= this.#gather();
    const links: Link[] = [];
    const after = spec.get("after");
    const value = after === undefined ? undefined : bare(after);
    const listed = value?.type === AST_NODE_TYPES.ArrayExpression ? value.elements : value === undefined ? [] : [value];
    const added = this.#afters.filter((call) => jobCallOf(call.callee.object, this.#place) === job);
    for (const each of [...listed, ...added.flatMap((call) => call.arguments)]) {
      const link = each === null ? undefined : this.#linkOf(each);
      if (link === undefined) return "unknown";
      links.push(link);
    }
    // What was submitted before the earlier one doesn't come behind it.
    const before = isLast ? between : between.slice(0, Math.max(0, between.lastIndexOf(job)));
    const isBetween = isLast || between.includes(job);
    for (const on of isBetween ? [earlier, ...before] : []) {
      if (on !== job && this.#areHeldApart(job, spec, on)) links.push({ on, order: "done" });
    }
    return links;
  }

  /** Whether the core itself keeps two jobs apart: they are of one queue, or one writes what the other one has. */
  #areHeldApart(job: MethodCall, spec: ReadonlyMap<string, TSESTree.Node>, on: MethodCall): boolean {
    if (mayShareQueue(job, on, this.#place)) return true;
    const other = specOf(on);
    return other === undefined || mayMeet(spec, other, this.#place);
  }

  #linkOf(dependency: TSESTree.Node): Link | undefined {
    const node = bare(dependency);
    const isStart = node.type === AST_NODE_TYPES.MemberExpression && memberName(node) === "started";
    const on = this.#jobOf(isStart ? node.object : node);
    return on === undefined ? undefined : { on, order: isStart ? "started" : "done" };
  }

  /** The job that a dependency is: itself, or as `submit` gave it back. */
  #jobOf(expression: TSESTree.Node): MethodCall | undefined {
    const node = bare(expression);
    const job = jobCallOf(node, this.#place);
    if (job !== undefined) return job;
    if (node.type === AST_NODE_TYPES.MemberExpression) {
      const index = node.property.type === AST_NODE_TYPES.Literal ? node.property.value : undefined;
      return typeof index === "number" ? this.#submittedBy(node.object, index) : undefined;
    }
    const variable = bindingOf(node, this.#place);
    const value = variable === undefined ? undefined : valueOf(variable);
    if (value !== undefined)
      return bare(value).type === AST_NODE_TYPES.MemberExpression ? this.#jobOf(value) : undefined;
    const definition = variable?.defs[0];
    const declarator = definition?.node;
    if (declarator?.type !== AST_NODE_TYPES.VariableDeclarator || declarator.init === null) return undefined;
    if (declarator.id.type !== AST_NODE_TYPES.ArrayPattern) return undefined;
    const index = declarator.id.elements.indexOf(definition?.name as TSESTree.DestructuringPattern);
    return this.#submittedBy(declarator.init, index);
  }

  #submittedBy(expression: TSESTree.Node, index: number): MethodCall | undefined {
    const call = bare(expression);
    const batch = call.type === AST_NODE_TYPES.CallExpression ? batchOf(call, this.#place) : undefined;
    const job = batch?.how === "submit" ? batch.armed[index] : undefined;
    return job === undefined ? undefined : jobCallOf(job.node, this.#place);
  }

  /** Whether nobody but this file's text can have made a job wait for more, up to its submission. */
  #keepsToItself(expression: TSESTree.Node, submission: TSESTree.Node | undefined): boolean {
    const node = dressed(expression);
    const { parent } = node;
    switch (parent?.type) {
      case AST_NODE_TYPES.VariableDeclarator:
        return parent.id.type === AST_NODE_TYPES.Identifier && this.#namesKeep(parent, parent.id, submission);
      case AST_NODE_TYPES.ArrayExpression: {
        const holder = dressed(parent).parent;
        if (holder?.type !== AST_NODE_TYPES.VariableDeclarator) return isDependency(holder);
        if (holder.id.type !== AST_NODE_TYPES.ArrayPattern) return false;
        const name = holder.id.elements[parent.elements.indexOf(node as TSESTree.Expression)];
        return name?.type === AST_NODE_TYPES.Identifier && this.#namesKeep(holder, name, submission);
      }
      case AST_NODE_TYPES.MemberExpression: {
        if (parent.object !== node) return false;
        const name = memberName(parent) ?? "";
        const call = dressed(parent).parent;
        const isAfter =
          name === "after" && call?.type === AST_NODE_TYPES.CallExpression && call.callee === dressed(parent);
        return isAfter ? this.#keepsToItself(call, submission) : harmless.has(name);
      }
      case AST_NODE_TYPES.CallExpression:
        if (parent.callee === node) return false;
        return (
          batchOf(parent, this.#place) !== undefined ||
          ["after", "arm", "push"].some((name) => isCallOf(parent, name, this.#place))
        );
      case AST_NODE_TYPES.ExpressionStatement:
        return true;
      default:
        return isDependency(parent);
    }
  }

  #namesKeep(
    declarator: TSESTree.VariableDeclarator,
    name: TSESTree.Identifier,
    submission: TSESTree.Node | undefined,
  ): boolean {
    const variable = declaredBy(declarator, this.#place).find(({ identifiers }) => identifiers.includes(name));
    if (variable === undefined || isExported(variable)) return false;
    return variable.references.every(
      (reference) =>
        reference.init === true ||
        isBehind(reference, submission) ||
        this.#keepsToItself(reference.identifier, submission),
    );
  }

  #gather(): readonly MethodCall[] {
    const afters: MethodCall[] = [];
    walk(this.#place.source.ast, this.#place.source, (node) => {
      if (isCallOf(node, "after", this.#place)) afters.push(node);
      return undefined;
    });
    return afters;
  }
}

/** What is done with a job once it was submitted adds nothing any more (promise 4). */
function isBehind({ identifier }: TSESLint.Scope.Reference, submission: TSESTree.Node | undefined): boolean {
  if (submission === undefined || identifier.range[0] < submission.range[1]) return false;
  return functionAround(identifier) === functionAround(submission);
}

/** `{ after: job }`, in what a job is made of. */
function isDependency(property: TSESTree.Node | undefined): boolean {
  return property?.type === AST_NODE_TYPES.Property && memberName(property) === "after";
}
