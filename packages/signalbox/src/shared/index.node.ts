/**
 * The subpath `signalbox/shared` in Node: a thread that has nothing else of the package gets the validator by this, where
 * SIGNALBOX_LOCKDEP asks for it.
 */
export * from "./index.ts";
// Last: what the validator is built on has been loaded by then.
import "../signalling/lockdep/from-environment.node.ts";
