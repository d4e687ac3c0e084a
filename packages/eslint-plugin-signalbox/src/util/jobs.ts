/** Which job an expression means in a submission's callback, so that an arm can be told to belong to a push. */
import { AST_NODE_TYPES, ASTUtils } from "@typescript-eslint/utils";
import type { TSESLint, TSESTree } from "@typescript-eslint/utils";
import { ancestors, bare, functionAround, isFunction, isWithin, memberName } from "./syntax.ts";
import type { FunctionNode } from "./syntax.ts";

/** A job, or each job of a list. */
export interface JobKey {
  readonly key: string;
  /** The loop that goes over the list, and stands for all of its rounds; undefined for a single job. */
  readonly loop: TSESTree.Node | undefined;
  /** Where it is made anew in each round of a loop of the callback; undefined for one that the callback finds there. */
  readonly fresh: TSESTree.Node | undefined;
}

type Source = Readonly<TSESLint.SourceCode>;

/**
 * The key of a job: its name's, or its list's where a loop in the callback names each of a list in turn
 * (`for (const job of jobs)`, `jobs.forEach((job) => ...)`, `jobs[i]`). Undefined where there is no telling.
 */
export function jobKey(expression: TSESTree.Node, body: FunctionNode, source: Source): JobKey | undefined {
  const node = bare(expression);
  switch (node.type) {
    case AST_NODE_TYPES.ThisExpression:
      return { key: "this", loop: undefined, fresh: undefined };
    case AST_NODE_TYPES.Identifier:
      return nameKey(node, body, source);
    case AST_NODE_TYPES.MemberExpression:
      return node.computed
        ? indexedKey(node, body, source)
        : withMember(jobKey(node.object, body, source), memberName(node));
    case AST_NODE_TYPES.CallExpression: {
      // What `section.arm(job)` answers is the job, armed.
      const job = armedBy(node, body);
      return job === undefined ? undefined : jobKey(job, body, source);
    }
    default:
      return undefined;
  }
}

/** The job that a call arms with the callback's own token. */
function armedBy({ callee, arguments: given }: TSESTree.CallExpression, body: FunctionNode): TSESTree.Node | undefined {
  const [token] = body.params;
  if (callee.type !== AST_NODE_TYPES.MemberExpression || memberName(callee) !== "arm") return undefined;
  const isToken =
    token?.type === AST_NODE_TYPES.Identifier &&
    callee.object.type === AST_NODE_TYPES.Identifier &&
    callee.object.name === token.name;
  return isToken ? given[0] : undefined;
}

function withMember(key: JobKey | undefined, member: string | undefined): JobKey | undefined {
  return key === undefined || member === undefined ? undefined : { ...key, key: `${key.key}.${member}` };
}

/** `jobs[0]` is one of them; `jobs[i]` in a loop over `i` is each. */
function indexedKey(node: TSESTree.MemberExpression, body: FunctionNode, source: Source): JobKey | undefined {
  const list = jobKey(node.object, body, source);
  if (node.property.type === AST_NODE_TYPES.Literal) return withMember(list, `[${node.property.raw}]`);
  const loop = loopAround(node, body);
  const isCounted = loop?.type === AST_NODE_TYPES.ForStatement && list !== undefined && list.loop === undefined;
  return isCounted ? { key: `each ${list.key}`, loop, fresh: undefined } : undefined;
}

/** What a variable stands for: what it was made from, if that has a key; else itself. */
function nameKey(name: TSESTree.Identifier, body: FunctionNode, source: Source): JobKey | undefined {
  const variable = ASTUtils.findVariable(source.getScope(name), name.name);
  const [definition] = variable?.defs ?? [];
  if (variable === null || definition === undefined) return { key: name.name, loop: undefined, fresh: undefined };
  const path = patternPath(definition.name, definition.node);
  const list = listOf(definition.node, definition.name);
  if (list !== undefined && isWithin(list.loop, body)) {
    const of = jobKey(list.of, body, source);
    const isSimple = of !== undefined && of.loop === undefined && path !== undefined;
    return isSimple ? { key: `each ${of.key}${path}`, loop: list.loop, fresh: undefined } : undefined;
  }
  // A variable that is assigned to in the callback means one job now and another then.
  const changes = variable.references.some(
    (reference) => reference.isWrite() && reference.init !== true && isWithin(reference.identifier, body),
  );
  if (changes) return undefined;
  const declarator = definition.node.type === AST_NODE_TYPES.VariableDeclarator ? definition.node : undefined;
  const isInside = declarator !== undefined && isWithin(declarator, body);
  if (declarator?.init && isInside && path !== undefined) {
    const origin = jobKey(declarator.init, body, source);
    if (origin !== undefined) return { ...origin, key: `${origin.key}${path}` };
  }
  // One that is made in a loop is a new job in each round.
  const fresh = isInside && loopAround(declarator, body) !== undefined ? declarator : undefined;
  return { key: `${name.name}@${String(definition.name.range[0])}`, loop: undefined, fresh };
}

