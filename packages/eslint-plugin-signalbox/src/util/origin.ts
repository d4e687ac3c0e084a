/**
 * Where a declaration comes from: the package, whatever it was renamed to or re-exported through on the way here.
 *
 * A name alone proves nothing (any program may have a `Fence`), and neither does an import (which may lead through a
 * program's own module). What proves it is the file that declares: the nearest package.json above it says whose it is; or
 * the ambient `declare module "signalbox"` around it.
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ParserServicesWithTypeInformation } from "@typescript-eslint/utils";
import * as ts from "typescript";

/** Whose a declaration is: a package's name, the compiler's own library, or `undefined` for a file that no package has. */
export type Origin = string | typeof LIBRARY | undefined;

/** The compiler's own library: Array, Promise, Atomics. */
export const LIBRARY: unique symbol = Symbol("library");

const names = new Map<string, string | undefined>();

/** The package that declares. */
export function originOf(declaration: ts.Declaration, services: ParserServicesWithTypeInformation): Origin {
  if (isAmbientSignalbox(declaration)) return "signalbox";
  const file = declaration.getSourceFile();
  if (services.program.isSourceFileDefaultLibrary(file)) return LIBRARY;
  return packageOfFolder(dirname(file.fileName));
}

/** Whether a declaration is Signalbox's, of whichever of its subpaths. */
export function isSignalbox(declaration: ts.Declaration, services: ParserServicesWithTypeInformation): boolean {
  return originOf(declaration, services) === "signalbox";
}

function isAmbientSignalbox(node: ts.Node): boolean {
  for (let at = node; !ts.isSourceFile(at); at = at.parent) {
    if (ts.isModuleDeclaration(at) && ts.isStringLiteral(at.name)) return /^signalbox(?:\/|$)/.test(at.name.text);
  }
  return false;
}

/** The name in the nearest package.json that has one. Remembered: an editor keeps the rules loaded for days, and packages don't move. */
function packageOfFolder(folder: string): string | undefined {
  if (names.has(folder)) return names.get(folder);
  const name =
    nameIn(join(folder, "package.json")) ?? (dirname(folder) === folder ? undefined : packageOfFolder(dirname(folder)));
  names.set(folder, name);
  return name;
}

function nameIn(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  const manifest: unknown = JSON.parse(readFileSync(path, "utf8"));
  if (typeof manifest !== "object" || manifest === null || !("name" in manifest)) return undefined;
  return typeof manifest.name === "string" ? manifest.name : undefined;
}
