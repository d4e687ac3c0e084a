/** What a command of a GPU reads and writes, where it is recorded inside a job: the copies between buffers and textures. */
import { AST_NODE_TYPES } from "@typescript-eslint/utils";
import type { TSESTree } from "@typescript-eslint/utils";
import { calleeOf } from "./callee.ts";
import { ALL, literalOf } from "./memory.ts";
import type { Region, Write } from "./memory.ts";
import type { Place } from "./place.ts";
import { memberName } from "./syntax.ts";

/** A place of a resource that a command reads or writes. */
export interface Copied extends Write {
  readonly how: "reads" | "writes";
  /** Whether the queue does it in its own order, or a command when it is submitted. */
  readonly by: "queue" | "command";
}

/** What a call copies; nothing for any other call. */
export function copiedBy(call: TSESTree.CallExpression, { services }: Place): readonly Copied[] {
  const callee = calleeOf(call, services);
  const [first, second, third, fourth] = call.arguments;
  if (first === undefined) return [];
  if (callee?.owner === "GPUQueue" && callee.name === "copyExternalImageToTexture")
    return part(second, "writes", "queue");
  if (callee?.owner !== "GPUCommandEncoder") return [];
  switch (callee.name) {
    case "clearBuffer":
      return [{ target: first, region: second === undefined ? ALL : literalOf(second), how: "writes", by: "command" }];
    case "copyBufferToBuffer": {
      // `(source, target, size)`, or each with its offset.
      const isShort = call.arguments.length <= 3;
      const target = isShort ? second : third;
      return [
        { target: first, region: isShort ? "0" : offset(second), how: "reads", by: "command" },
        ...(target === undefined
          ? []
          : [{ target, region: isShort ? "0" : offset(fourth), how: "writes" as const, by: "command" as const }]),
      ];
    }
    case "copyBufferToTexture":
    case "copyTextureToBuffer":
    case "copyTextureToTexture":
      return [...part(first, "reads"), ...part(second, "writes")];
    default:
      return [];
  }
}

function offset(node: TSESTree.Node | undefined): Region | undefined {
  return node === undefined ? undefined : literalOf(node);
}

/** `{ buffer, offset }`, `{ texture, origin, mipLevel }` */
function part(node: TSESTree.Node | undefined, how: Copied["how"], by: Copied["by"] = "command"): readonly Copied[] {
  if (node?.type !== AST_NODE_TYPES.ObjectExpression) return [];
  const member = (key: string): TSESTree.Property | undefined =>
    node.properties.find(
      (each): each is TSESTree.Property => each.type === AST_NODE_TYPES.Property && memberName(each) === key,
    );
  const buffer = member("buffer")?.value;
  if (buffer !== undefined) {
    const from = member("offset")?.value;
    return [{ target: buffer, region: from === undefined ? "0" : literalOf(from), how, by }];
  }
  const texture = member("texture")?.value;
  const isPart = node.properties.some(
    (each) => each.type === AST_NODE_TYPES.SpreadElement || /^(?:origin|mipLevel|aspect)$/.test(memberName(each) ?? ""),
  );
  return texture === undefined ? [] : [{ target: texture, region: isPart ? undefined : ALL, how, by }];
}
