/**
 * Reads a Perfetto file back: the tracks, slices, arrows and counters that `writePerfetto` wrote.
 *
 * Made for what this package writes, not for every trace: packets are in the order of time, names are interned, nothing is
 * compressed. What is not a trace at all throws; what is one and makes no sense (a slice that never ends, an arrow with
 * one end) is told in `problems`, so that a test or a command can refuse the file.
 */
import { SignalboxError } from "../../errors.ts";
import * as fields from "./fields.ts";
import { ProtoReader } from "./proto-reader.ts";

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

interface Event {
  type: number;
  track: number;
  name: number;
  category: number;
  value: number;
  job: number;
  readonly facts: Record<string, string | number | boolean>;
  readonly leaving: number[];
  readonly arriving: number[];
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
  readonly #names = new Map<number, string>();
  readonly #categories = new Map<number, string>();
  readonly #factNames = new Map<number, string>();
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
          this.#interned(reader.message());
          break;
        case fields.packet.track_descriptor:
          this.#track(reader.message());
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
    if (event !== undefined) this.#event(time, this.#parseEvent(event));
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

  #interned(reader: ProtoReader): void {
    const indexes: Readonly<Record<number, Map<number, string>>> = {
      [fields.internedData.event_categories]: this.#categories,
      [fields.internedData.event_names]: this.#names,
      [fields.internedData.debug_annotation_names]: this.#factNames,
    };
    while (reader.next()) {
      const index = indexes[reader.field];
      if (index === undefined) {
        reader.skip();
        continue;
      }
      const entry = reader.message();
      let iid = 0;
      let name = "";
      while (entry.next()) {
        if (entry.field === fields.internedName.iid) iid = entry.uint();
        else if (entry.field === fields.internedName.name) name = entry.string();
        else entry.skip();
      }
      index.set(iid, name);
    }
  }

  #track(reader: ProtoReader): void {
    const { trackDescriptor: field } = fields;
    let uuid = 0;
    let name = "";
    let parentUuid: number | undefined;
    let rank = 0;
    let counter: ProtoReader | undefined;
    let merges = true;
    while (reader.next()) {
      if (reader.field === field.uuid) uuid = reader.uint();
      else if (reader.field === field.name) name = reader.string();
      else if (reader.field === field.parent_uuid) parentUuid = reader.uint();
      else if (reader.field === field.sibling_order_rank) rank = reader.uint();
      else if (reader.field === field.sibling_merge_behavior)
        merges = reader.uint() !== fields.SIBLING_MERGE_BEHAVIOR_NONE;
      else if (reader.field === field.counter) counter = reader.message();
      else reader.skip();
    }
    const parent = parentUuid === undefined ? undefined : this.#tracks.get(parentUuid);
    if (parentUuid !== undefined && parent === undefined)
      this.#problems.push(`Track "${name}" is below track ${parentUuid}, which is not there before it`);
    if (this.#tracks.has(uuid)) this.#problems.push(`Track ${uuid} ("${name}") is there twice`);
    const unit = counter === undefined ? "" : unitOf(counter);
    const track: OpenTrack = {
      uuid,
      name,
      parent,
      children: [],
      rank,
      isCounter: counter !== undefined,
      unit,
      merges,
      open: [],
      lastTime: 0,
    };
    parent?.children.push(track);
    this.#tracks.set(uuid, track);
  }

  #parseEvent(reader: ProtoReader): Event {
    const { trackEvent: field } = fields;
    const event: Event = {
      type: 0,
      track: 0,
      name: 0,
      category: 0,
      value: 0,
      job: 0,
      facts: {},
      leaving: [],
      arriving: [],
    };
    while (reader.next()) {
      if (reader.field === field.type) event.type = reader.uint();
      else if (reader.field === field.track_uuid) event.track = reader.uint();
      else if (reader.field === field.name_iid) event.name = reader.uint();
      else if (reader.field === field.category_iids) event.category = reader.uint();
      else if (reader.field === field.counter_value) event.value = reader.uint();
      else if (reader.field === field.correlation_id) event.job = reader.uint();
      else if (reader.field === field.flow_ids) event.leaving.push(reader.fixed64());
      else if (reader.field === field.terminating_flow_ids) event.arriving.push(reader.fixed64());
      else if (reader.field === field.debug_annotations) this.#fact(reader.message(), event);
      else reader.skip();
    }
    return event;
  }

  #fact(reader: ProtoReader, event: Event): void {
    const { debugAnnotation: field } = fields;
    let name = "";
    let value: string | number | boolean = "";
    while (reader.next()) {
      if (reader.field === field.name_iid) name = this.#lookUp(this.#factNames, reader.uint());
      else if (reader.field === field.string_value) value = reader.string();
      else if (reader.field === field.uint_value) value = reader.uint();
      else if (reader.field === field.bool_value) value = reader.uint() !== 0;
      else if (reader.field === field.double_value) value = reader.double();
      else reader.skip();
    }
    event.facts[name] = value;
  }

  #event(time: number, event: Event): void {
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

  #slice(time: number, track: OpenTrack, event: Event): void {
    const slice: OpenSlice = {
      track,
      name: this.#lookUp(this.#names, event.name),
      category: this.#lookUp(this.#categories, event.category),
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

function unitOf(counter: ProtoReader): string {
  let unit = "";
  while (counter.next()) {
    if (counter.field === fields.counterDescriptor.unit_name) unit = counter.string();
    else counter.skip();
  }
  return unit;
}

/** A track by the names of all tracks above it. */
function pathOf(track: FileTrack): string {
  return track.parent === undefined ? track.name : `${pathOf(track.parent)} / ${track.name}`;
}
