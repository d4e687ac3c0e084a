/**
 * owned-driver-fence: whoever makes a driver fence owes its signal, on every path: signals or fails it, keeps it where it
 * can be found again, or gives it to somebody who does. A handle that is dropped is a fence that never signals (Q28).
 *
 * A fence whose timeline is signalled as a whole in this file (`signalThrough`, `close`), or whose issuer is asked (`ops`),
 * needs no handle.
 */
import { AST_NODE_TYPES, ASTUtils } from "@typescript-eslint/utils";
import type { TSESLint, TSESTree } from "@typescript-eslint/utils";
import type * as ts from "typescript";
import { calleeOf } from "../util/callee.ts";
import { createRule } from "../util/create-rule.ts";
import type { SignalboxRule } from "../util/create-rule.ts";
import { symbolOf } from "../util/functions.ts";
import { listenTogether } from "../util/listeners.ts";
import { placeOf } from "../util/place.ts";
import { openedSection } from "../util/sections.ts";
import { choiceOf, dropsRest, isAlias, isDropped, isExported, isOnlyRead, isTop, owns } from "../util/owning.ts";
import { Paths } from "../util/paths.ts";
import type { Flow } from "../util/paths.ts";
import { bare, dressed, functionAround, isFunction, memberName } from "../util/syntax.ts";
import type { FunctionNode } from "../util/syntax.ts";
import { typeNamed } from "../util/types.ts";

type MessageIds = "dropped" | "readSideOnly" | "never" | "path";

/** What makes a fence to be owned, and the timeline that it is on, if it has a name. */
interface Made {
  readonly node: TSESTree.Node;
  readonly timeline: ts.Symbol | undefined;
}

/** A variable that holds a driver fence. */
interface Holder {
  readonly variable: TSESLint.Scope.Variable;
  readonly made: Made;
  /** The function, or the program, that the variable belongs to. */
  readonly home: TSESTree.Node;
}

/** What is marked on the paths: a holder gets its fence, or passes it on. */
interface Mark {
  readonly holder: Holder;
  readonly kind: "made" | "owned";
}

const driverFence: ReadonlySet<string> = new Set(["DriverFence"]);
/** What makes driver fences with its `fence()`. */
const timelines: ReadonlySet<string | undefined> = new Set(["Timeline", "ForeignTimeline", "DriverTimeline"]);
/** The methods of a timeline that signal without a handle. */
const signalsAll: ReadonlySet<string> = new Set(["signalThrough", "close"]);

