/**
 * no-escaping-token: an obligation, a submission's token and a proof are worth something only inside the section that made
 * them. Stored, answered or captured by what runs later, they outlive it; used twice, they prove what isn't so (Q11).
 */
import { AST_NODE_TYPES } from "@typescript-eslint/utils";
import type { TSESLint, TSESTree } from "@typescript-eslint/utils";
import { calleeOf } from "../util/callee.ts";
import { createRule } from "../util/create-rule.ts";
import type { SignalboxRule } from "../util/create-rule.ts";
import { escapeOf } from "../util/escape.ts";
import { listenTogether } from "../util/listeners.ts";
import { obligationMethods } from "../util/names.ts";
import { Paths } from "../util/paths.ts";
import type { Flow } from "../util/paths.ts";
import { placeOf } from "../util/place.ts";
import { reportOnce } from "../util/report-once.ts";
import { openerOf, valueKind } from "../util/sections.ts";
import { ancestors, bare, dressed, functionAround, isFunction, isWithin, memberName } from "../util/syntax.ts";
import type { FunctionNode } from "../util/syntax.ts";
import { nameOf, whenRuns } from "../util/timing.ts";

type Kind = "obligation" | "token" | "proof";
type MessageIds = "stored" | "returned" | "captured" | "usedTwice" | "usedInLoop" | "foreignProof";

/** One use that spends a value: an obligation that is discharged or handed on, a proof that is. */
interface Use {
  readonly variable: TSESLint.Scope.Variable;
  readonly node: TSESTree.Node;
}

const words: Record<Kind, string> = {
  obligation: "The obligation",
  token: "The submission's token",
  proof: "The proof",
};

/** The openers whose callback answers the proof for its own obligation. */
const asksForProof: ReadonlySet<string> = new Set(["publish", "transferTo", "openDriverFence"]);

