/** As waits.mjs, and loads the validator itself, at the same time as the package. */
await Promise.all([import("signalbox/shared"), import("signalbox/lockdep"), import("signalbox")]);
await import("./waits.mjs");
