/** Sites of the core switched on for the time of a call. */
import type { CoreSite } from "../../src/faults.ts";
import { hooks } from "../../src/hooks.ts";

/** Calls back while this site strikes, `times` times at the most, and answers how often it did. */
export function striking(site: CoreSite, body: () => void, times = 1): number {
  const before = hooks.faults;
  let struck = 0;
  hooks.faults = {
    strikes(asked) {
      if (asked !== site || struck >= times) return false;
      struck++;
      if (site === "arm throws") throw new RangeError("There is no memory for it");
      return true;
    },
  };
  try {
    body();
  } finally {
    hooks.faults = before;
  }
  return struck;
}