export const ownedDriverFence: SignalboxRule<MessageIds> = createRule({
  name: "owned-driver-fence",
  meta: {
    description: "Ask that a driver fence is signalled, failed, kept or passed on, on every path",
    messages: {
      dropped: "Nobody has this driver fence, so nothing will ever signal its fence (Q28).",
      readSideOnly: "Only the fence is kept: the driver fence, which alone can signal it, is dropped (Q28).",
      never: "`{{name}}` is never signalled, kept or passed on: whoever waits for its fence waits for ever (Q28).",
      path: "`{{name}}` is not signalled, kept or passed on, on every path from here: a way out leaves its fence unsignalled (L1).",
    },
  },
  create(context) {
    const place = placeOf(context);
    const { services, source: sourceCode } = place;
    /** What to do at a node that the walk comes to. */
    const marksAt = new Map<TSESTree.Node, Mark[]>();
    const signalledTimelines = new Set<ts.Symbol>();
    const findings: { made: Made; report: TSESLint.ReportDescriptor<MessageIds> }[] = [];

    const find = (made: Made, messageId: MessageIds, data: Record<string, string> = {}): void => {
      findings.push({ made, report: { node: made.node, messageId, data } });
    };

    /** Looks at what is done with a new driver fence where it is made. */
    const take = (expression: TSESTree.Node, made: Made): void => {
      const node = dressed(expression);
      const { parent } = node;
      if (parent === undefined) return;
      if (parent.type === AST_NODE_TYPES.VariableDeclarator && parent.init === node) {
        if (parent.id.type === AST_NODE_TYPES.Identifier) hold(parent.id, parent, made);
        else if (dropsRest(parent.id)) find(made, "readSideOnly");
      } else if (parent.type === AST_NODE_TYPES.AssignmentExpression && parent.right === node) {
        if (parent.left.type === AST_NODE_TYPES.Identifier && parent.operator === "=") hold(parent.left, parent, made);
      } else if (isDropped(node)) {
        find(made, "dropped");
      } else if (isOnlyRead(node)) {
        find(made, "readSideOnly");
      }
    };

    /** A name gets it: what is done with the name decides. */
    const hold = (name: TSESTree.Identifier, at: TSESTree.Node, made: Made): void => {
      const variable = ASTUtils.findVariable(sourceCode.getScope(name), name.name);
      if (variable === null || isTop(variable.scope)) {
        if (
          variable !== null &&
          !variable.references.some(({ identifier }) => owns(identifier)) &&
          !isExported(variable)
        ) {
          find(made, "never", { name: name.name });
        }
        return;
      }
      const home = variable.scope.variableScope.block;
      // A variable of a function further out keeps it beyond this one.
      if (home !== (functionAround(name) ?? sourceCode.ast)) return;
      const holder: Holder = { variable, made, home };
      markReads(holder, at);
    };

    const markReads = (holder: Holder, at: TSESTree.Node): void => {
      const { variable, made } = holder;
      const owners = variable.references
        .filter((reference) => reference.isRead())
        .map(({ identifier }) => identifier)
        .filter(owns);
      const aliases = owners.map((identifier) => dressed(identifier).parent).filter((parent) => isAlias(parent));
      if (owners.length === 0) {
        find(made, "never", { name: variable.name });
        return;
      }
      // Taken by a function that was there before, or is moved to the top: it may run whenever.
      if (owners.some((identifier) => isTakenBefore(identifier, at, holder))) return;
      if (mayBeNothing(variable)) return;
      addMark(at, { holder, kind: "made" });
      for (const identifier of owners) addMark(choiceOf(identifier), { holder, kind: "owned" });
      for (const alias of aliases) take(alias.init ?? alias, made);
    };

    const addMark = (node: TSESTree.Node, mark: Mark): void => {
      const there = marksAt.get(node);
      if (there === undefined) marksAt.set(node, [mark]);
      else there.push(mark);
    };

    /** Whether a way to write the variable's fence off exists that paths can't show: it may be undefined, and be tested for it. */
    const mayBeNothing = (variable: TSESLint.Scope.Variable): boolean => {
      const [name] = variable.identifiers;
      if (name === undefined) return true;
      const type = services.program.getTypeChecker().getTypeAtLocation(services.esTreeNodeToTSNodeMap.get(name));
      return type.isUnion();
    };

    const ended = (flow: Flow<Mark>): void => {
      for (const mark of flow.marks) {
        if (mark.kind !== "made") continue;
        const { holder } = mark;
        const met: Mark[] = [];
        const left = flow.ahead(
          mark,
          (other) => {
            if (other.holder.variable !== holder.variable) return "on";
            met.push(other);
            return "stop";
          },
          "all",
        );
        // Left behind for good, or for the next one.
        if (left || met.some(({ kind }) => kind === "made")) find(holder.made, "path", { name: holder.variable.name });
      }
    };
    const paths = new Paths<Mark>(place, ended);
    const meet = (node: TSESTree.Node): void => {
      for (const mark of marksAt.get(node) ?? []) paths.mark(mark.holder.home, mark);
    };

    const madeBy = (call: TSESTree.CallExpression): Made | undefined => {
      const callee = calleeOf(call, services);
      if (callee?.origin !== "signalbox" || typeNamed(call, driverFence, services) === undefined) return undefined;
      // What another thread handed on is owed by whoever takes it on.
      if (callee.name === "openDriverFence") return { node: call, timeline: undefined };
      if (callee.name !== "fence" || !timelines.has(callee.owner)) return undefined;
      const ops = call.arguments[callee.owner === "ForeignTimeline" ? 1 : 0];
      if (ops !== undefined) return undefined;
      const { callee: method } = call;
      const receiver = method.type === AST_NODE_TYPES.MemberExpression ? bare(method.object) : undefined;
      return { node: call, timeline: receiver === undefined ? undefined : symbolOf(receiver, services) };
    };

    return listenTogether(paths.listener, {
      CallExpression(call) {
        const made = madeBy(call);
        if (made !== undefined) take(call, made);
        const { callee } = call;
        if (callee.type === AST_NODE_TYPES.MemberExpression && signalsAll.has(memberName(callee) ?? "")) {
          const timeline = symbolOf(bare(callee.object), services);
          if (timeline !== undefined) signalledTimelines.add(timeline);
        }
        // The callback of `promise()` is given one to keep.
        const opened = openedSection(call, services);
        if (opened?.opener !== "promise" || !isFunction(opened.given)) return;
        const [kept] = opened.given.params;
        if (kept === undefined) find({ node: opened.given, timeline: undefined }, "dropped");
        if (kept?.type === AST_NODE_TYPES.Identifier) holdParameter(kept, opened.given);
      },
      Identifier: meet,
      ConditionalExpression: meet,
      LogicalExpression: meet,
      "VariableDeclarator:exit": meet,
      "AssignmentExpression:exit": meet,
      "Program:exit"() {
        for (const { made, report } of findings) {
          if (made.timeline === undefined || !signalledTimelines.has(made.timeline)) context.report(report);
        }
      },
    });

    function holdParameter(name: TSESTree.Identifier, fn: FunctionNode): void {
      const variable = sourceCode.getDeclaredVariables(fn).find(({ identifiers }) => identifiers.includes(name));
      if (variable !== undefined) markReads({ variable, made: { node: name, timeline: undefined }, home: fn }, name);
    }
  },
});

/** Whether a nested function took the variable before it had its fence, or can be called before its own place in the text. */
function isTakenBefore(identifier: TSESTree.Node, at: TSESTree.Node, { home }: Holder): boolean {
  let nested: FunctionNode | undefined;
  for (let fn = functionAround(identifier); fn !== undefined && fn !== home; fn = functionAround(fn)) nested = fn;
  if (nested === undefined) return false;
  return nested.type === AST_NODE_TYPES.FunctionDeclaration || nested.range[0] < at.range[0];
}
