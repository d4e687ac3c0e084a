/** A bound on waits that must end: promise 1 says that they do, and a run that hangs says nothing. */

/** Resolves with what the work resolves with; rejects with an Error that says what was waited for, when it takes longer than this (ms). */
export async function within<T>(limit: number, what: string | (() => string), work: PromiseLike<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const name = typeof what === "string" ? what : what();
      reject(new Error(`Promise 1: ${name} did not come to its end within ${limit / 1000} s`));
    }, limit);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
