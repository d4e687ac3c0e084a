/** What becomes of the armed job that `section.arm(job)` answers. */
import { AST_NODE_TYPES } from "@typescript-eslint/utils";
import type { TSESTree } from "@typescript-eslint/utils";
import { aliasAt } from "./bindings.ts";
import { isDropped } from "./owning.ts";
import type { Place } from "./place.ts";
import { dressed, isFunction, memberName } from "./syntax.ts";
import { resultIsDropped } from "./timing.ts";
import { typeNamed } from "./types.ts";

const armedJob: ReadonlySet<string> = new Set(["ArmedJob"]);

/** Whether the types say that an expression was armed. */
export function isArmedType(node: TSESTree.Node, { services }: Place): boolean {
  return typeNamed(node, armedJob, services) !== undefined;
}

/** Whether what an arm answers goes where it can't be followed: into a list, say, from which it is pushed. */
export function goesElsewhere(arm: TSESTree.CallExpression, place: Place): boolean {
  return isArmedType(arm, place) && !isFollowed(arm, place);
}

/** The variable that what an arm answers is put in. */
export function nameOfArmed(arm: TSESTree.CallExpression): TSESTree.Identifier | undefined {
  const { parent } = dressed(arm);
  if (parent?.type !== AST_NODE_TYPES.VariableDeclarator) return undefined;
  return parent.id.type === AST_NODE_TYPES.Identifier ? parent.id : undefined;
}

function isFollowed(expression: TSESTree.Node, place: Place): boolean {
  const node = dressed(expression);
  const { parent } = node;
  if (parent === undefined || isDropped(node)) return true;
  switch (parent.type) {
    case AST_NODE_TYPES.LogicalExpression:
    case AST_NODE_TYPES.ConditionalExpression:
    case AST_NODE_TYPES.SequenceExpression:
      return isDropped(parent);
    case AST_NODE_TYPES.ArrowFunctionExpression:
      return parent.body === node && isFunction(parent) && resultIsDropped(parent, place.services);
    case AST_NODE_TYPES.MemberExpression:
      return parent.object === node; // it is only asked for something
    case AST_NODE_TYPES.CallExpression:
      return (
        parent.callee.type === AST_NODE_TYPES.MemberExpression &&
        takesArmed.has(memberName(parent.callee) ?? "") &&
        isSection(parent.callee.object, place)
      );
    case AST_NODE_TYPES.VariableDeclarator: {
      const name = aliasAt(node, place);
      return name?.references.every((use) => use.init === true || isFollowed(use.identifier, place)) === true;
    }
    default:
      return false;
  }
}

/** The methods of a submission's token that are given armed jobs. */
const takesArmed: ReadonlySet<string> = new Set(["push", "fill"]);
const section: ReadonlySet<string> = new Set(["Submission"]);

function isSection(node: TSESTree.Node, { services }: Place): boolean {
  return typeNamed(node, section, services) !== undefined;
}
