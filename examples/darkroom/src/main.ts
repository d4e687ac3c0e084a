/**
 * The darkroom's command: `npm start -- [flags]`. Reads the command line, runs, and ends with the run's exit code.
 *
 * Invariant: what a person did wrong is told in one sentence, without a stack; what the program did wrong, with its stack.
 */
import { SignalboxError } from "signalbox";
import { helpText } from "./cli/help.ts";
import { USAGE_EXIT_CODE, parseOptions } from "./cli/options.ts";
import { DarkroomError, systemCode } from "./errors.ts";
import { run } from "./run.ts";

// Whoever read the output may leave early (`npm start | head`): the photos come out all the same.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error) => {
    if (systemCode(error) !== "EPIPE") throw error;
  });
}

async function main(): Promise<number> {
  const request = parseOptions(process.argv.slice(2));
  switch (request.kind) {
    case "help":
      console.log(helpText());
      return 0;
    case "mistake":
      console.error(`darkroom: ${request.message}\n${request.hint}`);
      return USAGE_EXIT_CODE;
    case "run":
      return await run(request.options, { out: process.stdout, err: process.stderr });
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  const known = error instanceof DarkroomError || error instanceof SignalboxError;
  console.error(known ? `darkroom: ${error.message}` : error);
  process.exitCode = 1;
}
