/**
 * The subpath `signalbox` in Node: the core, and the validator where SIGNALBOX_LOCKDEP asks for it.
 */
export * from "./index.ts";
// Last: what the validator is built on has been loaded by then.
import "./signalling/lockdep/from-environment.node.ts";
