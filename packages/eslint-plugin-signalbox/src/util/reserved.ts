/** What jobs declare to read and write, `reads: [buffer]`, and so whether they wait for one another (R2). */
import { AST_NODE_TYPES } from "@typescript-eslint/utils";
import type { TSESTree } from "@typescript-eslint/utils";
import { bindingOf, valueOf } from "./bindings.ts";
import type { Place } from "./place.ts";
import { bare, memberName } from "./syntax.ts";
import { typeNamed } from "./types.ts";

const reservation: ReadonlySet<string> = new Set(["Reservation"]);

type Spec = ReadonlyMap<string, TSESTree.Node>;

/** Whether what two jobs declare may have the one wait for the other: one of them writes what the other has, too. */
export function mayMeet(a: Spec, b: Spec, place: Place): boolean {
  const [readsOfA, writesOfA] = [declared(a, "reads", place), declared(a, "writes", place)];
  const [readsOfB, writesOfB] = [declared(b, "reads", place), declared(b, "writes", place)];
  return share(writesOfA, writesOfB) || share(writesOfA, readsOfB) || share(readsOfA, writesOfB);
}

/** The places where the reservations of a list were made; undefined among them for what can't be told. */
type Made = readonly (TSESTree.Node | undefined)[];

function declared(spec: Spec, name: string, place: Place): Made {
  const list = spec.get(name);
  if (list === undefined) return [];
  const node = bare(list);
  if (node.type !== AST_NODE_TYPES.ArrayExpression) return [undefined];
  return node.elements.map((each) => (each === null ? undefined : madeAt(each, place)));
}

function share(a: Made, b: Made): boolean {
  return a.some((one) => b.some((other) => one === undefined || other === undefined || one === other));
}

/** The `new Reservation(...)` that an expression, or its member `reservation`, was made by. */
function madeAt(expression: TSESTree.Node, place: Place): TSESTree.Node | undefined {
  const node = bare(expression);
  switch (node.type) {
    case AST_NODE_TYPES.NewExpression:
      // Of another class's the reservation may be anybody's.
      return typeNamed(node, reservation, place.services) === undefined ? undefined : node;
    case AST_NODE_TYPES.Identifier: {
      const variable = bindingOf(node, place);
      const value = variable === undefined ? undefined : valueOf(variable);
      return value === undefined ? undefined : madeAt(value, place);
    }
    case AST_NODE_TYPES.MemberExpression:
      return memberName(node) === "reservation" ? madeAt(node.object, place) : undefined;
    case AST_NODE_TYPES.ObjectExpression: {
      const found = node.properties.find(
        (each) => each.type === AST_NODE_TYPES.Property && memberName(each) === "reservation",
      );
      const isWhole = node.properties.every((each) => each.type === AST_NODE_TYPES.Property);
      return isWhole && found?.type === AST_NODE_TYPES.Property ? madeAt(found.value, place) : undefined;
    }
    default:
      return undefined;
  }
}
