/** What the parts of a layout share: the scene, the paths that go into it, and what was drawn of each. */
import { Paths } from "../paths.ts";
import type { FencePath, JobPath, Moment } from "../paths.ts";
import type { Trace } from "../trace.ts";
import type { Lanes } from "./lanes.ts";
import { Scene } from "./scene.ts";
import type { Mark, Track } from "./scene.ts";

/** The marks at which arrows can begin and end. */
export interface Drawn {
  waiting?: Mark;
  running?: Mark;
  cancelled?: Mark;
  fence?: Mark;
}

export class Sheet {
  readonly scene: Scene = new Scene();
  readonly paths: Paths;
  /** How many lanes of one name. */
  readonly laneLimit: number;
  /** The end of the trace: where slices end that had not ended then. */
  readonly end: Moment;
  readonly #drawn = new Map<JobPath | FencePath, Drawn>();

  constructor(trace: Trace, laneLimit: number) {
    this.paths = new Paths(trace);
    this.laneLimit = laneLimit;
    this.end = { time: trace.end, order: Number.MAX_SAFE_INTEGER };
  }

  /** What was drawn of a path; made when first asked for. */
  drawn(path: JobPath | FencePath): Drawn {
    let drawn = this.#drawn.get(path);
    if (drawn === undefined) {
      drawn = {};
      this.#drawn.set(path, drawn);
    }
    return drawn;
  }

  /** Says on a track what could not be drawn below it. */
  noteMissing(track: Track, ...groups: readonly Lanes[]): void {
    for (const { missing, name } of groups) {
      if (missing === 0) continue;
      this.scene.instant(track, this.end, {
        name: `not drawn: ${missing} of "${name}"`,
        category: "trace",
        facts: () => [["lanes", this.laneLimit]],
      });
    }
  }
}
