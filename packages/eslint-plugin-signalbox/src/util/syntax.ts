/** Small questions about the syntax tree. */
import { AST_NODE_TYPES } from "@typescript-eslint/utils";
import type { TSESLint, TSESTree } from "@typescript-eslint/utils";

/** A function with a body. */
export type FunctionNode =
  | TSESTree.FunctionDeclarationWithName
  | TSESTree.FunctionDeclarationWithOptionalName
  | TSESTree.FunctionExpression
  | TSESTree.ArrowFunctionExpression;

export function isFunction(node: TSESTree.Node | null | undefined): node is FunctionNode {
  return (
    node?.type === AST_NODE_TYPES.ArrowFunctionExpression ||
    node?.type === AST_NODE_TYPES.FunctionExpression ||
    node?.type === AST_NODE_TYPES.FunctionDeclaration
  );
}

/** Whether a node only dresses up its expression: `x!`, `x as T`, `x satisfies T`, `(x?.y)`. */
function isWrapper(node: TSESTree.Node): node is TSESTree.Node & { expression: TSESTree.Expression } {
  return (
    node.type === AST_NODE_TYPES.TSAsExpression ||
    node.type === AST_NODE_TYPES.TSNonNullExpression ||
    node.type === AST_NODE_TYPES.TSSatisfiesExpression ||
    node.type === AST_NODE_TYPES.TSTypeAssertion ||
    node.type === AST_NODE_TYPES.ChainExpression
  );
}

/** An expression without casts, `!` and the like. */
export function bare(node: TSESTree.Node): TSESTree.Node {
  return isWrapper(node) ? bare(node.expression) : node;
}

/** The outermost expression that is only this one, dressed up. */
export function dressed(node: TSESTree.Node): TSESTree.Node {
  return node.parent !== undefined && isWrapper(node.parent) ? dressed(node.parent) : node;
}

/** What a node lies in, from the inside out. */
export function* ancestors(node: TSESTree.Node): Generator<TSESTree.Node, void, undefined> {
  // The types say that a program has no parent; ESLint says that it is null.
  for (let at = node.parent as TSESTree.Node | null | undefined; at; at = at.parent) yield at;
}

/** The function around a node, or undefined at the top of the file. The node itself doesn't count. */
export function functionAround(node: TSESTree.Node): FunctionNode | undefined {
  for (const at of ancestors(node)) if (isFunction(at)) return at;
  return undefined;
}

/** Whether `inner` is `outer` or lies in it. */
export function isWithin(inner: TSESTree.Node, outer: TSESTree.Node): boolean {
  return inner.range[0] >= outer.range[0] && inner.range[1] <= outer.range[1];
}

/** The name of a member, if the program spells it out: `a.b`, `a["b"]`, `{ b }`, `#b` as "#b". */
export function memberName(
  node: TSESTree.MemberExpression | TSESTree.Property | TSESTree.MethodDefinition | TSESTree.PropertyDefinition,
): string | undefined {
  const key = node.type === AST_NODE_TYPES.MemberExpression ? node.property : node.key;
  if (key.type === AST_NODE_TYPES.Literal) return typeof key.value === "string" ? key.value : undefined;
  if (node.computed) return undefined;
  if (key.type === AST_NODE_TYPES.PrivateIdentifier) return `#${key.name}`;
  return key.type === AST_NODE_TYPES.Identifier ? key.name : undefined;
}

/** A name for what `a`, `this.b`, `a.b.#c` mean, the same for the same chain of names; undefined for anything that computes. */
export function chainKey(expression: TSESTree.Node): string | undefined {
  const node = bare(expression);
  if (node.type === AST_NODE_TYPES.Identifier) return node.name;
  if (node.type === AST_NODE_TYPES.ThisExpression) return "this";
  if (node.type !== AST_NODE_TYPES.MemberExpression) return undefined;
  const object = chainKey(node.object);
  const name = memberName(node);
  return object === undefined || name === undefined ? undefined : `${object}.${name}`;
}

/** The nodes below one, in the order of the source; `enter` answering "skip" leaves out what is below that node. */
export function walk(
  node: TSESTree.Node,
  source: Readonly<TSESLint.SourceCode>,
  enter: (node: TSESTree.Node) => "skip" | undefined,
): void {
  if (enter(node) === "skip") return;
  for (const child of childrenOf(node, source)) walk(child, source, enter);
}

/** The nodes right below one, in the order of the source. */
export function childrenOf(node: TSESTree.Node, source: Readonly<TSESLint.SourceCode>): TSESTree.Node[] {
  const keys = source.visitorKeys[node.type] ?? [];
  return keys
    .flatMap((key) => (node as unknown as Record<string, unknown>)[key])
    .filter((child): child is TSESTree.Node => typeof child === "object" && child !== null && "type" in child);
}

/** A text on one line, for a message. */
export function shortText(node: TSESTree.Node, source: Readonly<TSESLint.SourceCode>): string {
  const text = source.getText(node).replaceAll(/\s+/g, " ");
  return text.length <= 40 ? text : `${text.slice(0, 39)}…`;
}
