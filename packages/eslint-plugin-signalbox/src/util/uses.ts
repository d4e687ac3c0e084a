/** What a job does to memory from outside: what its `run` reads and writes there (body-uses.ts), and what its `args` are copied from. */
import { AST_NODE_TYPES } from "@typescript-eslint/utils";
import type { TSESTree } from "@typescript-eslint/utils";
import { usesOfBody } from "./body-uses.ts";
import { functionOf } from "./functions.ts";
import { ALL } from "./memory.ts";
import { memoryOf } from "./named-memory.ts";
import type { MethodCall } from "./origins.ts";
import type { Place } from "./place.ts";
import { memberName } from "./syntax.ts";
import type { Use } from "./use.ts";

/** The members of a job's spec, as long as nothing in it can put other ones there. */
export function specOf(job: MethodCall): ReadonlyMap<string, TSESTree.Node> | undefined {
  const [spec] = job.arguments;
  if (spec?.type !== AST_NODE_TYPES.ObjectExpression || job.arguments.length !== 1) return undefined;
  const members = new Map<string, TSESTree.Node>();
  for (const each of spec.properties) {
    if (each.type !== AST_NODE_TYPES.Property || each.kind !== "init") return undefined;
    const name = memberName(each);
    if (name === undefined) return undefined;
    members.set(name, each.value);
  }
  return members;
}

/** What a job does to memory from outside. */
export function usesOfJob(job: MethodCall, place: Place): readonly Use[] {
  const spec = specOf(job);
  const args = spec?.get("args");
  const run = spec?.get("run");
  const body = run === undefined ? undefined : functionOf(run, place.services);
  const given = args?.type === AST_NODE_TYPES.ArrayExpression ? args.elements : [];
  const copied = given.flatMap((each): readonly Use[] => {
    const memory = each === null ? undefined : memoryOf(each, place);
    return memory === undefined ? [] : [{ memory, region: ALL, how: "reads", late: false }];
  });
  return body === undefined ? copied : [...copied, ...usesOfBody(body, place)];
}
