/**
 * The command `signalbox`: finds the subcommand, runs it, and turns what goes wrong into one sentence and an exit code.
 *
 * Exit codes: 0, all is well; 1, the input is broken or can't be read; 2, the command line is wrong.
 */
import { InputError, UsageError } from "./command.ts";
import type { Command } from "./command.ts";
import { checkCommand } from "./check/command.ts";
import { traceCommand } from "./trace/command.ts";

const commands: readonly Command[] = [traceCommand, checkCommand];

const help = `signalbox: looks at what fences and job queues did.

Usage: signalbox <command> [arguments]

${commands.map(({ name, summary }) => `  ${name.padEnd(8)} ${summary}`).join("\n")}

\`signalbox <command> --help\` says more of one.`;

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function complain(message: string): void {
  process.stderr.write(`signalbox: ${message}\n`);
}

async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined || name === "--help" || name === "-h") {
    print(help);
    return name === undefined ? 2 : 0;
  }
  const command = commands.find((candidate) => candidate.name === name);
  if (command === undefined) {
    throw new UsageError(`there is no command "${name}" (there is: ${commands.map((c) => c.name).join(", ")})`);
  }
  if (args.includes("--help") || args.includes("-h")) {
    print(command.help);
    return 0;
  }
  return command.run(args, print);
}

// `signalbox trace FILE | head` closes our output before we are done: that is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exitCode = 0;
});

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError || error instanceof InputError)) throw error;
  complain(error.message);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
