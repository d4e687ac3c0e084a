/** The stub that the rules are tried on has no name that the real Signalbox doesn't have. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  declaredWaits,
  locks,
  obligationMethods,
  otherWaits,
  sectionMembers,
  sectionOpeners,
  sectionValues,
  submits,
  waits,
} from "../src/util/names.ts";

const core = join(import.meta.dirname, "../../signalbox/src");

/** Which names a file of the core declares as functions, classes, interfaces or methods. */
function declares(file: string, names: Iterable<string>): string[] {
  const text = readFileSync(join(core, file), "utf8");
  return [...names].filter((name) =>
    new RegExp(String.raw`(?:function|class|interface) ${name}\b|^  (?:async )?${name}(?:<.*>)?\??\(`, "m").test(text),
  );
}

function declaredIn(files: readonly string[], names: Iterable<string>): string[] {
  const wanted = [...names];
  return [...new Set(files.flatMap((file) => declares(file, wanted)))].sort();
}

/** Where the interfaces are whose methods are sections. */
const declaring: ReadonlyMap<string, string> = new Map([
  ["Driver", "driver.ts"],
  ["FenceOps", "fence/ops-fence.ts"],
  ["PostTarget", "fence/registration.ts"],
]);

const sorted = (names: Iterable<string>): string[] => [...names].sort();

test("the names that open sections are Signalbox's", () => {
  const files = [
    "signalling/section.ts",
    "signalling/obligation.ts",
    "shared/driver-timeline.ts",
    "fence/delivery.ts",
    "queue/submission.ts",
  ];
  expect(declaredIn(files, sectionOpeners.keys())).toEqual(sorted(sectionOpeners.keys()));
  expect(declaredIn(files, sectionValues.keys())).toEqual(sorted(sectionValues.keys()));
  expect(declares("signalling/obligation.ts", obligationMethods)).toEqual([...obligationMethods]);
  for (const [owner, members] of sectionMembers) {
    const file = declaring.get(owner) ?? "";
    expect(declares(file, [owner, ...members])).toEqual([owner, ...members]);
  }
});

test("the names that wait, lock and submit are Signalbox's", () => {
  const files = [
    "fence/fence.ts",
    "sync/sync-wait.ts",
    "sync/sync-point.ts",
    "queue/job-queue.ts",
    "queue/submission.ts",
    "sync/reservation/with-reservations.ts",
    "sync/reservation/loop-locks.ts",
    "signalling/lockdep/declared.ts",
  ];
  const names = [...waits, ...otherWaits, ...submits, ...locks];
  expect(declaredIn(files, names)).toEqual(sorted(names));
  for (const [owner, members] of declaredWaits) {
    expect(declares("signalling/lockdep/declared.ts", [owner, ...members])).toEqual([owner, ...members]);
  }
});
