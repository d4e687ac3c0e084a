/**
 * no-unordered-use: two jobs of different queues that use one memory, and one of which writes it, come one after the other because
 * somebody says so: `after`, or `reads` and `writes`. The order of their submission is none.
 *
 * The rule speaks of jobs that are submitted together, or one after the other with nothing in between that could have let the first
 * one run: no `await`, no call of unknown code; and of memory with a name. Where an order can't be told it keeps quiet.
 */
import { AST_NODE_TYPES } from "@typescript-eslint/utils";
import type { TSESTree } from "@typescript-eslint/utils";
import { batchOf } from "../util/batches.ts";
import { calleeOf } from "../util/callee.ts";
import type { Call } from "../util/callee.ts";
import { createRule } from "../util/create-rule.ts";
import type { SignalboxRule } from "../util/create-rule.ts";
import { Facts } from "../util/facts.ts";
import { JobOrder } from "../util/job-order.ts";
import type { Pair } from "../util/job-order.ts";
import { listenTogether } from "../util/listeners.ts";
import { LIBRARY } from "../util/origin.ts";
import { jobCallOf } from "../util/origins.ts";
import type { MethodCall } from "../util/origins.ts";
import { placeOf } from "../util/place.ts";
import { areUnordered } from "../util/queue-order.ts";
import { reportOnce } from "../util/report-once.ts";
import { collide } from "../util/use.ts";
import type { Use } from "../util/use.ts";
import { specOf, usesOfJob } from "../util/uses.ts";

/** A job that was submitted, and what it does to memory from outside. */
interface Submitted {
  readonly job: MethodCall;
  readonly uses: readonly Use[];
}

/** What of Signalbox runs no job: it makes things, or submits. */
const runsNothing: ReadonlySet<string> = new Set(["after", "at", "job", "queue", "submission", "submit", "submitWith"]);

const does = { reads: "reads", writes: "writes", counts: "writes" } as const;

export const noUnorderedUse: SignalboxRule<"unordered"> = createRule({
  name: "no-unordered-use",
  meta: {
    description:
      "Forbid jobs of different queues to use one memory, one of them writing it, with nothing that orders them",
    messages: {
      unordered:
        "This job {{does}} `{{name}}`, which the job of line {{line}} {{before}}, on another queue: nothing says which comes first. Say `after`, or name the memory in both jobs (`reads`, `writes`).",
    },
  },
  create(context) {
    const place = placeOf(context);
    const { services } = place;
    const facts = new Facts(place);
    const report = reportOnce(context);
    const order = new JobOrder(place);
    /** The jobs that were submitted so far, as often as they were. */
    const known: Submitted[] = [];

    const submitted = (call: TSESTree.CallExpression): void => {
      const batch = batchOf(call, place);
      if (batch === undefined) return;
      for (const { node } of batch.armed) {
        const job = jobCallOf(node, place);
        if (job === undefined || specOf(job) === undefined) {
          // It may come between the jobs before and behind it.
          passed();
          continue;
        }
        const later: Submitted = known.find((each) => each.job === job) ?? { job, uses: usesOfJob(job, place) };
        // The nearest is told of.
        for (const earlier of new Set([...known].reverse())) {
          if (!mayCollide(earlier, later)) continue;
          const between = known.slice(known.indexOf(earlier) + 1).map((each) => each.job);
          facts.asks([{ kind: inFlight, about: keyOf(earlier) }], () => {
            check(earlier, later, node, { earlier: earlier.job, later: job, between, submission: call });
          });
        }
        known.push(later);
        facts.holds({ kind: inFlight, about: keyOf(later) });
      }
      if (!batch.whole) passed();
    };

    const mayCollide = (earlier: Submitted, later: Submitted): boolean =>
      earlier.job !== later.job && earlier.uses.some((a) => later.uses.some((b) => collide(a, b)));

    const check = (earlier: Submitted, later: Submitted, node: TSESTree.Node, pair: Pair): void => {
      if (!areUnordered(earlier.job, later.job, place)) return;
      const is = order.of(pair);
      if (is === "done") return;
      for (const before of earlier.uses) {
        // What comes before `run` returns comes before all that waits for the job's start.
        if (is === "started" && !before.late) continue;
        const use = later.uses.find((each) => collide(before, each));
        if (use === undefined) continue;
        const data = {
          does: does[use.how],
          name: use.memory.name,
          line: String(earlier.job.loc.start.line),
          before: does[before.how],
        };
        report({ node, messageId: "unordered", data });
        return;
      }
    };

    /** Something may have had the jobs run. */
    const passed = (): void => {
      facts.ends(inFlight);
    };

    const called = (call: Call): void => {
      if (!isHarmless(call)) passed();
    };

    const isHarmless = (call: Call): boolean => {
      const callee = calleeOf(call, services);
      if (callee?.origin === "signalbox")
        return call.type === AST_NODE_TYPES.NewExpression || runsNothing.has(callee.name);
      if (callee?.owner?.startsWith("GPU") === true) return true;
      // A callback may run right there.
      return callee?.origin === LIBRARY && !call.arguments.some((each) => isCallback(each));
    };

    const isCallback = (node: TSESTree.Node): boolean =>
      services.getTypeAtLocation(node).getCallSignatures().length > 0;

    return listenTogether(facts.listener, {
      "CallExpression:exit"(call) {
        called(call);
        submitted(call);
      },
      "NewExpression:exit": called,
      "TaggedTemplateExpression:exit": passed,
      "AwaitExpression:exit": passed,
      "YieldExpression:exit": passed,
      "ForOfStatement[await=true] > .left": passed,
      "ForOfStatement[await=true]:exit": passed,
      // What is disposed of there may wait.
      "BlockStatement:exit"(block) {
        const disposes = block.body.some(
          (each) => each.type === AST_NODE_TYPES.VariableDeclaration && each.kind.endsWith("using"),
        );
        if (disposes) passed();
      },
    });
  },
});

const inFlight = "in flight";

/** What the facts call a job. */
function keyOf({ job }: Submitted): string {
  return `job at ${String(job.range[0])}`;
}
