/**
 * The arrows: from each dependency to the job that waited for it.
 *
 * An arrow goes from what the dependency did (ran, else was cancelled, else was a fence, else waited) to what the dependent did
 * when it was free of it (ran, else was cancelled). A job that is still waiting when the trace ends has its arrow from where
 * its dependency waits to where it waits. Where the trace does not hold one of the two, there is no arrow, and the facts of
 * the slice name the dependency all the same.
 */
import type { FenceId } from "../events.ts";
import { compareMoments } from "../paths.ts";
import type { Mark } from "./scene.ts";
import type { Sheet } from "./sheet.ts";

/** Draws an arrow for each dependency of which both sides were drawn. */
export function drawArrows(sheet: Sheet): void {
  for (const { jobs } of sheet.paths.timelines.values()) {
    for (const job of jobs) {
      if (job.dependencies.length === 0) continue;
      const { running, cancelled, waiting } = sheet.drawn(job);
      const to = running ?? cancelled ?? waiting;
      if (to === undefined) continue;
      for (const dependency of job.dependencies) {
        const from = originOf(sheet, dependency, to);
        if (from !== undefined) sheet.scene.arrow(from, to);
      }
    }
  }
}

function originOf(sheet: Sheet, dependency: FenceId, to: Mark): Mark | undefined {
  const path = sheet.paths.at(dependency);
  if (path === undefined) return undefined;
  const { running, cancelled, fence, waiting } = sheet.drawn(path);
  return [running, cancelled, fence, waiting].find((mark) => mark !== undefined && compareMoments(mark, to) < 0);
}
