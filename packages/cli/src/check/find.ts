/** Which scenarios are meant: those that come with the package, by name, and those that a file exports. */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { scenarios as known } from "signalbox/sim";
import type { Scenario } from "signalbox/sim";
import { InputError, UsageError } from "../command.ts";

/** A scenario, and where it was found. */
export interface Found {
  readonly scenario: Scenario;
  /** The file that exports it, as it was named; undefined for one that comes with the package. */
  readonly file: string | undefined;
}

/** All that come with the package where nothing is named. Throws UsageError for a name that there isn't, InputError for a file without any. */
export async function findScenarios(names: readonly string[]): Promise<readonly Found[]> {
  if (names.length === 0) return known.map((scenario) => ({ scenario, file: undefined }));
  const found: Found[] = [];
  for (const name of names) {
    if (isFile(name)) found.push(...(await exportedBy(name)).map((scenario) => ({ scenario, file: name })));
    else found.push({ scenario: named(name), file: undefined });
  }
  return found;
}

function named(name: string): Scenario {
  const scenario = known.find((each) => each.name === name);
  if (scenario !== undefined) return scenario;
  throw new UsageError(
    `there is no scenario "${name}" (there is: ${known.map((each) => each.name).join(", ")}; or a file)`,
  );
}

function isFile(name: string): boolean {
  return /[/\\]|\.[cm]?[jt]s$/.test(name);
}

async function exportedBy(file: string): Promise<readonly Scenario[]> {
  let module: Record<string, unknown>;
  try {
    module = (await import(pathToFileURL(resolve(file)).href)) as Record<string, unknown>;
  } catch (error) {
    throw new InputError(`${file} can't be loaded (${error instanceof Error ? error.message : String(error)})`, {
      cause: error,
    });
  }
  const found = Object.values(module).flat().filter(isScenario);
  if (found.length === 0) throw new InputError(`${file} exports no scenario`);
  return found;
}

function isScenario(value: unknown): value is Scenario {
  if (typeof value !== "object" || value === null) return false;
  const { name, size, faults, build } = value as Partial<Record<keyof Scenario, unknown>>;
  return typeof name === "string" && typeof size === "object" && Array.isArray(faults) && typeof build === "function";
}
