/** Memory that jobs work on: which of it a job reads when it runs, and what writes it. */
import { AST_NODE_TYPES } from "@typescript-eslint/utils";
import type { TSESLint, TSESTree } from "@typescript-eslint/utils";
import * as ts from "typescript";
import { bindingOf, positionOf, valueOf } from "./bindings.ts";
import { calleeOf } from "./callee.ts";
import { functionOf } from "./functions.ts";
import { LIBRARY, originOf } from "./origin.ts";
import type { MethodCall } from "./origins.ts";
import type { Place } from "./place.ts";
import { isSharedType, isSharedValue } from "./shared.ts";
import { bare, dressed, isWithin, memberName, walk } from "./syntax.ts";

type Variable = TSESLint.Scope.Variable;

/** The library's own views of memory, by what their names end with. */
const views = /^(?:Float|Int|Uint|BigInt|BigUint)\d+(?:Clamped)?Array$|^(?:DataView|Buffer)$/;
const ofGpu: ReadonlySet<string> = new Set(["GPUBuffer", "GPUTexture"]);
const holders: ReadonlySet<string> = new Set([
  "Array", "Map", "ReadonlyArray", "ReadonlyMap", "ReadonlySet", "Set", "WeakMap", "WeakSet",
]); // prettier-ignore
const { NumberLike, BigIntLike, Any, Unknown } = ts.TypeFlags;
/** The methods of a view that write it. */
const fills = /^(?:set|fill|copyWithin|reverse|sort|write)$|^(?:set|write)[A-Z]/;

/** A place in memory: the literal index or offset that it begins at, or all of it. */
export type Region = string;
export const ALL: Region = "all";

/** A write, or a read, of memory with a name. */
export interface Access {
  readonly memory: Variable;
  /** Undefined for a place that can't be told. */
  readonly region: Region | undefined;
}

/** Whether two places are the same, or one of them is all. */
export function overlap(a: Region, b: Region): boolean {
  return a === b || a === ALL || b === ALL;
}

/** What a job reads when it is its turn: what its `run` has from outside and doesn't write itself, and its `args`. */
export function readByJob(job: MethodCall, place: Place): readonly Access[] {
  const [spec] = job.arguments;
  if (spec?.type !== AST_NODE_TYPES.ObjectExpression) return [];
  const member = (name: string): TSESTree.Node | undefined =>
    spec.properties.find(
      (each): each is TSESTree.Property => each.type === AST_NODE_TYPES.Property && memberName(each) === name,
    )?.value;
  const args = member("args");
  const run = member("run");
  const body = run === undefined ? undefined : functionOf(run, place.services);
  const given = args?.type === AST_NODE_TYPES.ArrayExpression ? args.elements : [];
  const cloned = given.flatMap((each) => (each === null ? [] : accessOf(each, ALL, place)));
  return body === undefined ? cloned : [...cloned, ...readIn(body, place)];
}

function readIn(body: TSESTree.Node, place: Place): readonly Access[] {
  const read: Access[] = [];
  const written = new Set<Variable>();
  walk(body, place.source, (node) => {
    const write = writtenBy(node, place);
    if (write !== undefined) written.add(write.memory);
    const region = node.type === AST_NODE_TYPES.Identifier ? readRegion(node, place) : undefined;
    if (region !== undefined) read.push(...accessOf(node, region, place));
    return undefined;
  });
  return read.filter(({ memory }) => {
    const [declaration] = memory.identifiers;
    return declaration !== undefined && !isWithin(declaration, body) && !written.has(memory);
  });
}

function accessOf(node: TSESTree.Node, region: Region | undefined, place: Place): readonly Access[] {
  const memory = bindingOf(node, place);
  return memory !== undefined && isMemory(memory, place) ? [{ memory, region }] : [];
}

/** Where a name's memory is read: `draw(view)` all of it, unless it goes on with numbers, `view[0]` in one place. */
export function readRegion(name: TSESTree.Node, { services }: Place): Region | undefined {
  const node = dressed(name);
  const { parent } = node;
  if (parent?.type === AST_NODE_TYPES.MemberExpression && parent.object === node) {
    return parent.computed ? literalOf(parent.property) : undefined;
  }
  if (parent?.type !== AST_NODE_TYPES.CallExpression || parent.callee === node) return undefined;
  const callee = calleeOf(parent, services);
  // A list or a map keeps the view and looks at none of its contents.
  if (callee?.origin === LIBRARY && holders.has(callee.owner ?? "")) return undefined;
  const behind = parent.arguments.slice(parent.arguments.indexOf(node as TSESTree.CallExpressionArgument) + 1);
  return behind.some((each) => isPlace(each, services)) ? undefined : ALL;
}

