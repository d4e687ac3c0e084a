/** Memory that threads share, by its type or, where a type was written down that doesn't tell, by what it is made of. */
import { AST_NODE_TYPES } from "@typescript-eslint/utils";
import type { TSESTree } from "@typescript-eslint/utils";
import type * as ts from "typescript";
import { bindingOf, positionOf, valueOf } from "./bindings.ts";
import type { Place } from "./place.ts";
import { bare, memberName } from "./syntax.ts";

/** Whether a type is shared memory, or a view of it. */
export function isSharedType(type: ts.Type, { services }: Place): boolean {
  const checker = services.program.getTypeChecker();
  // Only a class or an interface has arguments of its own.
  const [memory] = isReference(type) ? checker.getTypeArguments(type) : [];
  return [type, memory].some((each) => each?.getSymbol()?.name === "SharedArrayBuffer");
}

function isReference(type: ts.Type): type is ts.TypeReference {
  return "target" in type;
}

/** Whether a value is shared memory, or a view of it, though its name may have the type of any. */
export function isSharedValue(value: TSESTree.Node, place: Place, before: number = Infinity): boolean {
  const node = bare(value);
  if (isSharedType(place.services.getTypeAtLocation(node), place)) return true;
  switch (node.type) {
    case AST_NODE_TYPES.NewExpression: {
      const [memory] = node.arguments;
      return memory !== undefined && isSharedValue(memory, place, before);
    }
    case AST_NODE_TYPES.MemberExpression:
      return memberName(node) === "buffer" && isSharedValue(node.object, place, before);
    case AST_NODE_TYPES.CallExpression: {
      const { callee } = node;
      const isPart = callee.type === AST_NODE_TYPES.MemberExpression && memberName(callee) === "subarray";
      return isPart && isSharedValue(callee.object, place, before);
    }
    case AST_NODE_TYPES.Identifier: {
      const variable = bindingOf(node, place, before);
      const made = variable === undefined ? undefined : valueOf(variable);
      return variable !== undefined && made !== undefined && isSharedValue(made, place, positionOf(variable));
    }
    default:
      return false;
  }
}
