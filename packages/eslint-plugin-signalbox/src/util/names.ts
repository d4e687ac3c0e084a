/**
 * The names of Signalbox that the rules know, in one place: what opens a section, what waits, what must be discharged.
 *
 * Each is the name that Signalbox declares; util/callee.ts and util/types.ts see to it that it is Signalbox's.
 */

/** The functions and methods that run a callback as a section, and which argument it is. */
export const sectionOpeners: ReadonlyMap<string, number> = new Map([
  ["signallingSection", 0],
  ["deliver", 0],
  ["submission", 0],
  ["publish", 1],
  ["openDriverFence", 1],
  ["transferTo", 1],
  ["promise", 1],
]);

/** Those of them that are methods, and so ordinary words elsewhere in Signalbox: of the obligation only. */
export const obligationMethods: ReadonlySet<string> = new Set(["signal", "fail", "transferTo", "promise"]);

/** The interfaces whose methods the core calls inside a section, and which methods. */
export const sectionMembers: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ["Driver", new Set(["run", "cancel", "dependencyFailed"])],
  ["FenceOps", new Set(["poll", "enableSignalling", "setDeadline"])],
  // What a registration posts to, where the program wrote that itself.
  ["PostTarget", new Set(["postMessage"])],
]);

/** The types of a section's own values: what is valid only in it. */
export const sectionValues: ReadonlyMap<string, "obligation" | "token" | "proof"> = new Map([
  ["MustBeSignalled", "obligation"],
  ["Submission", "token"],
  ["WillBeSignalled", "proof"],
]);

/** The calls that wait for fences, whatever has the method: a fence, a job, a sync object, a reservation, a completion. */
export const waits: ReadonlySet<string> = new Set(["wait", "waitAll", "waitAny", "submitted"]);

/** The methods that wait for something else than a fence, or say that somebody is about to: a queue's jobs, a worker's work. */
export const otherWaits: ReadonlySet<string> = new Set(["drain", "waiting"]);

/** The calls that take an asynchronous lock. */
export const locks: ReadonlySet<string> = new Set(["withReservations", "withReservationLoop", "lock"]);

/**
 * What a program says of its own locks and pools to the validator (`declareLock`, `declarePool`), where that means that it may
 * wait. To have taken a lock (`taken()` alone) means that it was free.
 */
export const declaredWaits: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ["LockClass", new Set(["wanted"])],
  ["PoolClass", new Set(["taking", "refilling"])],
]);

/** The calls that submit: each is a section of its own, and no section has one inside. */
export const submits: ReadonlySet<string> = new Set(["submit", "submitWith", "submission"]);

/** Calls that run their callback later, when the section is over. */
export const runsLater: ReadonlySet<string> = new Set([
  "setTimeout",
  "setInterval",
  "setImmediate",
  "queueMicrotask",
  "nextTick",
  "requestAnimationFrame",
  "requestIdleCallback",
  "then",
  "catch",
  "finally",
  "addEventListener",
  "addListener",
  "prependListener",
  "prependOnceListener",
  "on",
  "once",
  "WorkItem",
  "FinalizationRegistry",
  // of Signalbox: its platform's timers, and what waits first
  "setTimer",
  "microtask",
  "macrotask",
]);

/** Methods of the library that call their callback before they return. */
export const runsNow: ReadonlySet<string> = new Set([
  "forEach",
  "map",
  "filter",
  "some",
  "every",
  "find",
  "findIndex",
  "findLast",
  "findLastIndex",
  "flatMap",
  "reduce",
  "reduceRight",
  "sort",
  "toSorted",
  "from",
  "groupBy",
  "replace",
  "replaceAll",
]);

/** What of the library keeps what it is given. */
export const keeps: ReadonlySet<string> = new Set([
  "push",
  "unshift",
  "splice",
  "fill",
  "with",
  "add",
  "set",
  "concat",
  "resolve",
  "reject",
  "postMessage",
  "structuredClone",
  "setTimeout",
  "setInterval",
  "setImmediate",
  "WeakRef",
  "Set",
  "WeakSet",
  "Map",
  "WeakMap",
]);
