/**
 * Code paths: which marks lie on which way through a function, by ESLint's code path analysis.
 *
 * A rule sets marks as ESLint walks the file; when a function ends, it is given the function's flow and asks it, from a
 * mark on, what lies on the ways ahead.
 */
import type { TSESLint, TSESTree } from "@typescript-eslint/utils";

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
}

/** Keeps the marks of each function that is being walked. */
export class Paths<Mark> {
  readonly listener: TSESLint.RuleListener;
  readonly #frames: Frame<Mark>[] = [];

  constructor(ended: (flow: Flow<Mark>) => void) {
    const enter = (segment: Segment): void => {
      this.#frames.at(-1)?.current.add(segment);
    };
    const leave = (segment: Segment): void => {
      this.#frames.at(-1)?.current.delete(segment);
    };
    // The types of rule listeners have no code paths; ESLint calls these by their names all the same.
    this.listener = {
      onCodePathStart: (path: TSESLint.CodePath, node: TSESTree.Node) => {
        this.#frames.push({ node, path, current: new Set(), placed: new Map(), marks: [] });
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

function flowOf<Mark>({ node, path, placed, marks }: Frame<Mark>): Flow<Mark> {
  return {
    node,
    marks,
    ahead(from, visit, ends) {
      const final = new Set(ends === "all" ? path.finalSegments : path.returnedSegments);
      const seen = new Set<Segment>();
      const left: (readonly [segment: Segment, start: number])[] = [];
      let reached = false;
      if (from === undefined) left.push([path.initialSegment, 0]);
      for (const [segment, here] of placed) {
        const at = from === undefined ? -1 : here.indexOf(from);
        if (at >= 0 && segment.reachable) left.push([segment, at + 1]);
      }
      for (let next = left.pop(); next !== undefined; next = left.pop()) {
        const [segment, start] = next;
        const here = placed.get(segment) ?? [];
        if (here.slice(start).some((mark) => visit(mark) === "stop")) continue;
        reached ||= final.has(segment) && segment.reachable;
        // A loop leads back to the segment of `from`, to be seen from its beginning.
        for (const follower of segment.nextSegments) {
          if (!seen.has(follower)) left.push([follower, 0]);
          seen.add(follower);
        }
      }
      return reached;
    },
  };
}
