/**
 * The adapter of the user-space operations: ioctls, poll, close, and threads that call them.
 *
 * Handles, descriptors, flags, bad pointers, errno and the order in which they are checked live here; what the objects do is
 * the library's. A step that could block is answered when it has its answer, and virtual time passes until it does.
 */
import type { Answer, Args } from "../format.ts";
import type { Machine } from "../replay.ts";
import { bufferOperations } from "./buffers.ts";
import { Call } from "./call.ts";
import type { Operations, Result } from "./call.ts";
import { descriptorOperations } from "./descriptors.ts";
import { answerTo } from "./errno.ts";
import { fenceFileOperations } from "./fence-files.ts";
import { delayIrqWork, runIrqWork } from "./irq-work.ts";
import { syncobjWaitOperations } from "./syncobj-wait.ts";
import { syncobjOperations } from "./syncobj.ts";
import { Thread, Threads } from "./threads.ts";
import { World } from "./world.ts";
import type { TimestampStyle } from "./world.ts";

/** How a sequence is to be answered. */
export interface UapiOptions {
  /** What `ts` of a sync file's fences says: "some" is "+" for every time, "distinct" numbers them. "some" if left out. */
  readonly timestamps?: TimestampStyle;
}

/** How long the recorder waits after each step while threads run, in ms. */
const BETWEEN_STEPS = 25;

const operations: Operations = {
  ...syncobjOperations,
  ...syncobjWaitOperations,
  ...fenceFileOperations,
  ...bufferOperations,
  ...descriptorOperations,
};

const threadOperations: ReadonlySet<string> = new Set(["async", "peek", "join", "kill"]);
const never = new AbortController().signal;

/** Answers the operations of one sequence. */
export class UapiMachine implements Machine {
  readonly #world: World;
  readonly #threads = new Threads();

  constructor(options: UapiOptions = {}) {
    runIrqWork(); // What another sequence has left.
    this.#world = new World(options.timestamps ?? "some");
  }

  handles(op: string): boolean {
    return Object.hasOwn(operations, op) || threadOperations.has(op);
  }

  step(op: string, args: Args, as?: string): Answer | Promise<Answer> {
    delayIrqWork();
    const answer = threadOperations.has(op) ? this.#threadStep(op, args) : this.#call(op, args, as, never);
    return answer instanceof Promise || this.#threads.any ? this.#settle(answer) : answer;
  }

  // The answer, and then everybody else's turn.
  async #settle(answer: Answer | Promise<Answer>): Promise<Answer> {
    const settled = answer instanceof Promise ? await this.#world.settle(answer) : answer;
    if (this.#threads.any) await this.#world.sleep(BETWEEN_STEPS);
    return settled;
  }

  #call(op: string, args: Args, as: string | undefined, interrupted: AbortSignal): Answer | Promise<Answer> {
    const operation = operations[op];
    if (operation === undefined) throw new Error(`There is no operation ${op}`);
    const answered = ({ ret = 0, out = {}, made }: Result): Answer => {
      if (as !== undefined && made !== undefined) this.#world.bind(as, made);
      return { ret, out };
    };
    try {
      const result = operation(new Call(this.#world, args, as, interrupted));
      return result instanceof Promise ? result.then(answered, answerTo) : answered(result);
    } catch (error) {
      return answerTo(error);
    }
  }

  async #threadStep(op: string, args: Args): Promise<Answer> {
    const name = String(args["n"]);
    if (op === "async") {
      const run = async (interrupted: AbortSignal): Promise<Answer> =>
        this.#call(String(args["run"]), args, undefined, interrupted);
      this.#threads.add(name, new Thread(run));
      await this.#world.quiet();
    }
    const thread = this.#threads.get(name);
    if (op === "async" || op === "peek") return { ret: 0, out: { blocked: !thread.ended } };
    if (op === "kill") thread.kill();
    this.#threads.remove(name);
    return thread.answer;
  }
}
