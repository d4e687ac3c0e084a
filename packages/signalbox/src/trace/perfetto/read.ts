/**
 * Reads a Perfetto file back: the tracks, slices, arrows and counters that `writePerfetto` wrote.
 *
 * Made for what this package writes, not for every trace: packets are in the order of time, names are interned, nothing is
 * compressed. What is not a trace at all throws; what is one and makes no sense (a slice that never ends, an arrow with
 * one end) is told in `problems`, so that a test or a command can refuse the file.
 */
import { SignalboxError } from "../../errors.ts";
import * as fields from "./fields.ts";
import type { FileFlow, FileSample, FileSlice, FileTrack, PerfettoTrace } from "./file.ts";
import { readEvent, readInterned, readTrack } from "./messages.ts";
import type { EventMessage, InternedNames, TrackMessage } from "./messages.ts";
import { ProtoReader } from "./proto-reader.ts";

/**
 * Reads a file that `writePerfetto` made.
 *
 * Throws `SignalboxError` EINVAL for bytes that are no such file, or only the beginning of one.
 *
 * @example
 * ```ts
 * const { tracks, slices, flows, problems } = readPerfetto(await readFile("work.pftrace"));
 * ```
 */
export function readPerfetto(bytes: Uint8Array): PerfettoTrace {
  const file = new FileReader();
  const reader = new ProtoReader(bytes);
  while (reader.next()) {
    if (reader.field === fields.trace.packet) file.packet(reader.message());
    else
      throw new SignalboxError(
        "EINVAL",
        `This is no Perfetto trace: it holds a field ${reader.field} where only packets belong`,
      );
  }
  return file.finish();
}

interface OpenTrack extends FileTrack {
  readonly children: FileTrack[];
  /** Slices that have not ended, outermost first. */
  readonly open: OpenSlice[];
  lastTime: number;
}

interface OpenSlice extends FileSlice {
  end: number;
}

class FileReader {
  readonly #tracks = new Map<number, OpenTrack>();
  readonly #slices: OpenSlice[] = [];
  readonly #samples: FileSample[] = [];
  readonly #flows: FileFlow[] = [];
  readonly #problems: string[] = [];
  #brokenFlows = 0;
  /** Where each arrow that has not arrived left from. */
  readonly #flying = new Map<number, FileSlice>();
  readonly #interned: InternedNames = { categories: new Map(), names: new Map(), factNames: new Map() };
  #start = Infinity;
  #end = -Infinity;

  packet(reader: ProtoReader): void {
    let time = 0;
    let event: ProtoReader | undefined;
    while (reader.next()) {
      switch (reader.field) {
        case fields.packet.timestamp:
          time = reader.uint();
          break;
        case fields.packet.interned_data:
          readInterned(reader.message(), this.#interned);
          break;
        case fields.packet.track_descriptor:
          this.#track(readTrack(reader.message()));
          break;
        case fields.packet.track_event:
          event = reader.message();
          break;
        case fields.packet.compressed_packets:
          throw new SignalboxError(
            "EINVAL",
            "This Perfetto trace is compressed, which is not how signalbox writes them",
          );
        default:
          reader.skip();
      }
    }
    // The fields of a message come in any order: the event's names and its time may stand behind it.
    if (event !== undefined)
      this.#event(
        time,
        readEvent(event, (iid) => this.#lookUp(this.#interned.factNames, iid)),
      );
  }

  finish(): PerfettoTrace {
    if (this.#tracks.size === 0) throw new SignalboxError("EINVAL", "This is no trace of signalbox: it has no tracks");
    for (const track of this.#tracks.values()) {
      for (const slice of track.open)
        this.#problems.push(`Slice "${slice.name}" on track "${pathOf(track)}" never ends`);
      track.children.sort((a, b) => a.rank - b.rank);
    }
    for (const [id, slice] of this.#flying)
      this.#breakFlow(`Arrow ${id} leaves from "${slice.name}" on track "${pathOf(slice.track)}" and never arrives`);
    const tracks = [...this.#tracks.values()];
    const [start, end] = this.#start <= this.#end ? [this.#start, this.#end] : [0, 0];
    return {
      tracks,
      slices: this.#slices,
      flows: this.#flows,
      brokenFlows: this.#brokenFlows,
      samples: this.#samples,
      start,
      end,
      problems: this.#problems,
    };
  }

  #track({ parentUuid, unit, ...message }: TrackMessage): void {
    const { uuid, name } = message;
    const parent = parentUuid === undefined ? undefined : this.#tracks.get(parentUuid);
    if (parentUuid !== undefined && parent === undefined)
      this.#problems.push(`Track "${name}" is below track ${parentUuid}, which is not there before it`);
    if (this.#tracks.has(uuid)) this.#problems.push(`Track ${uuid} ("${name}") is there twice`);
    const isCounter = unit !== undefined;
    const track: OpenTrack = { ...message, parent, children: [], isCounter, unit: unit ?? "", open: [], lastTime: 0 };
    parent?.children.push(track);
    this.#tracks.set(uuid, track);
  }

  #event(time: number, event: EventMessage): void {
    const track = this.#tracks.get(event.track);
    if (track === undefined) {
      this.#problems.push(`An event at ${time} ns is on track ${event.track}, which is not there`);
      return;
    }
    if (time < track.lastTime)
      this.#problems.push(`Track "${pathOf(track)}" goes back from ${track.lastTime} ns to ${time} ns`);
    track.lastTime = time;
    this.#start = Math.min(this.#start, time);
    this.#end = Math.max(this.#end, time);
    if (track.isCounter !== (event.type === fields.TYPE_COUNTER)) {
      this.#problems.push(
        `Track "${pathOf(track)}" is ${track.isCounter ? "a counter" : "no counter"} and has an event of type ${event.type}`,
      );
    } else if (event.type === fields.TYPE_COUNTER) {
      this.#samples.push({ track, time, value: event.value });
    } else if (event.type === fields.TYPE_SLICE_END) {
      const slice = track.open.pop();
      if (slice === undefined)
        this.#problems.push(`A slice ends on track "${pathOf(track)}" at ${time} ns, and none has begun`);
      else slice.end = time;
    } else {
      this.#slice(time, track, event);
    }
  }

  #slice(time: number, track: OpenTrack, event: EventMessage): void {
    const slice: OpenSlice = {
      track,
      name: this.#lookUp(this.#interned.names, event.name),
      category: this.#lookUp(this.#interned.categories, event.category),
      start: time,
      end: time,
      instant: event.type === fields.TYPE_INSTANT,
      depth: track.open.length,
      job: event.job,
      facts: event.facts,
    };
    this.#slices.push(slice);
    if (!slice.instant) track.open.push(slice);
    for (const id of event.arriving) {
      const from = this.#flying.get(id);
      if (from === undefined)
        this.#breakFlow(`Arrow ${id} arrives at "${slice.name}" on track "${pathOf(track)}" and never left`);
      else this.#flows.push({ id, from, to: slice });
      this.#flying.delete(id);
    }
    for (const id of event.leaving) this.#flying.set(id, slice);
  }

  #breakFlow(problem: string): void {
    this.#brokenFlows++;
    this.#problems.push(problem);
  }

  #lookUp(names: ReadonlyMap<number, string>, iid: number): string {
    const name = names.get(iid);
    if (name === undefined) this.#problems.push(`Name ${iid} is used and was never told`);
    return name ?? "";
  }
}

/** A track by the names of all tracks above it. */
function pathOf(track: FileTrack): string {
  return track.parent === undefined ? track.name : `${pathOf(track.parent)} / ${track.name}`;
}
