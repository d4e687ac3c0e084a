/** A thread's program that is the real one, unless the environment says that it is to end at once. */
if (process.env["SIGNALBOX_TEST_DIE"] === "1") process.exit(9);
await import("../../../../dist/devices/workers/entry.node.js");
