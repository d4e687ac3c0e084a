/** Where the module is that worker threads load: a file of the built package (see thread-jobs.ts). */
export const THREAD_JOBS: URL = new URL("./thread-jobs.js", import.meta.url);