export const noEscapingToken: SignalboxRule<MessageIds> = createRule({
  name: "no-escaping-token",
  meta: {
    description: "Forbid obligations, tokens and proofs that outlive their section, or are used twice",
    messages: {
      stored: "{{what}} `{{name}}` is stored where it outlives its section, and is useless there.",
      returned: "{{what}} `{{name}}` is answered by the section that it is valid in.",
      captured: "{{what}} `{{name}}` is captured by a function that runs when its section is over.",
      usedTwice: "{{what}} `{{name}}` was used up before: a fence is signalled, failed or handed on once.",
      usedInLoop: "{{what}} `{{name}}` is used up in each round: a fence is signalled, failed or handed on once.",
      foreignProof:
        "This proof is another fence's: the section of `{{opener}}` owes one for the obligation that it was given.",
    },
  },
  create(context) {
    const place = placeOf(context);
    const { services, source: sourceCode } = place;
    const usesAt = new Map<TSESTree.Node, Use[]>();
    const once = reportOnce(context);

    const report = (node: TSESTree.Node, messageId: MessageIds, data: Record<string, string>): void => {
      once({ node, messageId, data });
    };

    const kindOf = (node: TSESTree.Node): Kind | undefined => valueKind(services.getTypeAtLocation(node), services);

    const lookAtVariable = (variable: TSESLint.Scope.Variable): void => {
      const [name] = variable.identifiers;
      if (name?.type !== AST_NODE_TYPES.Identifier || !holdsValue(variable)) return;
      const kind = kindOf(name);
      if (kind === undefined) return;
      const home = variable.scope.variableScope.block;
      for (const reference of variable.references) {
        const { identifier } = reference;
        if (!reference.isRead() || identifier.type !== AST_NODE_TYPES.Identifier) continue;
        lookAtUse(identifier, variable, kind, home);
      }
    };

    const lookAtUse = (
      node: TSESTree.Identifier,
      variable: TSESLint.Scope.Variable,
      kind: Kind,
      home: TSESTree.Node,
    ): void => {
      const data = { what: words[kind], name: node.name };
      if (isCaptured(node, home)) {
        report(node, "captured", data);
        return;
      }
      const escape = escapeOf(node, home, place);
      if (escape === "stored") report(node, "stored", data);
      // A body may answer its proof: for `publish` it is what it is for, elsewhere it is passed through.
      if (escape === "returned" && kind !== "proof" && answersForSection(node)) report(node, "returned", data);
      const spender = kind === "token" || !surelyRuns(node, home) ? undefined : spenderOf(node, kind);
      if (spender === undefined) return;
      if (isRepeated(node, home)) report(node, "usedInLoop", data);
      const uses = usesAt.get(spender) ?? [];
      uses.push({ variable, node });
      usesAt.set(spender, uses);
    };

    /** Whether a function between a use and the value's home runs later. */
    const isCaptured = (node: TSESTree.Node, home: TSESTree.Node): boolean => {
      for (let fn = functionAround(node); fn !== undefined && fn !== home; fn = functionAround(fn)) {
        if (whenRuns(fn, place) === "later") return true;
        // An async function runs at once up to its first `await`; what it does with the token after that is too late.
        if (fn.async && awaitsBefore(node, fn)) return true;
      }
      return false;
    };

    /** Whether the functions between a use and the value's home are known to run, and in their turn. */
    const surelyRuns = (node: TSESTree.Node, home: TSESTree.Node): boolean => {
      for (let fn = functionAround(node); fn !== undefined && fn !== home; fn = functionAround(fn)) {
        if (whenRuns(fn, place) !== "now" || nameOf(fn) !== undefined) return false;
      }
      return true;
    };

    const awaitsBefore = (node: TSESTree.Node, fn: FunctionNode): boolean =>
      sourceCode
        .getTokens(fn)
        .some(
          (token) => token.value === "await" && token.range[1] <= node.range[0] && functionAroundToken(token) === fn,
        );

    const functionAroundToken = (token: TSESTree.Token): FunctionNode | undefined => {
      const node = sourceCode.getNodeByRangeIndex(token.range[0]);
      return node === null ? undefined : functionAround(node);
    };

    /** Whether a method of the library calls the function around a use once for each element. */
    const isRepeated = (node: TSESTree.Node, home: TSESTree.Node): boolean => {
      for (let fn = functionAround(node); fn !== undefined && fn !== home; fn = functionAround(fn)) {
        const { parent } = dressed(fn);
        if (parent?.type !== AST_NODE_TYPES.CallExpression || parent.callee === dressed(fn)) continue;
        if (whenRuns(fn, place) === "now" && openerOf(fn, services) === undefined) return true;
      }
      return false;
    };

    /** The node at whose end a use has spent the value. */
    const spenderOf = (identifier: TSESTree.Node, kind: Kind): TSESTree.Node | undefined => {
      const node = dressed(identifier);
      const { parent } = node;
      if (parent?.type === AST_NODE_TYPES.MemberExpression && parent.object === node) {
        const call = dressed(parent).parent;
        const isSpent = kind === "obligation" && obligationMethods.has(memberName(parent) ?? "");
        return isSpent && call?.type === AST_NODE_TYPES.CallExpression && call.callee === dressed(parent)
          ? call
          : undefined;
      }
      if (parent?.type === AST_NODE_TYPES.VariableDeclarator && parent.init === node) return parent;
      if (parent?.type === AST_NODE_TYPES.ReturnStatement) return node;
      if (parent?.type !== AST_NODE_TYPES.CallExpression || parent.callee === node) return undefined;
      return asksFor(parent, parent.arguments.indexOf(node as TSESTree.CallExpressionArgument), kind)
        ? parent
        : undefined;
    };

    /** Whether a call asks for a value of this kind there: otherwise (a log, an assertion) it only looks at it. */
    const asksFor = (call: TSESTree.CallExpression, index: number, kind: Kind): boolean => {
      const checker = services.program.getTypeChecker();
      const signature = checker.getResolvedSignature(services.esTreeNodeToTSNodeMap.get(call));
      const parameter = signature?.parameters[Math.min(index, signature.parameters.length - 1)];
      return parameter !== undefined && valueKind(checker.getTypeOfSymbol(parameter), services) === kind;
    };

    /** Whether what is returned there is what a section's body answers. */
    const answersForSection = (node: TSESTree.Node): boolean => {
      const fn = functionAround(node);
      return fn !== undefined && openerOf(fn, services) !== undefined;
    };

    const ended = (flow: Flow<Use>): void => {
      for (const use of flow.marks) {
        flow.ahead(
          use,
          (other) => {
            if (other.variable !== use.variable || isRetry(use.node, other.node)) return "on";
            report(other.node, other === use ? "usedInLoop" : "usedTwice", {
              what: words[kindOf(other.node) ?? "obligation"],
              name: use.variable.name,
            });
            return "stop";
          },
          "all",
        );
      }
    };
    const paths = new Paths<Use>(place, ended);
    const spend = (node: TSESTree.Node): void => {
      for (const use of usesAt.get(node) ?? []) {
        const home = use.variable.scope.variableScope.block;
        // A loop around the declaration makes a new value each time.
        paths.mark(home, use);
      }
    };

    /** A body of `publish` that answers the proof of another obligation than its own, which the types let through. */
    const checkProof = (answer: TSESTree.Node): void => {
      const fn = functionAround(answer);
      const opener = fn === undefined ? undefined : openerOf(fn, services);
      if (fn === undefined || opener === undefined || !asksForProof.has(opener)) return;
      const source = sourceOf(answer);
      const variable = source === undefined ? undefined : variableOf(source);
      const declaration = variable?.identifiers[0];
      if (source === undefined || declaration === undefined || isWithin(declaration, fn)) return;
      report(source, "foreignProof", { opener });
    };

    /** The obligation or the proof that an answer comes from: `must.signal()`, `proof`. */
    const sourceOf = (answer: TSESTree.Node): TSESTree.Identifier | undefined => {
      const node = bare(answer);
      if (node.type === AST_NODE_TYPES.Identifier) return kindOf(node) === "proof" ? node : undefined;
      if (node.type !== AST_NODE_TYPES.CallExpression || node.callee.type !== AST_NODE_TYPES.MemberExpression)
        return undefined;
      const callee = calleeOf(node, services);
      if (callee?.owner !== "MustBeSignalled" || callee.origin !== "signalbox") return undefined;
      const object = bare(node.callee.object);
      return object.type === AST_NODE_TYPES.Identifier ? object : undefined;
    };

    const variableOf = (name: TSESTree.Identifier): TSESLint.Scope.Variable | undefined =>
      sourceCode.getScope(name).references.find(({ identifier }) => identifier === name)?.resolved ?? undefined;

    const declare = (node: TSESTree.Node): void => {
      for (const variable of sourceCode.getDeclaredVariables(node)) lookAtVariable(variable);
    };

    return listenTogether(paths.listener, {
      FunctionDeclaration: declare,
      FunctionExpression: declare,
      ArrowFunctionExpression(fn) {
        declare(fn);
        if (fn.expression) checkProof(fn.body);
      },
      VariableDeclaration: declare,
      ReturnStatement({ argument }) {
        if (argument !== null) checkProof(argument);
      },
      "CallExpression:exit": spend,
      "VariableDeclarator:exit": spend,
      "Identifier:exit": spend,
    });
  },
});

/** Whether a variable is one that values are given to: a parameter or a variable, not a function's own name or a class's. */
function holdsValue({ defs }: TSESLint.Scope.Variable): boolean {
  return defs.every(({ node, name }) => !("id" in node && node.id === name && isFunction(node as TSESTree.Node)));
}

/** Whether the second use is in the `catch` of a `try` that has the first: there the first has failed. */
function isRetry(first: TSESTree.Node, second: TSESTree.Node): boolean {
  for (const at of ancestors(second)) {
    const attempt = at.type === AST_NODE_TYPES.CatchClause ? at.parent : undefined;
    if (attempt?.type === AST_NODE_TYPES.TryStatement && isWithin(first, attempt.block)) return true;
  }
  return false;
}