/** The way from what is taken apart to a name in the pattern: "" for the whole, ".job" for `{ job }`; undefined for what computes. */
function patternPath(name: TSESTree.Node, root: TSESTree.Node): string | undefined {
  const { parent } = name;
  if (parent === undefined || parent === root) return "";
  const outer = patternPath(parent, root);
  switch (parent.type) {
    case AST_NODE_TYPES.ObjectPattern:
      return outer;
    case AST_NODE_TYPES.Property: {
      const member = memberName(parent);
      return outer === undefined || member === undefined ? undefined : `${outer}.${member}`;
    }
    case AST_NODE_TYPES.ArrayPattern:
      return outer === undefined
        ? undefined
        : `${outer}.[${String(parent.elements.indexOf(name as TSESTree.DestructuringPattern))}]`;
    default:
      return undefined;
  }
}

/** The list that a variable goes through, and the loop that has it do so. */
function listOf(
  definition: TSESTree.Node,
  name: TSESTree.Node,
): { readonly of: TSESTree.Node; readonly loop: TSESTree.Node } | undefined {
  if (definition.type === AST_NODE_TYPES.VariableDeclarator) {
    const loop = definition.parent.parent;
    const isLoop = loop.type === AST_NODE_TYPES.ForOfStatement && loop.left === definition.parent;
    return isLoop ? { of: loop.right, loop } : undefined;
  }
  if (!isFunction(definition)) return undefined;
  const [first] = definition.params;
  const call = definition.parent;
  if (first === undefined || !isWithin(name, first) || call.type !== AST_NODE_TYPES.CallExpression) return undefined;
  if (call.callee.type !== AST_NODE_TYPES.MemberExpression || memberName(call.callee) !== "forEach") return undefined;
  return call.arguments[0] === definition ? { of: call.callee.object, loop: call } : undefined;
}

function loopAround(node: TSESTree.Node, body: FunctionNode): TSESTree.Node | undefined {
  for (const at of ancestors(node)) {
    if (at === body) return undefined;
    if (ASTUtils.isLoop(at)) return at;
  }
  return undefined;
}

/** The conditions between a node and the callback, as texts: two nodes under the same ones run together or not at all. */
export function conditionsOf(node: TSESTree.Node, body: FunctionNode, source: Source): string[] {
  const conditions: string[] = [];
  for (let at = node; at !== body && at.parent !== undefined; at = at.parent) {
    const { parent } = at;
    if (parent.type === AST_NODE_TYPES.IfStatement || parent.type === AST_NODE_TYPES.ConditionalExpression) {
      if (at !== parent.test) conditions.push(`${at === parent.consequent ? "" : "!"}${source.getText(parent.test)}`);
    } else if (parent.type === AST_NODE_TYPES.LogicalExpression && at === parent.right) {
      conditions.push(`${parent.operator === "&&" ? "" : "!"}${source.getText(parent.left)}`);
    }
  }
  return conditions;
}

/** Whether a node runs in each round of a loop or not at all in some: it stands under a condition inside it, or behind a way out. */
export function isPartOfRound(node: TSESTree.Node, loop: TSESTree.Node, source: Source): boolean {
  const fn = functionAround(node);
  const inside = fn !== undefined && isWithin(fn, loop) ? fn : loop;
  for (let at = node; at !== inside && at.parent !== undefined; at = at.parent) {
    const { parent } = at;
    const isBranch =
      parent.type === AST_NODE_TYPES.IfStatement ||
      parent.type === AST_NODE_TYPES.ConditionalExpression ||
      parent.type === AST_NODE_TYPES.LogicalExpression ||
      parent.type === AST_NODE_TYPES.SwitchCase ||
      parent.type === AST_NODE_TYPES.TryStatement;
    if (isBranch) return true;
  }
  return /\b(?:continue|break|return)\b/.test(source.getText(inside));
}
