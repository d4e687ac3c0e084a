/**
 * The program behind `npm run conformance`, as scripts/conformance.mjs builds and starts it.
 *
 * Without the validator, whatever the environment says: what the kernel's programs do is theirs, dropped fences included. The lines
 * that are about lockdep are replayed under validators of their own.
 */
import { conformance } from "./conformance.ts";
import { deviations } from "./deviations.ts";
import { machines } from "./machines.ts";

/** An answer that takes longer than this never comes: what the adapters do waits in virtual time, or for microtasks. */
const PATIENCE_MS = 10_000;

// Who has seen enough (`| head`) closes the pipe: that is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

const code = await conformance(
  process.argv.slice(2),
  { machines, deviations, patience: PATIENCE_MS },
  {
    print: (text) => process.stdout.write(`${text}\n`),
    complain: (text) => process.stderr.write(`${text}\n`),
  },
);
process.exitCode = code;
