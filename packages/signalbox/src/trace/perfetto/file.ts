/** What a Perfetto file of this package holds, as `readPerfetto` answers it: tracks, slices, arrows and counters. */

/** A track of a file. */
export interface FileTrack {
  readonly uuid: number;
  readonly name: string;
  readonly parent: FileTrack | undefined;
  /** By rank. */
  readonly children: readonly FileTrack[];
  readonly rank: number;
  readonly isCounter: boolean;
  /** What a counter counts. */
  readonly unit: string;
  /** Whether viewers show it as one with its siblings of the same name. */
  readonly merges: boolean;
}

/** A slice, or an instant, which is a slice without a length. Times are in ns. */
export interface FileSlice {
  readonly track: FileTrack;
  readonly name: string;
  readonly category: string;
  readonly start: number;
  readonly end: number;
  readonly instant: boolean;
  /** How many slices of its track it is inside of. */
  readonly depth: number;
  /** Slices and instants of one job have the same number; 0 for those of no job. */
  readonly job: number;
  readonly facts: Readonly<Record<string, string | number | boolean>>;
}

/** An arrow from one slice to another. */
export interface FileFlow {
  readonly id: number;
  readonly from: FileSlice;
  readonly to: FileSlice;
}

/** A value of a counter from a time (in ns) on. */
export interface FileSample {
  readonly track: FileTrack;
  readonly time: number;
  readonly value: number;
}

/** What a file holds. */
export interface PerfettoTrace {
  /** Parents before their children. */
  readonly tracks: readonly FileTrack[];
  /** Slices and instants, in the order of their beginnings. */
  readonly slices: readonly FileSlice[];
  readonly flows: readonly FileFlow[];
  /** How many arrows have only one end; each is one of the problems. */
  readonly brokenFlows: number;
  /** In the order of time. */
  readonly samples: readonly FileSample[];
  /** The first and the last time in it, in ns. */
  readonly start: number;
  readonly end: number;
  /** What makes no sense, in sentences; empty for a good file. */
  readonly problems: readonly string[];
}
