/**
 * A deadlock that hardly any schedule hits, and that the validator tells of in every one of them.
 *
 * A pool of one buffer, and a table with an async lock. The uploader takes the buffer, and gives it back under the lock; a reader
 * takes the lock, and under it a buffer. They deadlock if the reader gets the lock in the one millisecond in which the buffer is out.
 */
import { afterAll, expect, it } from "vitest";
import { seededRandom } from "../../../src/platform/random.ts";
import { SimPlatform } from "../../../src/platform/simulated.ts";
import { declareLock, declarePool } from "../../../src/signalling/lockdep/declared.ts";
import { disableLockdep, enableLockdep } from "../../../src/signalling/lockdep/lockdep.ts";

const table = declareLock("table");
const buffers = declarePool("buffers", { refilledByFences: true });

/** Something that one has at a time, and others wait for. */
class Turnstile {
  #free = true;
  readonly #waiting: (() => void)[] = [];

  async take(): Promise<void> {
    if (!this.#free) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#free = false;
  }

  give(): void {
    this.#free = true;
    this.#waiting.shift()?.();
  }
}

/** Runs the program with the reader at that time; answers whether both came to an end, and the rules that were told of. */
async function run(readerAt: number): Promise<{ hung: boolean; rules: readonly string[] }> {
  const platform = new SimPlatform({ auto: false });
  const [lock, pool] = [new Turnstile(), new Turnstile()];
  let ended = 0;
  const sleep = (until: number): Promise<void> =>
    new Promise((resolve) => platform.setTimer(resolve, until - platform.now()));
  const locked = async (body: () => Promise<void> | void): Promise<void> => {
    table.wanted();
    await lock.take();
    table.taken();
    try {
      await body();
    } finally {
      table.released();
      lock.give();
    }
  };
  const taken = async (): Promise<void> => {
    buffers.taking();
    await pool.take();
  };
  const uploader = async (): Promise<void> => {
    await sleep(500);
    await taken();
    await sleep(501); // The device has it.
    await buffers.refilling(() => locked(() => pool.give()));
    ended++;
  };
  const reader = async (): Promise<void> => {
    await sleep(readerAt);
    await locked(async () => {
      await taken();
      pool.give();
    });
    ended++;
  };
  const lockdep = enableLockdep();
  void uploader();
  void reader();
  // Promises settle between the steps of the clock.
  for (let more = true; more; more = platform.step()) for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  const rules = lockdep.takeReports().map(({ rule }) => rule);
  disableLockdep();
  return { hung: ended < 2, rules };
}

afterAll(disableLockdep);

it("one schedule in a thousand hangs, and each is reported", async () => {
  disableLockdep();
  const random = seededRandom(11);
  let hung = 0;
  for (let schedule = 0; schedule < 2_000; schedule++) {
    const outcome = await run(1_000 * random());
    if (outcome.hung) hung++;
    expect(outcome.rules).toEqual(["lock-order"]);
  }
  expect(hung).toBeGreaterThan(0);
  expect(hung).toBeLessThan(6);
  expect((await run(500.5)).hung).toBe(true);
});
