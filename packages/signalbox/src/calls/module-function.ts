/**
 * A module function: one export of one module, as the agent that calls it loads it.
 *
 * States: not loaded -> loaded. A load that failed leaves it not loaded, and the next job tries again (which helps where
 * the failure was the network's; a module that threw is remembered by the engine, and throws the same again).
 */
import { SignalboxError } from "../errors.ts";

/** What a job calls. */
export type Call = (...args: readonly unknown[]) => unknown;

/** One export of one module. */
export class ModuleFunction {
  /** The function, once loaded. */
  call: Call | undefined;
  readonly #module: string;
  readonly #exported: string;

  constructor(module: string, exported: string) {
    this.#module = module;
    this.#exported = exported;
  }

  /** Imports the module and finds the export. Rejects with SignalboxError ENOENT or EINVAL, which says what there is instead. */
  async load(): Promise<Call> {
    const namespace = await this.#import();
    const found = namespace[this.#exported];
    if (!(this.#exported in namespace)) {
      const names = Object.keys(namespace).map((name) => `"${name}"`);
      const others = names.length === 0 ? "no exports" : `only ${names.join(", ")}`;
      throw new SignalboxError("ENOENT", `Module ${this.#module} has no export "${this.#exported}", ${others}`);
    }
    if (typeof found !== "function") {
      throw new SignalboxError(
        "EINVAL",
        `Export "${this.#exported}" of module ${this.#module} is no function (it is of type ${typeof found})`,
      );
    }
    this.call = found as Call;
    return this.call;
  }

  async #import(): Promise<Readonly<Record<string, unknown>>> {
    try {
      return (await import(/* @vite-ignore */ /* webpackIgnore: true */ this.#module)) as Record<string, unknown>;
    } catch (cause) {
      const why = cause instanceof Error ? `: ${cause.message}` : "";
      throw new SignalboxError("ENOENT", `Module ${this.#module} can't be imported${why}`, { cause });
    }
  }
}
