/**
 * Which thing a name means, where that never changes: a constant, a parameter or any variable that is given its value once. A
 * name that was given another one's value is the other one.
 */
import { AST_NODE_TYPES, ASTUtils } from "@typescript-eslint/utils";
import { TSESLint } from "@typescript-eslint/utils";
import type { TSESTree } from "@typescript-eslint/utils";
import { calleeOf } from "./callee.ts";
import type { Place } from "./place.ts";
import { bare, dressed } from "./syntax.ts";

type Variable = TSESLint.Scope.Variable;

/**
 * The variable that an expression means in the end; undefined for what may be one thing now and another then. Only variables
 * that are declared before the position `before` count: what a name was made of stands before it, so that no search goes round.
 */
export function bindingOf(expression: TSESTree.Node, place: Place, before: number = Infinity): Variable | undefined {
  const node = bare(expression);
  if (node.type === AST_NODE_TYPES.CallExpression) {
    const passed = passedOn(node, place);
    return passed === undefined ? undefined : bindingOf(passed, place, before);
  }
  if (node.type !== AST_NODE_TYPES.Identifier) return undefined;
  const variable = ASTUtils.findVariable(place.source.getScope(node), node.name);
  if (variable === null || !isGivenOnce(variable) || positionOf(variable) >= before) return undefined;
  const value = valueOf(variable);
  return (value === undefined ? undefined : aliased(value, place, positionOf(variable))) ?? variable;
}

/** Where a variable is declared. */
export function positionOf({ identifiers }: Variable): number {
  return identifiers[0]?.range[0] ?? 0;
}

/** A key for a variable, of its own in the file. */
export function keyOf(variable: Variable): string {
  return `${variable.name}@${String(positionOf(variable))}`;
}

/** What a variable was made of: its own initialiser, or its member of an array that is written out. */
export function valueOf({ defs }: Variable): TSESTree.Node | undefined {
  const [definition] = defs;
  const declarator = definition?.node;
  if (definition === undefined || declarator?.type !== AST_NODE_TYPES.VariableDeclarator) return undefined;
  if (declarator.init === null) return undefined;
  if (declarator.id.type === AST_NODE_TYPES.Identifier) return declarator.init;
  return memberOf(declarator.id, definition.name, bare(declarator.init));
}

/** The variables that a declarator declares. */
export function declaredBy(declarator: TSESTree.VariableDeclarator, { source }: Place): readonly Variable[] {
  return source.getDeclaredVariables(declarator);
}

/** The value of a name in `const [a, b] = [x, y]`. */
function memberOf(pattern: TSESTree.BindingName, name: TSESTree.Node, init: TSESTree.Node): TSESTree.Node | undefined {
  if (pattern.type !== AST_NODE_TYPES.ArrayPattern || init.type !== AST_NODE_TYPES.ArrayExpression) return undefined;
  const index = pattern.elements.indexOf(name as TSESTree.DestructuringPattern);
  // What comes behind a spread has no place that can be told.
  const before = init.elements.slice(0, index + 1);
  const isPlain = index >= 0 && before.every((each) => each?.type !== AST_NODE_TYPES.SpreadElement);
  return isPlain ? (init.elements[index] ?? undefined) : undefined;
}

/** What a value stands for, if it is only another name: an identifier, or a call that answers what it was given. */
function aliased(value: TSESTree.Node, place: Place, before: number): Variable | undefined {
  const node = bare(value);
  const isName = node.type === AST_NODE_TYPES.Identifier || node.type === AST_NODE_TYPES.CallExpression;
  return isName ? bindingOf(node, place, before) : undefined;
}

/** `job.after(...)` is the job, and so is `section.arm(job)`, armed. */
function passedOn(call: TSESTree.CallExpression, { services }: Place): TSESTree.Node | undefined {
  if (call.callee.type !== AST_NODE_TYPES.MemberExpression) return undefined;
  const callee = calleeOf(call, services);
  if (callee?.origin !== "signalbox") return undefined;
  if (callee.owner === "Job" && callee.name === "after") return call.callee.object;
  if (callee.owner === "Submission" && callee.name === "arm") return call.arguments[0];
  return undefined;
}

/** Whether a variable has one value from its declaration to its end, as far as this file can say: an import may be a `let`. */
function isGivenOnce({ defs, references }: Variable): boolean {
  const [definition] = defs;
  if (definition === undefined || defs.length !== 1) return false;
  if (definition.type === TSESLint.Scope.DefinitionType.ImportBinding) return false;
  return references.every((reference) => !reference.isWrite() || reference.init === true);
}

/** The identifiers that mean a variable, also by the other names that it was given. */
export function usesOf(variable: Variable, place: Place): readonly TSESTree.Identifier[] {
  const uses: TSESTree.Identifier[] = [];
  for (const { identifier, init } of variable.references) {
    if (init === true || identifier.type !== AST_NODE_TYPES.Identifier) continue;
    uses.push(identifier);
    const name = aliasAt(identifier, place);
    if (name !== undefined) uses.push(...usesOf(name, place));
  }
  return uses;
}

/** The variable that only gives another name to what an expression means: `const same = job`. */
export function aliasAt(expression: TSESTree.Node, place: Place): Variable | undefined {
  const node = dressed(expression);
  const { parent } = node;
  if (parent?.type !== AST_NODE_TYPES.VariableDeclarator || parent.init !== node) return undefined;
  const [name] = declaredBy(parent, place);
  return name !== undefined && parent.id.type === AST_NODE_TYPES.Identifier && isGivenOnce(name) ? name : undefined;
}
