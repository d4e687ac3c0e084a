/**
 * no-write-in-flight: what a submitted job reads is not written again before anybody has waited. A job runs when it is its turn, not
 * when it is submitted: a buffer that is filled once more behind the submission has lost what the job was to read.
 *
 * The rule speaks of memory with a name (typed arrays, a GPU's buffers and textures) that was filled before the submission, and of
 * writes behind it with nothing in between that could have let the job run: no `await`, no call of unknown code.
 */
import { AST_NODE_TYPES } from "@typescript-eslint/utils";
import type { TSESLint, TSESTree } from "@typescript-eslint/utils";
import { batchOf } from "../util/batches.ts";
import { declaredBy, keyOf } from "../util/bindings.ts";
import { calleeOf } from "../util/callee.ts";
import { createRule } from "../util/create-rule.ts";
import type { SignalboxRule } from "../util/create-rule.ts";
import { Facts } from "../util/facts.ts";
import { listenTogether } from "../util/listeners.ts";
import { ALL, isMadeFull, overlap, readByJob, writtenBy } from "../util/memory.ts";
import type { Access, Region } from "../util/memory.ts";
import { LIBRARY } from "../util/origin.ts";
import { jobCallOf, queueCallOf } from "../util/origins.ts";
import type { MethodCall } from "../util/origins.ts";
import { optionsOf } from "../util/own.ts";
import { placeOf } from "../util/place.ts";
import { reportOnce } from "../util/report-once.ts";
import { memberName } from "../util/syntax.ts";

type Variable = TSESLint.Scope.Variable;

/** The submission of a job that reads a place in memory. */
interface Submission {
  readonly node: TSESTree.Node;
  readonly read: Region;
  /** The places that had been written on every way there. */
  readonly filled: Set<Region>;
}

/** What of Signalbox runs no job: it makes things, or submits. */
const runsNothing: ReadonlySet<string> = new Set(["job", "after", "submit", "submitWith"]);

export const noWriteInFlight: SignalboxRule<"written"> = createRule({
  name: "no-write-in-flight",
  meta: {
    description: "Forbid to write what a submitted job reads before anybody has waited",
    messages: {
      written:
        "The job that was submitted on line {{line}} reads `{{name}}` when it is its turn, and will find this in it instead: wait for the job first, or give it a buffer of its own.",
    },
  },
  create(context) {
    const place = placeOf(context);
    const { services } = place;
    const facts = new Facts(place);
    const report = reportOnce(context);
    /** The submissions so far whose jobs read something, by what they read. */
    const submissions = new Map<Variable, Submission[]>();
    /** The places that were written so far. */
    const regions = new Map<Variable, Set<Region>>();

    const written = ({ memory, region }: Access, node: TSESTree.Node): void => {
      // A place that can't be told may be one that no job reads.
      if (region === undefined) return;
      const about = keyOf(memory);
      for (const submission of submissions.get(memory) ?? []) {
        const line = String(submission.node.loc.start.line);
        facts.asks([{ kind: inFlight(submission.node), about }], () => {
          const isAgain = [...submission.filled].some((filled) => overlap(filled, region));
          if (!isAgain || !overlap(submission.read, region)) return;
          report({ node, messageId: "written", data: { name: memory.name, line } });
        });
      }
      fill(memory, region);
    };

    const fill = (memory: Variable, region: Region): void => {
      regions.set(memory, (regions.get(memory) ?? new Set()).add(region));
      facts.holds({ kind: `filled ${region}`, about: keyOf(memory) });
    };

    const submitted = (call: TSESTree.CallExpression): void => {
      for (const { node } of batchOf(call, place)?.armed ?? []) {
        const job = jobCallOf(node, place);
        if (job === undefined || mayRunAtOnce(job)) continue;
        for (const { memory, region } of readByJob(job, place)) {
          if (region === undefined) continue;
          const about = keyOf(memory);
          const submission: Submission = { node: call, read: region, filled: new Set() };
          submissions.set(memory, [...(submissions.get(memory) ?? []), submission]);
          for (const each of regions.get(memory) ?? []) {
            facts.asks([{ kind: `filled ${each}`, about }], () => submission.filled.add(each));
          }
          facts.holds({ kind: inFlight(call), about });
        }
      }
    };

    /** Whether a job's queue starts jobs where they are submitted (Q23), or may. */
    const mayRunAtOnce = (job: MethodCall): boolean => {
      const queue = queueCallOf(job.callee.object, place);
      if (queue === undefined) return false;
      const options = optionsOf(queue, 1);
      return options === "unknown" || options.some((property) => memberName(property) === "bypass");
    };

    /** Something may have had the jobs run. */
    const passed = (): void => {
      for (const list of submissions.values()) for (const { node } of list) facts.ends(inFlight(node));
    };

    const isHarmless = (call: TSESTree.CallExpression): boolean => {
      const callee = calleeOf(call, services);
      if (callee?.origin === "signalbox") return runsNothing.has(callee.name);
      return callee?.origin === LIBRARY || callee?.owner?.startsWith("GPU") === true;
    };

    const write = (node: TSESTree.Node): void => {
      const access = writtenBy(node, place);
      if (access !== undefined) written(access, node);
    };

    return listenTogether(facts.listener, {
      "CallExpression:exit"(call) {
        write(call);
        if (!isHarmless(call)) passed();
        submitted(call);
      },
      "AssignmentExpression:exit": write,
      "UpdateExpression:exit": write,
      "AwaitExpression:exit": passed,
      "YieldExpression:exit": passed,
      "VariableDeclarator:exit"(node) {
        if (node.parent.parent.type === AST_NODE_TYPES.ForOfStatement && node.parent.parent.await) passed();
        for (const variable of declaredBy(node, place)) if (isMadeFull(variable)) fill(variable, ALL);
      },
    });
  },
});

function inFlight(submission: TSESTree.Node): string {
  return `in flight from ${String(submission.range[0])}`;
}
