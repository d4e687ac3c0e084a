/**
 * The validator in Node, loaded only where SIGNALBOX_LOCKDEP asks for it; to be imported last by what a program imports.
 *
 * It must be on before the program's own code runs, and `import()` would be done too late; an await here would keep CommonJS
 * programs from loading the package. So it is loaded by `require`, which since Node 20.19 takes such modules. See
 * docs/decisions/014-the-environment-turns-the-validator-on.md.
 */
import { hooks } from "../../hooks.ts";

if ((process.env["SIGNALBOX_LOCKDEP"] ?? "") !== "" && hooks.lockdep === null) load();

function load(): void {
  try {
    process.getBuiltinModule("node:module").createRequire(import.meta.url)("./index.node.js");
  } catch {
    // The program is just loading `signalbox/lockdep` itself, and will have it as soon; or this is a bundle, which has it as a
    // part of itself. If it has not, the program ends by that: it is not to pass for checked.
    void import("./index.node.ts");
  }
}
