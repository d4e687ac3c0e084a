/** What a node does with a view of memory: what it reads, and how far a write of it reaches. */
import { AST_NODE_TYPES } from "@typescript-eslint/utils";
import type { TSESTree } from "@typescript-eslint/utils";
import { ALL, literalOf } from "./memory.ts";
import type { Region } from "./memory.ts";
import { bare, dressed, memberName } from "./syntax.ts";

/** A write that was done. */
export interface Written {
  /** The memory's. */
  readonly key: string;
  /** Undefined for a place that can't be told. */
  readonly region: Region | undefined;
  readonly node: TSESTree.Node;
  /** The conditions that it was under. */
  readonly branches: readonly TSESTree.Node[];
}

/** The methods of a view that read all of it. */
const readsAll: ReadonlySet<string> = new Set([
  "every", "entries", "filter", "find", "findIndex", "forEach", "includes", "indexOf", "join", "map", "reduce", "some",
  "toSorted", "toString", "values",
]); // prettier-ignore

/** The methods of a view that write what they find there in another order. */
const reorders: ReadonlySet<string> = new Set(["copyWithin", "reverse", "sort"]);

/** Whether a write of a view reads before what it writes: `hits[0]++`, `view.sort()`. */
export function readsBefore(node: TSESTree.Node): boolean {
  if (node.type === AST_NODE_TYPES.UpdateExpression) return true;
  if (node.type === AST_NODE_TYPES.AssignmentExpression) return node.operator !== "=";
  return reorders.has(methodOf(node) ?? "");
}

/** Whether a write leaves nothing of a place as it was. One element is that alone; of `set(bytes)` and of a loop, it can't be told. */
export function covers({ node, region }: Written, place: Region | undefined): boolean {
  const isElement = node.type === AST_NODE_TYPES.AssignmentExpression || /^set[A-Z]/.test(methodOf(node) ?? "");
  return !isElement || region === undefined || region === place;
}

/** The constant that a write leaves wherever it writes: `dirty[0] = 1`, `dirty.fill(0)`. */
export function constantOf(node: TSESTree.Node): string | undefined {
  const isFill = node.type === AST_NODE_TYPES.CallExpression && methodOf(node) === "fill";
  const value = isFill
    ? node.arguments[0]
    : node.type === AST_NODE_TYPES.AssignmentExpression && node.operator === "="
      ? node.right
      : undefined;
  const constant = value === undefined ? undefined : bare(value);
  return constant?.type === AST_NODE_TYPES.Literal ? constant.raw : undefined;
}

/** What of a node is done under a condition. */
export function branchesOf(node: TSESTree.Node): readonly (TSESTree.Node | null)[] {
  switch (node.type) {
    case AST_NODE_TYPES.IfStatement:
    case AST_NODE_TYPES.ConditionalExpression:
      return [node.consequent, node.alternate];
    case AST_NODE_TYPES.LogicalExpression:
      return [node.right];
    case AST_NODE_TYPES.SwitchStatement:
      return node.cases;
    case AST_NODE_TYPES.TryStatement:
      return [node.handler];
    default:
      return [];
  }
}

function methodOf(node: TSESTree.Node): string | undefined {
  const isMethod = node.type === AST_NODE_TYPES.CallExpression && node.callee.type === AST_NODE_TYPES.MemberExpression;
  return isMethod ? memberName(node.callee as TSESTree.MemberExpression) : undefined;
}

/** Where a view is asked for what is in it: `view.join()` for all, `view.getInt8(4)` for one place. */
export function readWhole(name: TSESTree.Node): Region | undefined {
  const node = dressed(name);
  const { parent } = node;
  if (parent?.type === AST_NODE_TYPES.SpreadElement) return ALL;
  if (parent?.type === AST_NODE_TYPES.ForOfStatement) return parent.right === node ? ALL : undefined;
  if (parent?.type !== AST_NODE_TYPES.MemberExpression || parent.object !== node) return undefined;
  const call = dressed(parent).parent;
  const method = memberName(parent) ?? "";
  if (call?.type !== AST_NODE_TYPES.CallExpression || call.callee !== dressed(parent)) return undefined;
  const [first] = call.arguments;
  if (readsAll.has(method) || (method === "slice" && first === undefined)) return ALL;
  const isPlace = method === "at" || /^get[A-Z]/.test(method);
  return isPlace && first !== undefined ? literalOf(first) : undefined;
}
