/**
 * Copies of the built package, each with objects and code of its own: as it is, and as it would be without the validator's
 * hooks.
 *
 * Without its hooks: each check of the hook's field is `false`, which the engine leaves out together with what it guards. So
 * what is compared is the check and nothing else.
 */
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type * as core from "signalbox";
import type * as lockdep from "signalbox/lockdep";
import type * as trace from "signalbox/trace";

/** The core of a copy. */
export type Core = typeof core;
/** The validator of a copy. */
export type Validator = typeof lockdep;
/** The trace of a copy. */
export type Tracing = typeof trace;

/** One copy, loaded. */
export interface Copy {
  readonly core: Core;
  readonly validator: Validator;
  readonly tracing: Tracing;
}

/** The copies of one case; all of them are files in one folder until they are removed. */
export class Copies {
  readonly #folder = mkdtempSync(join(tmpdir(), "signalbox-copies-"));
  #count = 0;

  /** How many checks of the hook were taken out, of all copies. */
  checksRemoved = 0;

  asItIs(): Promise<Copy> {
    return load(this.#copy((source) => source));
  }

  withoutHooks(): Promise<Copy> {
    return load(
      this.#copy((source) => {
        const parts = source.split("hooks.lockdep !== null");
        this.checksRemoved += parts.length - 1;
        return parts.join("false");
      }),
    );
  }

  /** Removes the files; what was loaded stays. */
  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #copy(change: (source: string) => string): string {
    const folder = join(this.#folder, String(++this.#count));
    cpSync(dirname(fileURLToPath(import.meta.resolve("signalbox"))), folder, { recursive: true });
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }\n');
    for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
      if (!name.endsWith(".js")) continue;
      const path = join(folder, name);
      // The sources, which maps would point to, stay behind.
      writeFileSync(path, change(readFileSync(path, "utf8")).replace(/^\/\/# sourceMappingURL=.*$/m, ""));
    }
    return folder;
  }
}

async function load(folder: string): Promise<Copy> {
  const at = (...names: readonly string[]): string => pathToFileURL(join(folder, ...names)).href;
  const core = (await import(at("index.js"))) as Core;
  const validator = (await import(at("signalling", "lockdep", "index.node.js"))) as Validator;
  const tracing = (await import(at("trace", "index.js"))) as Tracing;
  validator.disableLockdep(); // Which SIGNALBOX_LOCKDEP may have turned on: what is measured here is whether it is.
  return { core, validator, tracing };
}
