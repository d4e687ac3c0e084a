/** From a job that hangs to its lane's next job, with a spare: when the thread has stopped, which is long before it is gone. */
import { describe, expect, test } from "vitest";
import { submit } from "signalbox";
import { openOn } from "../../../dist/devices/workers/open.js";
import { nodeThreads } from "../../../dist/platform/threads.node.js";
import type { Threads } from "../../../dist/platform/threads.js";
import { call, cells, open, pause, run, spareReady } from "./support.ts";

const hangsModule = new URL("./jobs/hangs.mjs", import.meta.url);
const entry = new URL("../../../dist/devices/workers/entry.node.js", import.meta.url);

/** Real threads whose ends are noted, and told when the test lets them. */
class Held implements Threads {
  readonly #real = nodeThreads(entry);
  readonly events: string[] = [];
  #let!: () => void;
  readonly #gate = new Promise<void>((resolve) => (this.#let = resolve));

  parallelism(): number {
    return 1;
  }

  canShareMemory(): boolean {
    return true;
  }

  spawn(name: string, listener: Parameters<Threads["spawn"]>[1]): ReturnType<Threads["spawn"]> {
    let state: "running" | "terminated" | "stopped" = "running";
    const stopped = (): void => {
      state = "stopped";
      this.events.push("stopped");
      listener.stopped();
    };
    const thread = this.#real.spawn(name, {
      message: (data) => listener.message(data),
      messageError: (error) => listener.messageError(error),
      stopped,
      exited: (code, error) => {
        // Node may be so quick that both are told at once, and the exit first.
        if (state === "terminated") listener.stopped();
        this.events.push("exited");
        void this.#gate.then(() => listener.exited(code, error));
      },
    });
    return {
      post: (message, transfer) => thread.post(message, transfer),
      hold: () => thread.hold(),
      letGo: () => thread.letGo(),
      terminate() {
        state = "terminated";
        thread.terminate();
      },
    };
  }

  /** From now on ends are told. */
  tell(): void {
    this.#let();
  }
}

/** Whether a promise is settled when the event loop has had some turns. */
async function settled(promise: Promise<unknown>): Promise<boolean> {
  let done = false;
  void promise.then(() => (done = true));
  await pause(20);
  return done;
}

describe("a lane with a spare", () => {
  test("nothing of the job that hung is done after its fence, nor beside the next job", async () => {
    const device = await open({ lanes: 1, spares: 1 });
    const queue = device.queue("q", { lane: 0 });
    const shared = cells(1);
    await run(queue.job({ module: hangsModule, export: "written", args: [shared, 0] }));
    for (let i = 0; i < 15; i++) {
      await spareReady(device);
      const before = Atomics.load(shared, 0);
      const hung = queue.job({ module: hangsModule, export: "write", args: [shared], timeout: 20 });
      const next = queue.job<number>({ module: hangsModule, export: "written", args: [shared, 5] });
      submit(hung, next);
      await expect(hung.wait()).rejects.toMatchObject({ code: "ETIME" });
      const after = Atomics.load(shared, 0);
      expect(after).toBeGreaterThan(before);
      await next.wait();
      expect([next.result, Atomics.load(shared, 0)]).toEqual([0, after]);
    }
    expect(device.lanes[0]!.restarts).toBe(15);
  });

  test("goes on when the thread has stopped; a restart and a close wait until it is gone", async () => {
    const threads = new Held();
    const device = await openOn(threads, { lanes: 1, spares: 3 });
    const queue = device.queue("q");
    await spareReady(device, 3);
    const hung = queue.job({ module: hangsModule, export: "loop", args: [cells(1), 0], timeout: 20 });
    submit(hung);
    await expect(hung.wait()).rejects.toMatchObject({ code: "ETIME" });
    expect(await run(call<number>(queue, "add", 1, 1))).toBe(2);
    const restart = device.lanes[0]!.restart();
    expect(await run(call<number>(queue, "add", 1, 2))).toBe(3);
    expect(device.lanes[0]!.restarts).toBe(2);
    const close = device.close();
    expect([await settled(restart), await settled(close), device.state]).toEqual([false, false, "closing"]);
    threads.tell();
    await Promise.all([restart, close]);
    expect(device.state).toBe("closed");
  });

  test("an idle thread that is ended may have stopped and be gone at once, and tells of nothing after that", async () => {
    const threads = new Held();
    threads.tell();
    const device = await openOn(threads, { lanes: 1 });
    for (let i = 0; i < 10; i++) await device.lanes[0]!.restart();
    const ends = threads.events.filter((event) => event === "exited");
    expect([ends.length, threads.events.at(-1)]).toEqual([10, "exited"]);
    expect(threads.events.join()).not.toContain("stopped,stopped");
    await device.close();
  });

  test("a thread that ends by itself is not told to have stopped before", async () => {
    const threads = new Held();
    threads.tell();
    const device = await openOn(threads, { lanes: 1 });
    const queue = device.queue("q");
    const ends = queue.job({ module: new URL("./jobs/ends.mjs", import.meta.url), export: "exit", args: [7] });
    submit(ends);
    await expect(ends.wait()).rejects.toMatchObject({ code: "EIO" });
    expect(threads.events).toEqual(["exited"]);
    await device.close();
  });
});
