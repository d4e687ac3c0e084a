/**
 * Where the figures come from: the machine, Node, and the commit.
 */
import { execFileSync } from "node:child_process";
import { availableParallelism, cpus, loadavg, platform, release, totalmem } from "node:os";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  /** The load of the last minute, when the benchmark began. */
  readonly load: number;
  readonly node: string;
  readonly v8: string;
  /** The commit, with "+" for changes that are not in it; "unknown" outside a repository. */
  readonly commit: string;
  readonly date: string;
}

/** The machine as it is now. */
export function thisMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()}`,
    load: loadavg()[0] ?? NaN,
    node: process.versions.node,
    v8: process.versions.v8,
    commit: commit(),
    date: new Date().toISOString(),
  };
}

function commit(): string {
  const hash = git("rev-parse", "--short=12", "HEAD");
  if (hash === undefined) return "unknown";
  return git("status", "--porcelain") === "" ? hash : `${hash}+`;
}

function git(...args: string[]): string | undefined {
  try {
    const cwd = dirname(fileURLToPath(import.meta.url));
    return execFileSync("git", args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return undefined; // No git, no repository, or no commit yet.
  }
}
