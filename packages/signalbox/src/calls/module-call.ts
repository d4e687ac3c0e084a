/**
 * A call of an export of a module, as a program writes it down, and the checks that it goes through.
 *
 * `what` is how the one who checks begins its messages: "A worker job's", say.
 */
import { SignalboxError } from "../errors.ts";

/** What is called, and with what. Devices have types of their own for it, which say what they do with it. */
export interface ModuleCall {
  readonly module: string | URL;
  readonly export?: string;
  readonly args?: readonly unknown[] | (() => readonly unknown[]);
}

/** Throws SignalboxError EINVAL unless the call can be made. */
export function checkModuleCall(what: string, call: ModuleCall): void {
  checkModule(what, call.module);
  if (call.export !== undefined && (typeof call.export !== "string" || call.export === "")) {
    invalid(what, `"export" is the name of an export (got ${show(call.export)})`);
  }
  checkList(what, "args", call.args);
}

/** The arguments of a call that is about to be made. Throws what the program's function throws. */
export function argsOfCall(what: string, call: ModuleCall): readonly unknown[] {
  if (typeof call.args !== "function") return call.args ?? [];
  const args: unknown = call.args();
  checkAnswer(what, "args", args);
  return args;
}

/** Throws unless `value` is left out, an array, or a function that may answer one. */
export function checkList(what: string, name: string, value: unknown): void {
  if (value === undefined || typeof value === "function" || Array.isArray(value)) return;
  invalid(what, `"${name}" is an array or a function that answers one (got ${show(value)})`);
}

/** Throws unless what a function answered is an array. */
export function checkAnswer(what: string, name: string, value: unknown): asserts value is readonly unknown[] {
  if (!Array.isArray(value)) invalid(what, `the function "${name}" answered ${show(value)} instead of an array`);
}

function checkModule(what: string, module: unknown): void {
  if (module instanceof URL) return;
  if (typeof module !== "string")
    invalid(what, `"module" is a URL or an absolute URL as a string (got ${show(module)})`);
  // A one-letter scheme is the drive of a Windows path.
  if (/^[a-z][a-z\d+.-]+:/i.test(module) && URL.canParse(module)) return;
  const path = /^([a-z]:|\/|\\)/i.test(module);
  const relative = /^\.{0,2}\//.test(module) && !path;
  const instead = path
    ? `pathToFileURL(${JSON.stringify(module)}) in Node, new URL(${JSON.stringify(module)}, location.href) in a page`
    : relative
      ? `new URL(${JSON.stringify(module)}, import.meta.url)`
      : `import.meta.resolve(${JSON.stringify(module)})`;
  invalid(what, `"module" ${JSON.stringify(module)} is not an absolute URL; ${instead} makes one`);
}

function invalid(what: string, why: string): never {
  throw new SignalboxError("EINVAL", `${what} ${why}`);
}

function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  return typeof value === "object" && value !== null ? "an object" : String(value);
}
