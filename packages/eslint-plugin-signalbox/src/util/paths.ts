/**
 * Code paths: which marks lie on which way through a function, by ESLint's code path analysis, less the ways that the types rule
 * out (endings.ts): that analysis knows no types.
 *
 * A rule sets marks as ESLint walks the file; when a function ends, it is given the function's flow and asks it, from a
 * mark on, what lies on the ways ahead.
 */
import { AST_NODE_TYPES } from "@typescript-eslint/utils";
import type { TSESLint, TSESTree } from "@typescript-eslint/utils";
import { catcherOf, isExhausted, neverAnswers } from "./endings.ts";
import type { Catcher } from "./endings.ts";
import { listenTogether } from "./listeners.ts";
import type { Place } from "./place.ts";

type Segment = TSESLint.CodePathSegment;

/** The ways through one function (or through the top of the file), with the marks on them. */
export interface Flow<Mark> {
  /** The function, or the program. */
  readonly node: TSESTree.Node;
  readonly marks: readonly Mark[];
  /**
   * Goes every way from a mark (from the function's start, if left out), and shows each mark ahead to `visit` until it
   * answers "stop". Answers whether some way reaches an end of the function: of both kinds, or only those that return.
   */
  ahead(from: Mark | undefined, visit: (mark: Mark) => "stop" | "on", ends: "all" | "returns"): boolean;
}

interface Frame<Mark> {
  readonly node: TSESTree.Node;
  readonly path: TSESLint.CodePath;
  /** The segments that are being walked: more than one in a `finally`. */
  readonly current: Set<Segment>;
  readonly placed: Map<Segment, Mark[]>;
  readonly marks: Mark[];
  /** Where the last case of each switch is told from what comes behind the switch. */
  readonly tests: Map<TSESTree.SwitchStatement, readonly Segment[]>;
  /** Steps from one segment to another that no value takes. */
  readonly cut: Map<Segment, Set<Segment>>;
  /** Segments that end in a call that never answers, behind so many marks. */
  readonly dead: Map<Segment, { readonly at: number; readonly catcher: Catcher | undefined }>;
  /** Where each `catch` begins, and each `finally` for what is thrown. */
  readonly catches: Map<TSESTree.Node, readonly Segment[]>;
}

/** Keeps the marks of each function that is being walked. */
export class Paths<Mark> {
  readonly listener: TSESLint.RuleListener;
  readonly #frames: Frame<Mark>[] = [];

  constructor(at: Place, ended: (flow: Flow<Mark>) => void) {
    const enter = (segment: Segment): void => {
      this.#frames.at(-1)?.current.add(segment);
    };
    const leave = (segment: Segment): void => {
      this.#frames.at(-1)?.current.delete(segment);
    };
    // The types of rule listeners have no code paths; ESLint calls these by their names all the same.
    const byEslint = {
      onCodePathStart: (path: TSESLint.CodePath, node: TSESTree.Node) => {
        const ways = { tests: new Map(), cut: new Map(), dead: new Map(), catches: new Map() };
        this.#frames.push({ node, path, current: new Set(), placed: new Map(), marks: [], ...ways });
      },
      onCodePathEnd: () => {
        const frame = this.#frames.pop();
        if (frame !== undefined) ended(flowOf(frame));
      },
      onCodePathSegmentStart: enter,
      onCodePathSegmentEnd: leave,
      onUnreachableCodePathSegmentStart: enter,
      onUnreachableCodePathSegmentEnd: leave,
    } as unknown as TSESLint.RuleListener;
    this.listener = listenTogether(byEslint, this.#byTypes(at));
  }

  #byTypes(at: Place): TSESLint.RuleListener {
    return {
      "SwitchCase > .test:exit": ({ parent }: TSESTree.Node) => {
        const frame = this.#frames.at(-1);
        if (frame === undefined || parent?.type !== AST_NODE_TYPES.SwitchCase) return;
        // An empty last case leads behind the switch as well.
        const isLast = parent.parent.cases.at(-1) === parent && parent.consequent.length > 0;
        if (isLast) frame.tests.set(parent.parent, [...frame.current]);
      },
      "SwitchStatement:exit": (node: TSESTree.SwitchStatement) => {
        const frame = this.#frames.at(-1);
        const tests = frame?.tests.get(node);
        if (frame === undefined || tests === undefined || !isExhausted(node, at)) return;
        for (const test of tests) frame.cut.set(test, new Set(frame.current));
      },
      CatchClause: (node: TSESTree.CatchClause) => {
        const frame = this.#frames.at(-1);
        frame?.catches.set(node, [...frame.current]);
      },
      "TryStatement > .finalizer": (node: TSESTree.BlockStatement) => {
        const frame = this.#frames.at(-1);
        // ESLint walks a `finally` twice at once: for what comes to it in order, and for what was thrown.
        frame?.catches.set(node, [...frame.current].slice(frame.current.size >> 1));
      },
      "CallExpression:exit": (node: TSESTree.CallExpression) => {
        const frame = this.#frames.at(-1);
        if (frame === undefined || !neverAnswers(node, at)) return;
        for (const segment of frame.current) {
          const dies = { at: frame.placed.get(segment)?.length ?? 0, catcher: catcherOf(node) };
          if (!frame.dead.has(segment)) frame.dead.set(segment, dies);
        }
      },
    };
  }

