/**
 * `signalbox check [SCENARIO...]`: runs scenarios in many orders, and tells what breaks a promise; `--replay FILE` runs one order again.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { SignalboxError } from "signalbox";
import { explore, printChoices, printViolation, readSchedule, replay, writeSchedule } from "signalbox/sim";
import type { Exploration, Scenario, Schedule } from "signalbox/sim";
import { startTrace, writePerfetto } from "signalbox/trace";
// Follows what is held over awaits: for the validator, which watches each run.
import "signalbox/lockdep";
import { InputError } from "../command.ts";
import type { Command } from "../command.ts";
import { cantWrite, readInput, writeOutput } from "../files.ts";
import { findScenarios } from "./find.ts";
import type { Found } from "./find.ts";
import { Journal } from "./journal.ts";
import { parseRequest } from "./options.ts";
import type { Request } from "./options.ts";
import { againLine, lastLine, progressLine, scenarioLine } from "./report.ts";

type Print = (line: string) => void;

export const checkCommand: Command = {
  name: "check",
  summary: "runs scenarios in every order it can, and tells which breaks a promise",
  help: `Usage: signalbox check [SCENARIO...] [--schedules N] [--seed S] [--preemptions N] [--out DIR]
       signalbox check [SCENARIO...] --replay FILE

Explores the interleavings of scenarios over the real core: all those of a small one with few preemptions, then many of a
large one by chance. Prints a line for each and a last line of figures. Where a promise is broken it tells the story of a
short schedule that breaks it, writes that schedule and its trace, and exits with 1.

SCENARIO is the name of one that comes with the package, or a file that exports some; all of the package if left out.

  --schedules N    how many schedules of each scenario at the most; 10000 if left out
  --seed S         what all chance comes from; 1 if left out
  --preemptions N  how many preemptions the exhaustive part goes up to; 2 if left out
  --replay FILE    runs a schedule again and tells its story; exits with 1 if it breaks a promise
  --out DIR        where schedules and traces are written; the current folder if left out

While it runs, SCENARIO.running.json in that folder is the schedule that is being run: of use if that never comes back.`,
  run: async (args, print) => {
    const request = parseRequest(args);
    const scenarios = await findScenarios(request.scenarios);
    await mkdir(request.out, { recursive: true }).catch((error: unknown) => {
      throw cantWrite(request.out, error);
    });
    return request.replay === undefined
      ? checkAll(scenarios, request, print)
      : tellAgain(request.replay, scenarios, request, print);
  },
};

async function checkAll(scenarios: readonly Found[], request: Request, print: Print): Promise<number> {
  const explorations: Exploration[] = [];
  for (const each of scenarios) {
    const { scenario } = each;
    const exploration = await checkOne(scenario, request);
    explorations.push(exploration);
    print(scenarioLine(exploration));
    const { found } = exploration;
    if (found === undefined) continue;
    print("");
    const file = join(request.out, `${scenario.name}.schedule.json`);
    await writeOutput(join(request.out, `${scenario.name}.first.schedule.json`), writeSchedule(found.first));
    await writeOutput(file, writeSchedule(found.short));
    await tell(each, found.short, print, { file, trace: join(request.out, `${scenario.name}.pftrace`) });
    print("");
  }
  print(lastLine(explorations, request.seed));
  return explorations.some(({ found }) => found !== undefined) ? 1 : 0;
}

async function checkOne(scenario: Scenario, { schedules, seed, preemptions, out }: Request): Promise<Exploration> {
  const journal = new Journal(join(out, `${scenario.name}.running.json`));
  const live = process.stderr.isTTY;
  try {
    return await explore(scenario, {
      schedules,
      seed,
      preemptions,
      beforeRun: (schedule) => {
        journal.write(schedule());
      },
      onProgress: (figures) => {
        if (live) process.stderr.write(`\r\u001b[K${progressLine(figures)}`);
      },
    });
  } finally {
    if (live) process.stderr.write("\r\u001b[K");
    journal.close();
  }
}

async function tellAgain(file: string, scenarios: readonly Found[], request: Request, print: Print): Promise<number> {
  const schedule = await readInput(file, (bytes) => readSchedule(bytes.toString("utf8")));
  const found = scenarios.find(({ scenario: { name } }) => name === schedule.scenario);
  if (found === undefined)
    throw new InputError(`${file} is a schedule of "${schedule.scenario}": name the file that this scenario is in`);
  const trace = join(request.out, `${schedule.scenario}.pftrace`);
  return (await tell(found, schedule, print, { file, trace })) ? 1 : 0;
}

/** Tells the story of a schedule that is in a file, and writes its trace to another; answers whether it breaks a promise. */
async function tell(
  { scenario, file: exported }: Found,
  schedule: Schedule,
  print: Print,
  files: { readonly file: string; readonly trace: string },
): Promise<boolean> {
  const trace = startTrace();
  try {
    print(`${scenario.name}: ${scenario.about}`);
    const { result, schedule: complete } = await replay(scenario, schedule, print);
    for (const violation of result.violations) print(`  => ${printViolation(violation)}`);
    if (result.violations.length === 0) print("  => every promise is kept");
    if (complete.how.kind === "choices") print(`schedule: ${printChoices(complete.how.choices)}`);
    trace.stop();
    await writeOutput(files.trace, writePerfetto(trace));
    print(`trace:    ${files.trace}`);
    print(againLine(exported, files.file));
    return result.violations.length > 0;
  } catch (error) {
    if (!(error instanceof SignalboxError)) throw error;
    throw new InputError(error.message, { cause: error });
  } finally {
    if (trace.running) trace.stop();
  }
}
