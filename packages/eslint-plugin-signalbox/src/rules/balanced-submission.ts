/**
 * balanced-submission: in a submission's callback every job is armed once and pushed once, on every path that returns; a
 * throw takes the whole submission back (Q7).
 *
 * The rule speaks where it can tell which job is meant. It keeps quiet about a callback that hands its token on, and about a
 * job that is armed or pushed under conditions of a loop.
 */
import { AST_NODE_TYPES, ASTUtils } from "@typescript-eslint/utils";
import type { TSESTree } from "@typescript-eslint/utils";
import { goesElsewhere, isArmedType, nameOfArmed } from "../util/armed.ts";
import { calleeOf } from "../util/callee.ts";
import { createRule } from "../util/create-rule.ts";
import type { SignalboxRule } from "../util/create-rule.ts";
import { conditionsOf, isPartOfRound, jobKey } from "../util/jobs.ts";
import { listenTogether } from "../util/listeners.ts";
import { Paths } from "../util/paths.ts";
import type { Flow } from "../util/paths.ts";
import { placeOf } from "../util/place.ts";
import { reportOnce } from "../util/report-once.ts";
import { openedSection, openerOf, sectionValueOf } from "../util/sections.ts";
import { dressed, functionAround, isFunction, memberName, shortText } from "../util/syntax.ts";
import type { FunctionNode } from "../util/syntax.ts";
import { nameOf, whenRuns } from "../util/timing.ts";

type MessageIds = "notPushed" | "notArmed" | "armedTwice" | "pushedTwice" | "noHandle";

/** One arm or push of a job; or the making of one, in a loop that makes a new one in each round. */
interface Step {
  readonly kind: "arm" | "push" | "make";
  readonly key: string;
  readonly call: TSESTree.Node;
  readonly job: TSESTree.Node;
  readonly conditions: string;
  /** The callback that the step belongs to. */
  readonly body: FunctionNode;
}

