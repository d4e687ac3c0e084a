/**
 * The subpath `signalbox/lockdep` in browsers: what is held is followed through synchronous code, and through holds and
 * tasks where a program says more.
 */
export * from "./public.ts";
