/**
 * Finds the sections of a file: the functions that run while some fence's signalling depends on them.
 *
 * Three roads lead there: a callback of what opens a section (`deliver`, `submission`, `publish`, a transfer), inline or by
 * its name; a method that the core calls in one (a driver's `run`); and a function that takes a section's own value, which
 * is valid nowhere else.
 */
import { AST_NODE_TYPES } from "@typescript-eslint/utils";
import type { ParserServicesWithTypeInformation, TSESLint, TSESTree } from "@typescript-eslint/utils";
import * as ts from "typescript";
import { calleeOf } from "./callee.ts";
import { functionOf } from "./functions.ts";
import { obligationMethods, sectionMembers, sectionOpeners, sectionValues } from "./names.ts";
import { isFunction, memberName } from "./syntax.ts";
import type { FunctionNode } from "./syntax.ts";
import { namedType } from "./types.ts";

/** A section. */
export interface Section {
  /** Its body, where it is written in this file. */
  readonly body: FunctionNode | undefined;
  /** What stands for the body where the section is opened: the body itself, or its name. */
  readonly given: TSESTree.Node;
  /** What it is, for a message: "the body of `deliver`". */
  readonly title: string;
  /** What opens it: the function, or the interface that has the method. Undefined for a function that is called inside one. */
  readonly opener: string | undefined;
}

const openedBy = new Set(sectionMembers.keys());
const valueNames = new Set(["MustBeSignalled", "Submission"]);

/** Calls `found` for each section, once for each place that opens it. */
export function sectionListener(
  services: ParserServicesWithTypeInformation,
  found: (section: Section) => void,
): TSESLint.RuleListener {
  const parameters = (fn: FunctionNode): void => {
    const value = sectionValueOf(fn, services);
    if (value === undefined || openerOf(fn, services) !== undefined) return;
    found({ body: fn, given: fn, title: `a function that takes a section's \`${value}\``, opener: undefined });
  };
  const member = (node: TSESTree.MethodDefinition | TSESTree.PropertyDefinition | TSESTree.Property): void => {
    const owner = memberOpener(node, services);
    if (owner === undefined || node.value === null) return;
    const title = `the \`${memberName(node) ?? ""}\` of a \`${owner}\``;
    found({ body: functionOf(node.value, services), given: node.value, title, opener: owner });
  };
  return {
    CallExpression(call) {
      const opened = openedSection(call, services);
      if (opened === undefined) return;
      const { given, opener } = opened;
      found({ body: functionOf(given, services), given, title: `the body of \`${opener}\``, opener });
    },
    MethodDefinition: member,
    PropertyDefinition: member,
    Property: member,
    FunctionDeclaration: parameters,
    FunctionExpression: parameters,
    ArrowFunctionExpression: parameters,
  };
}

/** The callback that a call runs as a section. */
export function openedSection(
  call: TSESTree.CallExpression,
  services: ParserServicesWithTypeInformation,
): { readonly given: TSESTree.Node; readonly opener: string } | undefined {
  if (call.arguments.length === 0) return undefined;
  const callee = calleeOf(call, services);
  if (callee?.origin !== "signalbox") return undefined;
  const index = sectionOpeners.get(callee.name);
  if (index === undefined) return undefined;
  if (obligationMethods.has(callee.name) !== (callee.owner === "MustBeSignalled")) return undefined;
  const given = call.arguments[index];
  // `transferTo(queue, job)` hands over a job, not a callback.
  if (given === undefined || services.getTypeAtLocation(given).getCallSignatures().length === 0) return undefined;
  return { given, opener: callee.name };
}

/** What opens the section that an inline function is, if it is one. */
export function openerOf(fn: FunctionNode, services: ParserServicesWithTypeInformation): string | undefined {
  const { parent } = fn;
  if (parent.type === AST_NODE_TYPES.CallExpression) {
    const opened = openedSection(parent, services);
    return opened?.given === fn ? opened.opener : undefined;
  }
  const isMember =
    parent.type === AST_NODE_TYPES.MethodDefinition ||
    parent.type === AST_NODE_TYPES.PropertyDefinition ||
    parent.type === AST_NODE_TYPES.Property;
  return isMember && parent.value === fn ? memberOpener(parent, services) : undefined;
}

/** The type of the section's value that a function takes, if it takes one. */
export function sectionValueOf(fn: FunctionNode, services: ParserServicesWithTypeInformation): string | undefined {
  for (const parameter of fn.params) {
    if (parameter.type !== AST_NODE_TYPES.Identifier) continue;
    const name = namedType(services.getTypeAtLocation(parameter), valueNames, services);
    if (name !== undefined) return name;
  }
  return undefined;
}

/** What kind of a section's own value a type is. */
export function valueKind(
  type: ts.Type,
  services: ParserServicesWithTypeInformation,
): "obligation" | "token" | "proof" | undefined {
  const name = namedType(type, new Set(sectionValues.keys()), services);
  return name === undefined ? undefined : sectionValues.get(name);
}

function memberOpener(
  node: TSESTree.MethodDefinition | TSESTree.PropertyDefinition | TSESTree.Property,
  services: ParserServicesWithTypeInformation,
): string | undefined {
  const name = memberName(node);
  if (name === undefined || ![...sectionMembers.values()].some((names) => names.has(name))) return undefined;
  if ("static" in node && node.static) return undefined;
  if (node.type === AST_NODE_TYPES.Property && node.parent.type !== AST_NODE_TYPES.ObjectExpression) return undefined;
  const holder = services.esTreeNodeToTSNodeMap.get(
    node.type === AST_NODE_TYPES.Property ? node.parent : node.parent.parent,
  );
  const checker = services.program.getTypeChecker();
  const type = ts.isClassLike(holder)
    ? checker.getTypeAtLocation(holder)
    : ts.isObjectLiteralExpression(holder)
      ? checker.getContextualType(holder)
      : undefined;
  if (type === undefined) return undefined;
  // The type of a class's name is its constructor's where the class is an expression.
  const construct = type.getConstructSignatures()[0];
  const owner = namedType(construct?.getReturnType() ?? type, openedBy, services);
  return owner !== undefined && sectionMembers.get(owner)?.has(name) === true ? owner : undefined;
}

/** Whether a function is a section's body or belongs to one by what it takes. */
export function isSectionBody(fn: FunctionNode, services: ParserServicesWithTypeInformation): boolean {
  return isFunction(fn) && (openerOf(fn, services) !== undefined || sectionValueOf(fn, services) !== undefined);
}
