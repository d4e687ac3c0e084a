/**
 * Finds out which line of defence stops each defect: compiles all programs, lints those that compile, and runs those that pass.
 *
 * - tsc: the compiler has an error.
 * - lint: a rule of eslint-plugin-signalbox's recommended config has one.
 * - core: the program runs, and the call that is wrong throws, the fence fails with what is wrong, or no harm is done, which the
 *   program looks for itself.
 * - validator: the program runs, and the validator reports.
 * - explorer: the program is a scenario that goes well in its plainest order, and breaks a promise in another.
 * - none: it does its harm, or hangs, and nothing is said. Only of a defect that is known to pass: of others that is a mistake here.
 */
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Linter } from "eslint";
import signalbox from "eslint-plugin-signalbox";
import ts from "typescript";
import tseslint from "typescript-eslint";
import type { Defect, Line } from "./defect.ts";
import { moduleOf } from "./prelude.ts";

/** What stops a defect, and what it says. */
export interface Stopped {
  readonly defect: Defect;
  readonly line: Line;
  /** An error code, a rule's name; empty where nothing was said. */
  readonly by: string;
  /** What was said; else what the program saw instead of harm, or its harm. */
  readonly says: string;
}

/** What the runner prints of one program. */
interface Outcome {
  readonly ended: "returned" | "threw" | "hung";
  readonly error?: string;
  readonly code?: string;
  /** What it returned. */
  readonly saw?: Readonly<Record<string, unknown>>;
  readonly reports: readonly { readonly rule: string; readonly message: string }[];
  readonly uncaught: readonly string[];
  /** What exploration found: a promise's number, and what was seen. */
  readonly found?: { readonly promise: number; readonly sentence: string };
}

const here = fileURLToPath(new URL("./", import.meta.url));
const home = fileURLToPath(new URL("../../../../", import.meta.url));

/** Finds out about all of them, in their order. The package must be built. */
export function stoppedBy(defects: readonly Defect[]): readonly Stopped[] {
  // Inside the workspace, where packages are found by their names.
  mkdirSync(join(home, "temp"), { recursive: true });
  const folder = mkdtempSync(join(home, "temp", "defects-"));
  try {
    const files = defects.map((_, index) => join(folder, `defect-${index}.ts`));
    defects.forEach((defect, index) => writeFileSync(files[index]!, moduleOf(defect)));
    copyFileSync(join(here, "helpers.mjs"), join(folder, "helpers.js"));
    const program = ts.createProgram(files, options);
    const found = defects.map(
      (defect, index) => compiled(program, defect, files[index]!) ?? linted(program, defect, files[index]!),
    );
    const left = defects.flatMap((defect, index) =>
      found[index] === undefined ? [{ defect, file: files[index]! }] : [],
    );
    const ran = run(left.map(({ file }) => emitted(program, file)));
    const judged = left.map(({ defect }, index) => judge(defect, ran[index]!));
    return found.map((each) => each ?? judged.shift()!);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const options: ts.CompilerOptions = {
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  noImplicitReturns: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  lib: ["lib.es2022.d.ts", "lib.dom.d.ts", "lib.esnext.disposable.d.ts"],
  types: [],
  allowJs: true,
  skipLibCheck: true,
  inlineSourceMap: false,
};

function compiled(program: ts.Program, defect: Defect, file: string): Stopped | undefined {
  const source = program.getSourceFile(file);
  const [first] = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
  if (first === undefined) return undefined;
  const says = ts.flattenDiagnosticMessageText(first.messageText, "\n").split("\n")[0] ?? "";
  return { defect, line: "tsc", by: `TS${first.code}`, says };
}

function linted(program: ts.Program, defect: Defect, file: string): Stopped | undefined {
  const { plugins, rules } = signalbox.configs.recommended;
  const config: Linter.Config = {
    files: ["**/*.ts"],
    languageOptions: { parser: tseslint.parser, parserOptions: { programs: [program] } },
    ...(plugins === undefined ? {} : { plugins }),
    ...(rules === undefined ? {} : { rules }),
  };
  const text = program.getSourceFile(file)?.text ?? "";
  const messages = new Linter({ cwd: home }).verify(text, [config], { filename: file });
  const broken = messages.find(({ fatal }) => fatal === true);
  if (broken !== undefined) throw new Error(`${defect.id} can't be linted: ${broken.message}`);
  const [first] = messages;
  return first === undefined ? undefined : { defect, line: "lint", by: first.ruleId ?? "", says: first.message };
}

function emitted(program: ts.Program, file: string): string {
  program.emit(program.getSourceFile(file));
  return file.replace(/\.ts$/, ".js");
}

function run(modules: readonly string[]): readonly Outcome[] {
  const runner = ["--expose-gc", join(here, "runner.mjs"), ...modules];
  // Each program has a validator of its own there: none is to be on between them, when what they left behind is collected.
  const { SIGNALBOX_LOCKDEP: _, SIGNALBOX_LOCKDEP_LOG: __, ...env } = process.env;
  const { stdout, stderr, status } = spawnSync(process.execPath, runner, { cwd: home, encoding: "utf8", env });
  if (status !== 0) throw new Error(`The programs could not be run: ${stderr}`);
  return JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "") as Outcome[];
}

function judge(defect: Defect, { ended, error = "", code = "", reports, uncaught, found, saw }: Outcome): Stopped {
  if (found !== undefined) {
    const by = found.promise === 0 ? "check" : `promise ${found.promise}`;
    return { defect, line: "explorer", by, says: found.sentence };
  }
  const harm = ended === "threw" && code === "Error";
  if (harm && defect.passes === undefined) throw new Error(`${defect.id} did harm, or is no program: ${error}`);
  if (ended === "threw" && !harm && code !== "ECANCELED") return { defect, line: "core", by: code, says: error };
  const [report] = reports;
  if (report !== undefined) return { defect, line: "validator", by: report.rule, says: report.message };
  if (ended === "threw" && !harm) return { defect, line: "core", by: code, says: error };
  if (uncaught[0] !== undefined) return { defect, line: "core", by: "uncaught", says: uncaught[0] };
  if (defect.harmless !== undefined && ended === "returned") {
    if (saw === undefined) throw new Error(`${defect.id} did no harm, and doesn't say what it saw instead`);
    return { defect, line: "core", by: "", says: `no harm: ${seen(saw)}` };
  }
  if (defect.passes !== undefined && ended === "returned") throw new Error(`${defect.id} is to do harm, and did none`);
  return { defect, line: "none", by: "", says: harm ? error : ended === "hung" ? "it hangs" : "nothing is said" };
}

function seen(saw: Readonly<Record<string, unknown>>): string {
  return Object.entries(saw)
    .map(([name, value]) => `${name} ${JSON.stringify(value)}`)
    .join(", ");
}
