/**
 * Memory by the name that a program has for it: a variable, `staging`, or a member of an object that is written out and that nobody
 * gives another one, `buffer.bytes`.
 */
import { AST_NODE_TYPES } from "@typescript-eslint/utils";
import type { TSESLint, TSESTree } from "@typescript-eslint/utils";
import { bindingOf, keyOf, valueOf } from "./bindings.ts";
import { isMemory, isMemoryType } from "./memory.ts";
import { isExported } from "./owning.ts";
import type { Place } from "./place.ts";
import { isSharedValue } from "./shared.ts";
import { bare, dressed, memberName, walk } from "./syntax.ts";

type Variable = TSESLint.Scope.Variable;

/** Memory with a name. */
export interface NamedMemory {
  /** The same for the same memory, in the file. */
  readonly key: string;
  readonly name: string;
  /** Where it, or the object that has it, is declared. */
  readonly declared: TSESTree.Node;
}

/** The memory that an expression means for certain, whenever it is asked. */
export function memoryOf(expression: TSESTree.Node, place: Place): NamedMemory | undefined {
  const node = bare(expression);
  if (node.type === AST_NODE_TYPES.MemberExpression) return memberMemory(node, place);
  const variable = bindingOf(node, place);
  return variable === undefined ? undefined : variableMemory(variable, place);
}

function variableMemory(variable: Variable, place: Place): NamedMemory | undefined {
  const [declared] = variable.identifiers;
  if (declared === undefined || !isMemory(variable, place)) return undefined;
  return { key: keyOf(variable), name: variable.name, declared };
}

function memberMemory(member: TSESTree.MemberExpression, place: Place): NamedMemory | undefined {
  if (!isMemoryType(place.services.getTypeAtLocation(member), place)) return undefined;
  const path: string[] = [];
  let at: TSESTree.Node = member;
  while (at.type === AST_NODE_TYPES.MemberExpression) {
    const name = memberName(at);
    if (name === undefined) return undefined;
    path.unshift(name);
    at = bare(at.object);
  }
  const root = bindingOf(at, place);
  const value = root === undefined ? undefined : writtenAt(root, path);
  const [declared] = root?.identifiers ?? [];
  if (root === undefined || value === undefined || declared === undefined || !isSteady(root, path)) return undefined;
  // `{ bytes: staging }` is `staging`.
  const other = bindingOf(value, place);
  if (other !== undefined) return variableMemory(other, place);
  return hasThis(root, place) || isSharedValue(value, place)
    ? undefined
    : { key: [keyOf(root), ...path].join("."), name: [root.name, ...path].join("."), declared };
}

/** What an object has at the end of a path, where all objects on the way are written out. */
function writtenAt(root: Variable, path: readonly string[]): TSESTree.Node | undefined {
  let value = isExported(root) ? undefined : valueOf(root);
  for (const name of path) {
    const object = value === undefined ? undefined : bare(value);
    if (object?.type !== AST_NODE_TYPES.ObjectExpression) return undefined;
    const written = object.properties.filter((each) => each.type === AST_NODE_TYPES.Property);
    if (written.length < object.properties.length || written.some(({ computed }) => computed)) return undefined;
    const found = written.filter((each) => memberName(each) === name).at(-1);
    value = found?.kind === "init" ? found.value : undefined;
  }
  return value;
}

/** Whether a method of the object may give it other members. */
function hasThis(root: Variable, { source }: Place): boolean {
  let found = false;
  const value = valueOf(root);
  if (value === undefined) return true;
  walk(value, source, (node) => {
    if (node.type === AST_NODE_TYPES.ThisExpression) found = true;
    return undefined;
  });
  return found;
}

/** Whether nobody has the object itself, but for jobs that say that they read or write it, and nobody assigns to the path. */
function isSteady(root: Variable, path: readonly string[]): boolean {
  return root.references.every(({ identifier, init }) => init === true || leavesAlone(identifier, path));
}

function leavesAlone(use: TSESTree.Node, path: readonly string[]): boolean {
  let at = dressed(use);
  for (const name of path) {
    const { parent } = at;
    if (parent?.type !== AST_NODE_TYPES.MemberExpression || parent.object !== at) return isDeclared(at);
    const found = memberName(parent);
    if (found !== name) return found !== undefined;
    at = dressed(parent);
  }
  return !isTarget(at);
}

/** `reads: [buffer]` */
function isDeclared({ parent }: TSESTree.Node): boolean {
  const property = parent?.type === AST_NODE_TYPES.ArrayExpression ? dressed(parent).parent : undefined;
  return property?.type === AST_NODE_TYPES.Property && /^(?:reads|writes)$/.test(memberName(property) ?? "");
}

function isTarget(node: TSESTree.Node): boolean {
  const { parent } = node;
  switch (parent?.type) {
    case AST_NODE_TYPES.AssignmentExpression:
    case AST_NODE_TYPES.AssignmentPattern:
    case AST_NODE_TYPES.ForOfStatement:
    case AST_NODE_TYPES.ForInStatement:
      return parent.left === node;
    case AST_NODE_TYPES.UnaryExpression:
      return parent.operator === "delete";
    case AST_NODE_TYPES.ArrayPattern:
    case AST_NODE_TYPES.RestElement:
    case AST_NODE_TYPES.UpdateExpression:
      return true;
    case AST_NODE_TYPES.Property:
      return parent.parent.type === AST_NODE_TYPES.ObjectPattern;
    default:
      return false;
  }
}