/** Whether an argument may say which part of the one before it is meant: a number, or an object with an offset. */
function isPlace(argument: TSESTree.Node, services: Place["services"]): boolean {
  const type = services.getTypeAtLocation(argument);
  return (type.flags & (NumberLike | BigIntLike | Any | Unknown)) !== 0 || type.getProperty("offset") !== undefined;
}

/**
 * The memory that a node writes, if it has a name: `view[0] = 1`, `view.set(bytes)`, a GPU queue's `writeBuffer(buffer, ...)` and
 * `writeTexture({ texture }, ...)`.
 */
export function writtenBy(node: TSESTree.Node, place: Place): Access | undefined {
  const write = writeOf(node, place);
  return write === undefined ? undefined : accessOf(write.target, write.region, place)[0];
}

/** What a node writes, whatever that is made of. */
export interface Write {
  readonly target: TSESTree.Node;
  readonly region: Region | undefined;
}

/** The write that a node is: an assignment to a member by its number, or a call that fills. */
export function writeOf(node: TSESTree.Node, place: Place): Write | undefined {
  if (node.type === AST_NODE_TYPES.AssignmentExpression || node.type === AST_NODE_TYPES.UpdateExpression) {
    const left = bare(node.type === AST_NODE_TYPES.UpdateExpression ? node.argument : node.left);
    const isElement = left.type === AST_NODE_TYPES.MemberExpression && left.computed;
    return isElement ? { target: left.object, region: literalOf(left.property) } : undefined;
  }
  if (node.type !== AST_NODE_TYPES.CallExpression || node.callee.type !== AST_NODE_TYPES.MemberExpression) {
    return undefined;
  }
  const name = memberName(node.callee) ?? "";
  if (name === "writeBuffer" || name === "writeTexture") return byQueue(node, name, place);
  return fills.test(name) ? { target: node.callee.object, region: filledBy(node, name) } : undefined;
}

/** `set(bytes, 4)` begins at 4, a view's `setInt8(4, 1)` too, `fill(0)` is all. */
function filledBy({ arguments: given }: TSESTree.CallExpression, name: string): Region | undefined {
  if (name === "fill") return given.length === 1 ? ALL : undefined;
  if (name === "reverse" || name === "sort") return ALL;
  if (name === "set") return given[1] === undefined ? "0" : literalOf(given[1]);
  return given[0] !== undefined && name.startsWith("set") ? literalOf(given[0]) : undefined;
}

function byQueue(call: TSESTree.CallExpression, name: string, { services }: Place): Write | undefined {
  const [first, second] = call.arguments;
  if (first === undefined || calleeOf(call, services)?.owner !== "GPUQueue") return undefined;
  if (name === "writeBuffer") return { target: first, region: second === undefined ? undefined : literalOf(second) };
  if (first.type !== AST_NODE_TYPES.ObjectExpression) return undefined;
  const member = (key: string): TSESTree.Property | undefined =>
    first.properties.find(
      (each): each is TSESTree.Property => each.type === AST_NODE_TYPES.Property && memberName(each) === key,
    );
  const texture = member("texture")?.value;
  const isPart = member("origin") !== undefined || member("mipLevel") !== undefined;
  return texture === undefined ? undefined : { target: texture, region: isPart ? undefined : ALL };
}

/** The place that a number names where it is written out. */
export function literalOf(node: TSESTree.Node): Region | undefined {
  return node.type === AST_NODE_TYPES.Literal && typeof node.value === "number" ? String(node.value) : undefined;
}

/** Whether a variable is made with something in it: `new Uint8Array([1, 2])`, not `new Uint8Array(2)`. */
export function isMadeFull(variable: Variable): boolean {
  const value = valueOf(variable);
  const made = value === undefined ? undefined : bare(value);
  if (made?.type !== AST_NODE_TYPES.NewExpression) return false;
  return made.arguments[0]?.type === AST_NODE_TYPES.ArrayExpression;
}

/** Whether a variable is memory: see below. */
export function isMemory(variable: Variable, place: Place): boolean {
  const [name] = variable.identifiers;
  if (name === undefined || dressed(name).parent === undefined) return false;
  if (!isMemoryType(place.services.getTypeAtLocation(name), place)) return false;
  const value = valueOf(variable);
  return value === undefined || !isSharedValue(value, place, positionOf(variable));
}

/** Whether a type is that of a view of memory that no other thread has, or of a resource of a GPU. */
export function isMemoryType(type: ts.Type, place: Place): boolean {
  const symbol = type.getSymbol();
  const declaration = symbol?.declarations?.[0];
  if (symbol === undefined || declaration === undefined) return false;
  if (ofGpu.has(symbol.name)) return true;
  const origin = originOf(declaration, place.services);
  if (!views.test(symbol.name) || (origin !== LIBRARY && origin !== "@types/node")) return false;
  // What is shared may be a flag that the job is to see.
  return !isSharedType(type, place);
}
