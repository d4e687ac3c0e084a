/**
 * `npm run bench`: figures beside rivals and bare floors, as ratios from one run.
 *
 * Exit codes: 0 all went well; 1 something is wrong: a contestant lost jobs, a proof does not hold, a case crashed; 2 the
 * command line is.
 */
import { accessSync, constants, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { runInChild } from "./harness/in-child.ts";
import { thisMachine } from "./harness/machine.ts";
import type { CaseResult } from "./harness/results.ts";
import type { Settings } from "./harness/rounds.ts";
import { CHILD_FLAG, startChild } from "./harness/start-child.ts";
import { readOptions, usage } from "./options.ts";
import type { Options } from "./options.ts";
import { bars } from "./report/bars.ts";
import { barResults, barsText } from "./report/held.ts";
import { caseText, headText, lastLine } from "./report/text.ts";
import { ticker } from "./report/ticker.ts";

const [flag, name = "", settings = ""] = process.argv.slice(2);
if (flag === CHILD_FLAG) await runInChild(name, JSON.parse(settings) as Settings);
else process.exitCode = await main(readOptions(process.argv.slice(2)));

async function main(options: Options): Promise<number> {
  if (options.kind === "help") {
    console.log(usage());
    return 0;
  }
  if (options.kind === "mistake") return mistaken(options.message);
  if (options.json !== undefined && !canWrite(options.json)) {
    return mistaken(`${options.json} can't be written: there is no such folder, or it is not yours`);
  }
  const machine = thisMachine();
  console.log(headText(machine, options.settings));
  const results = await runAll(options.cases, options.settings);
  const wrong = results.some((result) => result.wrong.length > 0);
  const held = barResults(bars, results);
  if (options.json !== undefined) {
    const { settings } = options;
    const written = { machine, settings, ok: !wrong, bars: held, cases: results };
    writeFileSync(options.json, `${JSON.stringify(written, null, 2)}\n`);
  }
  if (held.length > 0) console.log(`\n${barsText(held)}`);
  console.log(`\n${lastLine(results, held, process.uptime())}`);
  return wrong ? 1 : 0;
}

async function runAll(names: readonly string[], settings: Settings): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  const progress = ticker();
  for (const name of names) {
    const result = await startChild(fileURLToPath(import.meta.url), name, settings, (contestant, step) => {
      progress.show(`${name}: ${contestant}, ${step}`);
    });
    progress.clear();
    console.log(`\n${caseText(result)}`);
    results.push(result);
  }
  return results;
}

function mistaken(message: string): number {
  console.error(`${message}\n\n${usage()}`);
  return 2;
}

function canWrite(file: string): boolean {
  try {
    accessSync(dirname(file), constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
