/**
 * The subpath `signalbox/lockdep` in Node: follows what is held over every await, and is on from the start where
 * SIGNALBOX_LOCKDEP=1 says so; then each report is a warning of the process.
 */
import { nodeContextStore } from "../../platform/async-context.node.ts";
import { enableLockdep, useContextStore } from "./lockdep.ts";

export * from "./public.ts";

useContextStore(nodeContextStore);

if (process.env["SIGNALBOX_LOCKDEP"] === "1") {
  enableLockdep().onReport((report) => {
    process.emitWarning(String(report), { type: "SignalboxLockdep", code: report.rule });
  });
}
