/**
 * submission-order: a job can only wait for what comes before it (promise 11): for what was submitted, or stands earlier in its
 * batch; and what is armed first on a queue is pushed first (Q29).
 *
 * The rule speaks of jobs with a name, and of what is certain on every way.
 */
import { AST_NODE_TYPES } from "@typescript-eslint/utils";
import type { TSESTree } from "@typescript-eslint/utils";
import { batchOf, named } from "../util/batches.ts";
import type { Batch, Named } from "../util/batches.ts";
import { bindingOf, declaredBy, keyOf, valueOf } from "../util/bindings.ts";
import { createRule } from "../util/create-rule.ts";
import type { SignalboxRule } from "../util/create-rule.ts";
import { Facts } from "../util/facts.ts";
import { dependenciesOf, freshJobs } from "../util/fresh-jobs.ts";
import { listenTogether } from "../util/listeners.ts";
import { isCallOf, jobCallOf } from "../util/origins.ts";
import { placeOf } from "../util/place.ts";
import { bare, memberName, shortText } from "../util/syntax.ts";

type MessageIds = "itself" | "younger" | "notSubmitted" | "pushedEarly";

export const submissionOrder: SignalboxRule<MessageIds> = createRule({
  name: "submission-order",
  meta: {
    description: "Ask that a job waits only for what comes before it, and is pushed in the order of arming",
    messages: {
      itself: "`{{job}}` can't wait for itself: this throws EINVAL (Q15).",
      younger: "`{{job}}` waits for `{{other}}`, which comes later in the batch: this throws EINVAL. Put that first.",
      notSubmitted: "`{{job}}` waits for `{{other}}`, which nobody has submitted: this throws EINVAL (promise 4).",
      pushedEarly:
        "`{{job}}` is pushed before `{{other}}`, which was armed first on the same queue: this throws EINVAL.",
    },
  },
  create(context) {
    const place = placeOf(context);
    const { source: sourceCode } = place;
    const facts = new Facts(place);
    /** What each job was made to wait for anywhere in the file, with the text that says so. */
    const waitsFor = new Map<string, Map<string, string>>();

    const textOf = (node: TSESTree.Node): string => shortText(node, sourceCode);

    /** From here on a job waits for others. */
    const waits = (about: string, others: readonly TSESTree.Node[]): void => {
      for (const other of others) {
        const { key } = named(other, place);
        if (key === undefined) continue;
        facts.holds({ kind: "waits", about, on: key });
        const known = waitsFor.get(about) ?? new Map<string, string>();
        waitsFor.set(about, known.set(key, textOf(other)));
      }
    };

    const checkBatch = (batch: Batch): void => {
      const places = new Map(batch.armed.map(({ key }, index) => [key, index]));
      for (const [index, job] of batch.armed.entries()) {
        const reports = new Set<string>();
        const tell = (key: string, other: string): void => {
          if (reports.has(key)) return;
          reports.add(key);
          const messageId = places.has(key) ? "younger" : "notSubmitted";
          context.report({ node: job.node, messageId, data: { job: textOf(job.node), other } });
        };
        const isBad = (key: string): boolean => {
          const at = places.get(key);
          return at === undefined ? batch.whole : at > index;
        };
        const askFor = (key: string, other: string, isWaiting: boolean): void => {
          if (!isBad(key)) return;
          const needed = isWaiting ? [] : [{ kind: "waits", about: job.key ?? "", on: key }];
          const fresh = places.has(key) ? [] : [{ kind: "fresh", about: key }];
          facts.asks([...needed, ...fresh], () => {
            tell(key, other);
          });
        };
        // What is written right there, and what the job's name was made to wait for before.
        for (const node of dependenciesOf(job.node, place)) {
          const { key } = named(node, place);
          if (key !== undefined && key !== job.key) askFor(key, textOf(node), true);
        }
        for (const [key, other] of waitsFor.get(job.key ?? "") ?? []) askFor(key, other, false);
      }
      if (batch.how === "submission" && batch.whole) checkPushes(batch);
    };

    /** Q29: on each queue the pushes come in the order of the arms. */
    const checkPushes = ({ armed, pushed }: Batch): void => {
      for (const [index, job] of pushed.entries()) {
        const at = placeIn(armed, job);
        const first = armed.find((other, place) => {
          const isBehind = place < at && placeIn(pushed, other) > index;
          return isBehind && isSameQueue(other, job);
        });
        if (first === undefined) continue;
        context.report({
          node: job.node,
          messageId: "pushedEarly",
          data: { job: textOf(job.node), other: textOf(first.node) },
        });
      }
    };

    const isSameQueue = (a: Named, b: Named): boolean => {
      const [first, second] = [queueKey(a), queueKey(b)];
      return first !== undefined && first === second;
    };

    const queueKey = ({ node }: Named): string | undefined => {
      const made = jobCallOf(node, place);
      const queue = made === undefined ? undefined : bindingOf(made.callee.object, place);
      return queue === undefined ? undefined : keyOf(queue);
    };

    return listenTogether(facts.listener, freshJobs(facts, place), {
      "CallExpression:exit"(call) {
        const batch = batchOf(call, place);
        if (batch !== undefined) checkBatch(batch);
        if (!isCallOf(call, "after", place)) return;
        const { key } = named(call.callee.object, place);
        if (key === undefined) return;
        for (const other of call.arguments) {
          if (named(ownerOf(other), place).key === key) {
            context.report({ node: other, messageId: "itself", data: { job: textOf(call.callee.object) } });
          }
        }
        waits(key, call.arguments);
      },
      "VariableDeclarator:exit"(declarator) {
        for (const variable of declaredBy(declarator, place)) {
          const value = valueOf(variable);
          if (value !== undefined) waits(keyOf(variable), dependenciesOf(value, place));
        }
      },
    });
  },
});

/** `job.started` is the job's, too. */
function ownerOf(expression: TSESTree.Node): TSESTree.Node {
  const node = bare(expression);
  return node.type === AST_NODE_TYPES.MemberExpression && memberName(node) === "started" ? node.object : node;
}

function placeIn(list: readonly Named[], { key }: Named): number {
  return key === undefined ? -1 : list.findIndex((each) => each.key === key);
}
