/**
 * The subpath `signalbox/lockdep`, as far as it is the same on every platform.
 */
export { LockClass, PoolClass, WorkerClass, declareLock, declarePool, declareWorker } from "./declared.ts";
export type { Before, LockClassOptions, LockHold, PoolClassOptions, WorkerClassOptions } from "./declared.ts";
export { Lockdep, disableLockdep, enableLockdep } from "./lockdep.ts";
export type { LockdepOptions } from "./lockdep.ts";
export { Report } from "./report.ts";
export type { Chain, ReportContext, Step } from "./report.ts";
export type { RuleId } from "./rules.ts";
export type { ContextKind } from "../../hooks.ts";
