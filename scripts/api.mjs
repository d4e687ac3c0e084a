/**
 * The public API as files that are committed, so that a change of it is seen in review: packages/signalbox/api/*.api.md.
 *
 *     node scripts/api.mjs [--update]
 *
 * One report for each entry point of the package's `exports` (two where browsers get another one), made from the built
 * declarations. Without --update it fails where a report and the code differ.
 */
import { mkdirSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { CompilerState, Extractor, ExtractorConfig, ExtractorLogLevel } from "@microsoft/api-extractor";
import { root } from "./tool.mjs";

const update = process.argv.includes("--update");
const folder = join(root, "packages/signalbox");
const reports = join(folder, "api");

/** The entry points as [name, declaration file]. @returns {[string, string][]} */
function entryPoints() {
  const manifest = /** @type {{ exports: Record<string, unknown> }} */ (
    JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))
  );
  return Object.entries(manifest.exports).flatMap(([subpath, target]) => {
    if (typeof target !== "object" || target === null) return [];
    const name = subpath === "." ? "signalbox" : subpath.slice("./".length);
    const { types, browser } = /** @type {{ types: string, browser?: { types: string } }} */ (target);
    /** @type {[string, string][]} */
    const found = [[name, types]];
    if (browser) found.push([`${name}.browser`, browser.types]);
    return found;
  });
}

/** @param {string} name @param {string} declarations */
function configOf(name, declarations) {
  const quiet = { logLevel: ExtractorLogLevel.None };
  return ExtractorConfig.prepare({
    packageJsonFullPath: join(folder, "package.json"),
    configObjectFullPath: undefined,
    configObject: {
      projectFolder: folder,
      mainEntryPointFilePath: join(folder, declarations),
      compiler: { tsconfigFilePath: join(folder, "tsconfig.json"), skipLibCheck: true },
      newlineKind: "lf",
      apiReport: {
        enabled: true,
        reportFileName: `${name}.api.md`,
        reportFolder: reports,
        reportTempFolder: join(root, "temp/api"),
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } },
        // Only what is public is marked here: what is not is `@internal`, and stripped from the declarations.
        extractorMessageReporting: {
          default: { logLevel: ExtractorLogLevel.Warning, addToApiReportFile: true },
          "ae-missing-release-tag": quiet,
          "ae-unresolved-link": quiet,
          // A subpath may name what another subpath exports.
          ...(name === "signalbox" ? {} : { "ae-forgotten-export": quiet }),
        },
        tsdocMessageReporting: { default: quiet },
      },
    },
  });
}

mkdirSync(reports, { recursive: true });
mkdirSync(join(root, "temp/api"), { recursive: true });
const points = entryPoints().map(([name, declarations]) => ({ name, config: configOf(name, declarations) }));
const [first] = points;
if (first === undefined) throw new Error("packages/signalbox/package.json exports nothing");
// One compilation for all of them.
const compilerState = CompilerState.create(first.config, {
  additionalEntryPoints: points.map(({ config }) => config.mainEntryPointFilePath),
});

/** @type {string[]} */
const stale = [];
for (const { name, config } of points) {
  try {
    const { apiReportChanged } = Extractor.invoke(config, {
      compilerState,
      localBuild: update,
      messageCallback: (message) => {
        message.handled = true;
        if (message.logLevel === ExtractorLogLevel.Error) console.error(`${name}: ${message.text}`);
      },
    });
    if (apiReportChanged) stale.push(`${name}.api.md`);
  } catch (error) {
    // Most often a public declaration that names an `@internal` one: tsc -b scripts/consumer says which.
    console.error(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}
const current = new Set(points.map(({ name }) => `${name}.api.md`));
for (const file of readdirSync(reports)) {
  if (current.has(file)) continue;
  stale.push(file);
  if (update) rmSync(join(reports, file));
}
rmSync(join(root, "temp/api"), { recursive: true, force: true });

for (const file of stale)
  console.log(`${update ? "updated" : "differs from the code"}: packages/signalbox/api/${file}`);
if (stale.length > 0 && !update) {
  console.log("The public API changed. If that is meant: npm run api, and commit the reports.");
  process.exitCode = 1;
}
console.log(`API: ${String(points.length)} entry points, ${String(stale.length)} changed`);
