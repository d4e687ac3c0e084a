/**
 * Rows: the tracks of a file as people see them: lanes of one parent and one name are one row.
 *
 * Shared by the report, which counts what is on a row, and the picture, which draws it.
 */
import type { FileSample, FileSlice, FileTrack, PerfettoTrace } from "signalbox/trace";

/** Lanes of one name, a counter, or a track that only holds others. */
export interface Row {
  readonly name: string;
  /** How many tracks it is below. */
  readonly depth: number;
  readonly kind: "group" | "lanes" | "counter";
  /** Slices by lane, in the order of their beginnings. Instants are among them. */
  readonly lanes: readonly (readonly FileSlice[])[];
  readonly samples: readonly FileSample[];
  readonly unit: string;
  readonly children: readonly Row[];
}

/** The rows of a file, as a tree. */
export function rowsOf(trace: PerfettoTrace): readonly Row[] {
  const slices = groupBy(trace.slices);
  const samples = groupBy(trace.samples);
  const make = (tracks: readonly FileTrack[], depth: number): Row[] =>
    merged(tracks).map((lanes) => {
      const first = lanes[0]!;
      const isGroup = first.children.length > 0 || !first.merges;
      return {
        name: first.name,
        depth,
        kind: first.isCounter ? "counter" : isGroup ? "group" : "lanes",
        lanes: lanes.map((track) => slices.get(track) ?? []),
        samples: lanes.flatMap((track) => samples.get(track) ?? []),
        unit: first.unit,
        children: make(
          lanes.flatMap((track) => track.children),
          depth + 1,
        ),
      };
    });
  return make(
    trace.tracks.filter((track) => track.parent === undefined).sort((a, b) => a.rank - b.rank),
    0,
  );
}

function merged(tracks: readonly FileTrack[]): FileTrack[][] {
  const groups: FileTrack[][] = [];
  const byName = new Map<string, FileTrack[]>();
  for (const track of tracks) {
    const group = track.merges ? byName.get(track.name) : undefined;
    if (group !== undefined) {
      group.push(track);
      continue;
    }
    const begun = [track];
    groups.push(begun);
    if (track.merges) byName.set(track.name, begun);
  }
  return groups;
}

function groupBy<Item extends { readonly track: FileTrack }>(items: readonly Item[]): Map<FileTrack, Item[]> {
  const groups = new Map<FileTrack, Item[]>();
  for (const item of items) {
    const group = groups.get(item.track);
    if (group === undefined) groups.set(item.track, [item]);
    else group.push(item);
  }
  return groups;
}