  /** Sets a mark where the walk is now: in the function `home`, or where the function that is being walked stands in it. */
  mark(home: TSESTree.Node, mark: Mark): void {
    place(
      this.#frames.find(({ node }) => node === home),
      mark,
    );
  }

  /** Sets a mark where the walk is now, in whatever is being walked: a function, the file, a field's initialiser. */
  markHere(mark: Mark): void {
    place(this.#frames.at(-1), mark);
  }
}

function place<Mark>(frame: Frame<Mark> | undefined, mark: Mark): void {
  if (frame === undefined) return;
  frame.marks.push(mark);
  for (const segment of frame.current) {
    const placed = frame.placed.get(segment);
    if (placed === undefined) frame.placed.set(segment, [mark]);
    else placed.push(mark);
  }
}

function flowOf<Mark>(frame: Frame<Mark>): Flow<Mark> {
  const { node, path, placed, marks } = frame;
  return {
    node,
    marks,
    ahead(from, visit, ends) {
      const final = new Set(ends === "all" ? path.finalSegments : path.returnedSegments);
      const seen = new Set<Segment>();
      const seenLeaving = new Set<Segment>();
      const left: Step[] = [];
      let reached = false;
      if (from === undefined) left.push({ segment: path.initialSegment, start: 0, leaving: false });
      for (const [segment, here] of placed) {
        const at = from === undefined ? -1 : here.indexOf(from);
        if (at >= 0 && segment.reachable) left.push({ segment, start: at + 1, leaving: false });
      }
      for (let next = left.pop(); next !== undefined; next = left.pop()) {
        const { segment, start, leaving } = next;
        const dead = frame.dead.get(segment);
        const here = (placed.get(segment) ?? []).slice(start, dead?.at);
        if (here.some((mark) => visit(mark) === "stop")) continue;
        reached ||= dead === undefined && !leaving && final.has(segment) && segment.reachable;
        // A loop leads back to the segment of `from`, to be seen from its beginning.
        for (const follower of followersOf(next, frame)) {
          const before = follower.leaving ? seenLeaving : seen;
          if (!before.has(follower.segment)) left.push(follower);
          before.add(follower.segment);
        }
      }
      return reached;
    },
  };
}

/** A segment on a way. */
interface Step {
  readonly segment: Segment;
  /** How many of the segment's marks come before. */
  readonly start: number;
  /** Whether a call that never answers is behind, so that the way's end is no way out that the program takes. */
  readonly leaving: boolean;
}

function followersOf<Mark>({ segment, leaving }: Step, { cut, dead, catches }: Frame<Mark>): readonly Step[] {
  const dies = dead.get(segment);
  if (dies === undefined) {
    const never = cut.get(segment);
    return segment.nextSegments
      .filter((next) => never?.has(next) !== true)
      .map((next) => ({ segment: next, start: 0, leaving }));
  }
  const { catcher } = dies;
  const caught = catcher === undefined ? [] : (catches.get(catcher.node) ?? []);
  return caught.map((next) => ({ segment: next, start: 0, leaving: leaving || catcher?.leaves === true }));
}
