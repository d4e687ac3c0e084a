/**
 * The subpath `signalbox/lockdep` in Node: follows what is held over every await, and is on from the start where the
 * environment says so.
 */
import { nodeContextStore } from "../../platform/async-context.node.ts";
import { turnOnAsAsked } from "./environment.node.ts";
import { useContextStore } from "./lockdep.ts";

export * from "./public.ts";

useContextStore(nodeContextStore);
turnOnAsAsked();
