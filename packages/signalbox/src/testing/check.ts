/** How the checks of this folder fail: with an ordinary Error, so that any test runner shows it. */

/** Throws an Error with this sentence unless the condition holds. */
export function check(condition: boolean, sentence: string): asserts condition {
  if (!condition) throw new Error(sentence);
}

/** Awaits what must reject, and answers what it rejected with. */
export async function rejection(promise: Promise<unknown>, what: string): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error(`${what} did not reject`);
}

/** Calls what must throw, and answers what it threw. */
export function thrown(body: () => unknown, what: string): unknown {
  try {
    body();
  } catch (error) {
    return error;
  }
  throw new Error(`${what} did not throw`);
}
