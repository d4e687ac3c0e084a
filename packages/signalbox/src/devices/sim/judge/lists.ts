/** What `after` of a spec may be. */
import type { JobSpec } from "../../../driver.ts";

type After = Exclude<JobSpec["after"], undefined>;

/** Whether several dependencies are given, and not one. */
export function isJobList(after: After): after is Extract<After, readonly unknown[]> {
  return Array.isArray(after);
}