export const balancedSubmission: SignalboxRule<MessageIds> = createRule({
  name: "balanced-submission",
  meta: {
    description: "Ask that a submission arms and pushes each of its jobs once, on every path",
    messages: {
      notPushed:
        "`{{job}}` is armed here and not pushed on every path: the submission throws EINVAL and is rolled back (Q7).",
      notArmed: "`{{job}}` is pushed here and not armed before on every path: the call throws EINVAL (Q7).",
      armedTwice: "`{{job}}` was armed before: the second arm throws EINVAL (Q7).",
      pushedTwice: "`{{job}}` was pushed before: the second push throws EINVAL.",
      noHandle:
        "This job is made here and can't be named again, so it is never both armed and pushed: keep it in a constant.",
    },
  },
  create(context) {
    const place = placeOf(context);
    const { services, source: sourceCode } = place;
    const stepsAt = new Map<TSESTree.Node, Step[]>();

    const lookAt = (body: FunctionNode): void => {
      const [token] = body.params;
      if (token?.type !== AST_NODE_TYPES.Identifier) return;
      const variable = ASTUtils.findVariable(sourceCode.getScope(body.body), token.name);
      const steps: { step: Step; at: TSESTree.Node }[] = [];
      const untold = new Set<string>();
      const makings = new Map<string, TSESTree.Node>();
      for (const { identifier } of variable?.references ?? []) {
        const call = methodCall(identifier);
        const name = call === undefined ? undefined : memberName(call.callee as TSESTree.MemberExpression);
        if (call === undefined || (name !== "arm" && name !== "push" && name !== "fill")) return; // Somebody else has the token too.
        const [job] = call.arguments;
        if (name === "fill" || job === undefined) continue;
        const armed = name === "arm" ? nameOfArmed(call) : undefined;
        if (makesJob(job) && armed === undefined) {
          if (name === "push" || !goesElsewhere(call, place)) context.report({ node: job, messageId: "noHandle" });
          return;
        }
        const found = jobKey(makesJob(job) && armed !== undefined ? armed : job, body, sourceCode);
        if (found === undefined) return;
        if (name === "arm" && goesElsewhere(call, place)) untold.add(found.key);
        const { key, loop, fresh } = found;
        if (fresh !== undefined) makings.set(key, fresh);
        const fn = functionAround(call);
        const isHere =
          fn === body ||
          (fn !== undefined && loop !== undefined && whenRuns(fn, place) === "now" && functionAround(fn) === body);
        if (!isHere || (loop !== undefined && isPartOfRound(call, loop, sourceCode))) untold.add(key);
        const at = loop ?? call;
        const conditions = conditionsOf(at, body, sourceCode).join(" && ");
        steps.push({ step: { kind: name, key, call, job, conditions, body }, at });
      }
      for (const [key, at] of makings) {
        steps.push({ step: { kind: "make", key, call: at, job: at, conditions: "", body }, at });
      }
      // `push(arm(job))` names the push first, and arms first.
      steps.sort((one, other) => one.step.call.range[1] - other.step.call.range[1]);
      for (const { step, at } of steps) {
        if (untold.has(step.key)) continue;
        const there = stepsAt.get(at);
        if (there === undefined) stepsAt.set(at, [step]);
        else there.push(step);
      }
    };

    const makesJob = (job: TSESTree.Node): boolean => {
      if (job.type !== AST_NODE_TYPES.CallExpression) return false;
      const callee = calleeOf(job, services);
      return callee?.origin === "signalbox" && callee.name === "job";
    };

    const bodies = new Set<FunctionNode>();
    const ended = (flow: Flow<Step>): void => {
      if (!isFunction(flow.node) || !bodies.has(flow.node)) return;
      for (const step of flow.marks) if (step.kind !== "make") checkStep(step, flow);
    };

    const checkStep = (step: Step, flow: Flow<Step>): void => {
      const others = flow.marks.filter(({ key }) => key === step.key);
      const partners = others.filter(({ kind }) => kind !== step.kind && kind !== "make");
      const again = others.filter((other) => other !== step && other.kind === step.kind);
      const seen = new Set<Step>();
      let left = false;
      const ends = flow.ahead(
        step,
        (other) => {
          if (other.key !== step.key) return "on";
          seen.add(other);
          left ||= other.kind === "make";
          return other.kind === step.kind ? "on" : "stop";
        },
        "returns",
      );
      left ||= ends;
      // The second of two in a row, under conditions that can both hold.
      for (const other of again.filter((candidate) => seen.has(candidate) && !excludes(step, candidate))) {
        report(other, other.kind === "arm" ? "armedTwice" : "pushedTwice");
      }
      // A loop comes back to a job that is always the same.
      if (seen.has(step)) report(step, step.kind === "arm" ? "armedTwice" : "pushedTwice");
      if (partners.some((partner) => areTogether(step, partner)) || areAlternatives(partners)) return;
      if (step.kind === "arm" && left) report(step, "notPushed");
      if (step.kind === "push" && !isArmedType(step.job, place) && isReachedUnarmed(step, flow))
        report(step, "notArmed");
    };

    /** Whether some way from the start comes to a push without its arm. */
    const isReachedUnarmed = (push: Step, flow: Flow<Step>): boolean => {
      let reached = false;
      flow.ahead(
        undefined,
        (other) => {
          if (other === push) reached = true;
          return other.key === push.key && other.kind === "arm" ? "stop" : "on";
        },
        "returns",
      );
      return reached;
    };

    const once = reportOnce(context);
    const report = ({ call, job }: Step, messageId: MessageIds): void => {
      once({ node: call, messageId, data: { job: shortText(job, sourceCode) } });
    };

    const paths = new Paths<Step>(place, ended);
    const mark = (node: TSESTree.Node): void => {
      for (const step of stepsAt.get(node) ?? []) {
        paths.mark(step.body, step);
      }
    };

    /** Whether a function is the callback of a submission: written there, or given by its name. */
    const isBody = (fn: FunctionNode): boolean => {
      if (openerOf(fn, services) === "submission") return true;
      const name = nameOf(fn);
      const variable = name === undefined ? null : ASTUtils.findVariable(sourceCode.getScope(fn), name.name);
      return (
        variable?.references.some(({ identifier }) => {
          const { parent } = identifier;
          if (parent.type !== AST_NODE_TYPES.CallExpression || parent.callee === identifier) return false;
          const opened = openedSection(parent, services);
          return opened?.opener === "submission" && opened.given === identifier;
        }) === true
      );
    };

    const enter = (fn: FunctionNode): void => {
      if (sectionValueOf(fn, services) !== "Submission" || !isBody(fn)) return;
      bodies.add(fn);
      lookAt(fn);
    };

    return listenTogether(paths.listener, {
      FunctionDeclaration: enter,
      FunctionExpression: enter,
      ArrowFunctionExpression: enter,
      // A loop counts where it begins: whether it has rounds is the same for the arms as for the pushes.
      "ForOfStatement > :expression.right, ForStatement > .init"(node: TSESTree.Node) {
        if (node.parent !== undefined) mark(node.parent);
      },
      "CallExpression:exit": mark,
      "VariableDeclarator:exit": mark,
    });
  },
});

function methodCall(token: TSESTree.Node): TSESTree.CallExpression | undefined {
  const member = dressed(token).parent;
  if (member?.type !== AST_NODE_TYPES.MemberExpression || member.object !== dressed(token)) return undefined;
  const call = dressed(member).parent;
  return call?.type === AST_NODE_TYPES.CallExpression && call.callee === dressed(member) ? call : undefined;
}

/** Whether an arm and the push after it stand under the same conditions, so that no path has one without the other. */
function areTogether(a: Step, b: Step): boolean {
  const [arm, push] = a.kind === "arm" ? [a, b] : [b, a];
  return a.conditions !== "" && a.conditions === b.conditions && arm.call.range[0] < push.call.range[0];
}

/** Whether one of two steps is taken whatever holds: one's condition is the other's opposite. */
function areAlternatives(steps: readonly Step[]): boolean {
  return steps.some((step) => steps.some((other) => excludes(step, other)));
}

/** Whether two steps can't both be taken, by their conditions: one's is the other's opposite. */
function excludes(a: Step, b: Step): boolean {
  return a.conditions === `!${b.conditions}` || b.conditions === `!${a.conditions}`;
}
